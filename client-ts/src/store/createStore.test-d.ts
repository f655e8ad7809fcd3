/** What the types of a store say to its app. */

import type { Entities, Mutations } from "../testing/lists";
import type { LogConnection } from "../sync/log";
import { createStore } from "./createStore";

declare const sync: { readonly log: LogConnection };

const store = createStore<Mutations, Entities>({ sync, user: "ada" });
createStore<Mutations, Entities>({ sync, user: null });
// @ts-expect-error it is said whose it is, also where it is nobody's
createStore<Mutations, Entities>({ sync });
// @ts-expect-error nobody is not left open
createStore<Mutations, Entities>({ sync, user: undefined });

store.onDrop(dropped => {
  dropped.error satisfies unknown;
  // @ts-expect-error nobody knows how many were lost with a damaged database
  dropped.waiting satisfies number;
  if (dropped.reason === "not-kept") dropped.waiting satisfies number;
  else dropped.reason satisfies "damaged";
});
