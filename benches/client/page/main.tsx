/** A page with notes, or rows: as many of a list as fit on a screen and a little more, sorted by their text. */
import { seen } from "./seen";
import { createRoot } from "react-dom/client";
import { createStore, createSync, defineMutators } from "syncwright";
import { createStoreHooks } from "syncwright/react";
import type { Entities, Mutations } from "./notes";

/** How many rows are in the document: a long list is not. */
const ROWS = 100;

const place = new URLSearchParams(location.search);
const scope = place.get("scope") as `notes-${string}`;
// Both have what is shown of them.
const entity = place.get("entity") as "note";
const orderBy = entity === "note" ? "text" : "id";
const mutators = defineMutators<Mutations, Entities>({
  "notes/add": { v1: (tx, { id, text }) => tx.put("note", { id, text, count: (tx.get("note", id)?.count ?? 0) + 1 }) },
});
const sync = createSync({ url: `http://127.0.0.1:${place.get("port")}` });
const store = createStore<Mutations, Entities>({ sync, user: null, mutators });
const { StoreProvider, useEntities, useSyncStatus } = createStoreHooks<Mutations, Entities>();

function Notes({ isChoosing }: { isChoosing: boolean }) {
  // Another function with each render.
  const where = isChoosing ? ({ count }: { count: number }) => count > 0 : undefined;
  const notes = useEntities(entity, { scope, where, orderBy });
  const { status, pending } = useSyncStatus(scope);
  return (
    <main data-status={status} data-pending={pending} data-notes={notes.length}>
      <ol>
        {notes.slice(0, ROWS).map(({ id, text, count }) => (
          <li key={id} id={id}>
            <span>{text}</span> <b>{count}</b>
          </li>
        ))}
      </ol>
    </main>
  );
}

const root = createRoot(document.getElementById("root")!);
seen.mutate = (id, text) => store.mutate("notes/add", "v1", scope, { id, text });
seen.show = (isChoosing) =>
  root.render(
    <StoreProvider store={store}>
      <Notes isChoosing={isChoosing} />
    </StoreProvider>,
  );
seen.show(false);
