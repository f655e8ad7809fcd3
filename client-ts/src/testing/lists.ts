/** Lists of items: an app with durable data, its server and a page of it, for tests. */

import { createStoreIn, type StoreSurroundings } from "../store/createStore";
import type { Mutated, Mutators, SyncStore } from "../store/storeTypes";
import { TestBrowser, type TestTab } from "./browser";
import { LogServer, TestConnection, type Apply } from "./logServer";
import { turns } from "./turns";

export interface Item {
  readonly id: string;
  readonly text: string;
  readonly count: number;
}

export interface Mutations {
  readonly list: {
    readonly put: { readonly v1: { readonly args: { readonly id: string; readonly text: string }; readonly scope: `list-${string}` } };
    readonly add: { readonly v1: { readonly args: { readonly id: string; readonly amount: number }; readonly scope: `list-${string}` } };
    readonly clear: { readonly v1: { readonly args: Readonly<Record<string, never>>; readonly scope: `list-${string}` } };
  };
}

export interface Entities {
  readonly item: { readonly data: Item; readonly key: "id"; readonly scope: `list-${string}` };
}

export type Store = SyncStore<Mutations, Entities>;

/** What the server does: the text "no" is refused, "shout" is written in another way than anybody would guess. */
export const apply: Apply = (data, name, args) => {
  const { id, text, amount } = args as { id: string; text: string; amount: number };
  const item = data.get(id) as Item | undefined;
  if (name === "list/put") {
    if (text === "no") return "list-no";
    data.set(id, { id, text: text === "shout" ? "SHOUT" : text, count: item?.count ?? 0 });
  } else if (name === "list/add") {
    if (item === undefined) return "list-gone";
    data.set(id, { ...item, count: item.count + amount });
  } else {
    data.clear();
  }
  return undefined;
};

export const mutators: Mutators<Mutations, Entities> = {
  "list/put": {
    v1: (tx, { id, text }) => {
      if (!tx.update("item", id, { text })) tx.create("item", { id, text, count: 0 });
    },
  },
  "list/add": { v1: (tx, { id, amount }) => void tx.update("item", id, before => ({ ...before, count: before.count + amount })) },
};

export const SCOPE = "list-1";

export interface Page {
  readonly store: Store;
  readonly connection: TestConnection;
  readonly tab: TestTab;
  /** What it shows of a scope that it reads. */
  readonly items: (scope?: Scope) => readonly string[];
  /** Reads another scope, too; returns its own undo. */
  readonly read: (scope: Scope) => () => void;
  /** Looks at the page again. */
  readonly focus: () => void;
}

export type Scope = `list-${string}`;

/** Lets everything happen that waits for nothing but its turn. */
export function settle(): Promise<void> {
  return turns(200);
}

export function put(store: Store, id: string, text: string, scope: Scope = SCOPE): Mutated {
  return store.mutate("list/put", "v1", scope, { id, text });
}

export function add(store: Store, id: string, amount: number, scope: Scope = SCOPE): Mutated {
  return store.mutate("list/add", "v1", scope, { id, amount });
}

export interface PageOptions {
  readonly isOpen?: boolean;
  readonly guesses?: Mutators<Mutations, Entities>;
  /** Whose store it is, and whose session. */
  readonly user?: string | null;
  /** What is made of a database that cannot be read. */
  readonly restore?: StoreSurroundings["restore"];
}

/** An item as it is shown. */
export function shown({ id, text, count }: Item): string {
  return `${id} ${text} ${count}`;
}

export function open(server: LogServer, browser: TestBrowser, options: PageOptions = {}): Page {
  const { isOpen = true, guesses = mutators, user = "ada", restore = () => null } = options;
  const [connection, tab] = [new TestConnection(server, user), browser.tab()];
  if (isOpen) connection.open();
  let focus = (): void => {};
  const onFocus = (focused: () => void): (() => void) => {
    focus = focused;
    return () => {};
  };
  const surroundings = { open: async () => tab, restore, tabs: () => tab, onFocus };
  const store: Store = createStoreIn<Mutations, Entities>(surroundings, { sync: { log: connection }, user, mutators: guesses });
  const list = (scope: Scope) => store.entities("item", { scope });
  const read = (scope: Scope): (() => void) => list(scope).subscribe(() => {});
  read(SCOPE);
  return { store, connection, tab, read, focus: () => focus(), items: (scope = SCOPE) => list(scope).get().map(shown) };
}
