/** The store of one user: its replica, typed by the app's mutations and entities. */

import { deleteDB } from "idb";
import type { LogConnection } from "../sync/log";
import type { RouteName, TypeMapOf } from "../sync/routes";
import { browserKeeper, isDamaged } from "./browserKeeper";
import type { CopyTx } from "./copy";
import type { Keeper } from "./keeper";
import { LiveList } from "./liveList";
import { Replica } from "./replica";
import type {
  EntityMapOf,
  EntityOf,
  KeysOf,
  Live,
  Mutated,
  MutationTypes,
  Mutators,
  NoEntities,
  Query,
  SyncStore,
} from "./storeTypes";
import { browserTabs, type Tabs } from "./tabs";

/** What a store is made with. */
export type StoreOptions<Mutations, Entities> = CommonOptions<Mutations, Entities> & KeyOptions<KeysOf<Entities>>;

/** Which fields are keys is known to the types alone: where one is not called `id`, they ask for its name. */
type KeyOptions<Keys> = keyof Keys extends never ? { readonly keys?: undefined } : { readonly keys: Keys };

interface CommonOptions<Mutations, Entities> {
  /** The client that it speaks through. */
  readonly sync: { readonly log: LogConnection };
  /**
   * Who is signed in, as the server knows them; null where nobody is. Each has their own copy, and their own mutations that wait. A store is closed,
   * and another one made, when that changes.
   */
  readonly user: string | null;
  /** What mutations are guessed to do: `defineMutators`. */
  readonly mutators?: Mutators<Mutations, Entities> | undefined;
  /** What else tells this store from others of the same page; needed where a page speaks with several servers. */
  readonly name?: string | undefined;
}

/** What differs between a page and a test. */
export interface StoreSurroundings {
  readonly open?: (name: string) => Promise<Keeper>;
  readonly restore?: (name: string, error: unknown) => Promise<Keeper> | null;
  readonly tabs?: (name: string) => Tabs;
  readonly onFocus?: (focused: () => void) => () => void;
}

/** Says what mutations are guessed to do, with the types of the app; the one and only place for each of them. */
export function defineMutators<Mutations, Entities>(mutators: Mutators<Mutations, Entities>): Mutators<Mutations, Entities> {
  return mutators;
}

/**
 * Makes the store of one user.
 *
 * @example
 * ```ts
 * const mutators = defineMutators<MutationTypeMap, EntityTypeMap>({
 *   "todos/create": { v1: (tx, args) => tx.create("todo", { ...args, done: false }) },
 * });
 * export const store = createStore<MutationTypeMap, EntityTypeMap, ErrorCode>({ sync, user: session.userId, mutators });
 * store.mutate("todos/create", "v1", `todos-${list}`, { id: newId(), title });
 * ```
 */
export function createStore<
  Mutations extends TypeMapOf<Mutations, MutationTypes>,
  Entities extends EntityMapOf<Entities> = NoEntities,
  Code extends string = string,
>(options: StoreOptions<Mutations, Entities>): SyncStore<Mutations, Entities, Code> {
  return createStoreIn({}, options);
}

/** As {@link createStore}, with surroundings of the caller's choice. */
export function createStoreIn<
  Mutations extends TypeMapOf<Mutations, MutationTypes>,
  Entities extends EntityMapOf<Entities> = NoEntities,
  Code extends string = string,
>(surroundings: StoreSurroundings, options: StoreOptions<Mutations, Entities>): SyncStore<Mutations, Entities, Code> {
  const { open = browserKeeper, restore = anew, tabs = browserTabs, onFocus = whenLookedAt } = surroundings;
  const { sync, user, mutators = {}, keys = {}, name = "" } = options;
  const database = databaseOf(name, user);
  type Untyped = (tx: CopyTx, args: unknown) => void;
  const known = mutators as Readonly<Record<string, Readonly<Record<string, Untyped>> | undefined>>;
  const fields = keys as unknown as Readonly<Record<string, string | undefined>>;
  const replica = new Replica({
    log: sync.log,
    user,
    find: (mutation, version) => (Object.hasOwn(known, mutation) ? known[mutation]?.[version] : undefined),
    keyOf: (entity, data) => String((data as Readonly<Record<string, unknown>>)[fields[entity] ?? "id"]),
    open: () => open(database),
    restore: error => restore(database, error),
    tabs: tabs(database),
    onFocus,
  });
  return {
    mutate: (mutation, version, scope, args, { after } = {}) => {
      // What the app does with it from now on is its business.
      const copied: unknown = JSON.parse(JSON.stringify(args ?? {}));
      const asked = { name: mutation as RouteName<Mutations> & string, version: version as string, scope: scope as string, args: copied };
      return replica.mutate({ ...asked, ...(after !== undefined && { after }) }) as Mutated<Code>;
    },
    entities: (entity, query) => {
      const { scope, ...asked } = query as Query<unknown>;
      const list = new LiveList(entity, asked);
      return {
        get: () => list.of(replica.copy(scope)) as readonly EntityOf<Entities, typeof entity>[],
        subscribe: changed => replica.hold(scope, changed),
      };
    },
    entity: (entity, id, scope) => ({
      get: () => replica.copy(scope)?.get(entity, id) as EntityOf<Entities, typeof entity> | undefined,
      subscribe: changed => replica.hold(scope, changed),
    }),
    pending: (entity, scope) => livePending(replica, entity, scope),
    status: scope => ({ get: () => replica.status(scope), subscribe: changed => replica.hold(scope, changed) }),
    dismiss: id => replica.dismiss(id),
    onDrop: callback => replica.onDrop(callback),
    close: () => replica.close(),
  };
}

/** What is kept for a user; nobody's is called as no user's is, whatever they are called. */
export function databaseOf(name: string, user: string | null): string {
  const part = encodeURIComponent(name);
  return user === null ? `syncwright nobody's store ${part}` : `syncwright store ${part} ${user}`;
}

const NO_KEYS: ReadonlySet<string> = new Set();

function livePending(replica: Replica, entity: string, scope: string): Live<ReadonlySet<string>> {
  let keys = NO_KEYS;
  return {
    get: () => {
      const now = new Set(replica.copy(scope)?.guessed(entity) ?? []);
      const isSame = now.size === keys.size && [...now].every(key => keys.has(key));
      if (!isSame) keys = now;
      return keys;
    },
    subscribe: changed => replica.hold(scope, changed),
  };
}

/** Begins anew where a database is damaged; null where it may be readable again. */
function anew(name: string, error: unknown): Promise<Keeper> | null {
  return isDamaged(error) ? deleteDB(name).then(() => browserKeeper(name)) : null;
}

function whenLookedAt(focused: () => void): () => void {
  if (typeof document === "undefined") return () => {};
  const changed = (): void => {
    if (document.visibilityState === "visible") focused();
  };
  document.addEventListener("visibilitychange", changed);
  return () => document.removeEventListener("visibilitychange", changed);
}
