/** Lists of items: an app with durable data, its server and a page of it, for tests. */

import { createStoreIn } from "../store/createStore";
import type { Mutators, SyncStore } from "../store/storeTypes";
import { TestBrowser, type TestTab } from "./browser";
import { LogServer, TestConnection, type Apply } from "./logServer";

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
  readonly items: () => readonly string[];
  /** Looks at the page again. */
  readonly focus: () => void;
}

export function open(server: LogServer, browser: TestBrowser, isOpen = true, guesses: Mutators<Mutations, Entities> = mutators): Page {
  const [connection, tab] = [new TestConnection(server), browser.tab()];
  if (isOpen) connection.open();
  let focus = (): void => {};
  const onFocus = (focused: () => void): (() => void) => {
    focus = focused;
    return () => {};
  };
  const surroundings = { open: async () => tab, restore: () => null, tabs: () => tab, onFocus };
  const store: Store = createStoreIn<Mutations, Entities>(surroundings, { sync: { log: connection }, user: "ada", mutators: guesses });
  const list = store.entities("item", { scope: SCOPE });
  list.subscribe(() => {});
  return { store, connection, tab, focus: () => focus(), items: () => list.get().map(({ id, text, count }) => `${id} ${text} ${count}`) };
}
