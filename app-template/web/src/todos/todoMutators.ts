/** What each mutation is guessed to do, so that it shows at once and offline; the server's word takes its place. */
import type { AppMutators } from "../_sockets/syncRequest";

/** As the handlers in `src/todos/_mutation/` do it, for somebody who is called `author()` by then. */
export function todoMutators(author: () => string): AppMutators {
  return {
    "todos/create": {
      v1: (tx, { id, title, place }) => {
        const list = tx.scope.replace(/^todos-/, "");
        tx.create("todo", { id, list, title, place, done: false, votes: 0, author: author() });
      },
    },
    "todos/edit": {
      v1: (tx, { id, title, done }) =>
        void tx.update("todo", id, (todo) => ({ ...todo, title: title ?? todo.title, done: done ?? todo.done })),
    },
    "todos/vote": { v1: (tx, { id }) => void tx.update("todo", id, (todo) => ({ ...todo, votes: todo.votes + 1 })) },
    "todos/move": { v1: (tx, { id, place }) => void tx.update("todo", id, { place }) },
    "todos/remove": { v1: (tx, { id }) => void tx.delete("todo", id) },
  };
}
