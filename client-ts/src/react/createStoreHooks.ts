/** The React hooks of the data that an app keeps in scopes: thin, over the store of whoever is signed in. */

import { createContext, createElement, useContext, useInsertionEffect, useMemo, useRef, useSyncExternalStore, type ReactNode } from "react";
import type { EntityOf, Live, Query, ScopeOfEntity, ScopeStatus, SyncStore } from "../store/storeTypes";

/** The hooks of one app; each can be taken out of the object. All of them belong below a `StoreProvider`. */
export interface StoreHooks<Mutations, Entities, Code extends string = string> {
  /** Gives the store of whoever is signed in to what stands below it; `null` as long as nobody is. */
  readonly StoreProvider: (props: { readonly store: SyncStore<Mutations, Entities, Code> | null; readonly children?: ReactNode }) => ReactNode;
  /** The store itself: `mutate`, `dismiss`, `onDrop`. */
  readonly useStore: () => SyncStore<Mutations, Entities, Code>;
  /** The store, or `null` where there is none: all other hooks throw there. */
  readonly useStoreOrNull: () => SyncStore<Mutations, Entities, Code> | null;
  /**
   * Entities of a kind, sorted; the scope is read for as long as the component is mounted. The list is the same object, with the same
   * entities in it, as long as the query finds the same, also where `where` and `orderBy` are other functions with each render.
   *
   * @example
   * ```tsx
   * const open = useEntities("todo", { scope: `todos-${list}`, where: todo => !todo.done, orderBy: "position" });
   * ```
   */
  readonly useEntities: <Name extends keyof Entities & string>(
    entity: Name,
    query: Query<EntityOf<Entities, Name>, ScopeOfEntity<Entities, Name>>,
  ) => readonly EntityOf<Entities, Name>[];
  /** One entity; undefined where there is none. */
  readonly useEntity: <Name extends keyof Entities & string>(
    entity: Name,
    id: string,
    scope: ScopeOfEntity<Entities, Name>,
  ) => EntityOf<Entities, Name> | undefined;
  /** The keys of those entities of a kind that mutations have changed which wait for the server. */
  readonly usePending: <Name extends keyof Entities & string>(entity: Name, scope: ScopeOfEntity<Entities, Name>) => ReadonlySet<string>;
  /** How a scope stands: what waits, what was refused and why, whether it is what the server has. */
  readonly useSyncStatus: (scope: string) => ScopeStatus;
}

const NOTHING: readonly never[] = Object.freeze([]);
const NO_KEYS: ReadonlySet<string> = new Set();
/** On the server. */
const NOT_YET: ScopeStatus = { cursor: 0, pending: 0, rejected: NOTHING, status: "syncing", error: null };

/**
 * Makes the hooks, with the types of the app.
 *
 * @example
 * ```tsx
 * export const { StoreProvider, useStore, useEntities, useSyncStatus } = createStoreHooks<MutationTypeMap, EntityTypeMap, ErrorCode>();
 * ```
 */
export function createStoreHooks<Mutations, Entities, Code extends string = string>(): StoreHooks<Mutations, Entities, Code> {
  type Store = SyncStore<Mutations, Entities, Code>;
  const Context = createContext<Store | null>(null);

  function useStore(): Store {
    const store = useContext(Context);
    if (store === null) {
      throw new Error("there is no store here: put `<StoreProvider store={…}>` around the components that use it, and show them when it has one");
    }
    return store;
  }

  return {
    StoreProvider: ({ store, children }) => createElement(Context.Provider, { value: store }, children),
    useStore,
    useStoreOrNull: () => useContext(Context),
    useEntities: <Name extends keyof Entities & string>(
      entity: Name,
      { scope, where, orderBy }: Query<EntityOf<Entities, Name>, ScopeOfEntity<Entities, Name>>,
    ) => {
      type List = readonly EntityOf<Entities, Name>[];
      const store = useStore();
      // What was found last outlives the functions of a query, which may be other ones with each render.
      const last = useRef<List>(NOTHING);
      const live = useMemo(() => store.entities(entity, { scope, where, orderBy }), [store, entity, scope, where, orderBy]);
      const get = useMemo(() => keepingSame(live, () => last.current), [live]);
      const { subscribe } = useMemo(() => store.entities(entity, { scope }), [store, entity, scope]);
      const list = useSyncExternalStore<List>(subscribe, get, () => NOTHING);
      useInsertionEffect(() => void (last.current = list));
      return list;
    },
    useEntity: (entity, id, scope) => {
      const store = useStore();
      const live = useMemo(() => store.entity(entity, id, scope), [store, entity, id, scope]);
      return useSyncExternalStore(live.subscribe, live.get, () => undefined);
    },
    usePending: (entity, scope) => {
      const store = useStore();
      const live = useMemo(() => store.pending(entity, scope), [store, entity, scope]);
      return useSyncExternalStore(live.subscribe, live.get, () => NO_KEYS);
    },
    useSyncStatus: scope => {
      const store = useStore();
      const live = useMemo(() => store.status(scope), [store, scope]);
      return useSyncExternalStore(live.subscribe, live.get, () => NOT_YET);
    },
  };
}

/** Reads a list; the same object as long as it has the same in it as the last one that was shown. */
function keepingSame<Item>(live: Live<readonly Item[]>, last: () => readonly Item[]): () => readonly Item[] {
  return () => {
    const [before, now] = [last(), live.get()];
    return before.length === now.length && now.every((item, index) => Object.is(item, before[index])) ? before : now;
  };
}
