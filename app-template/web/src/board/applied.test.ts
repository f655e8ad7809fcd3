import { expect, it } from "vitest";
import { applied } from "./applied";
import type { BoardAction, BoardNote, BoardView } from "./boardTypes";

const player = { name: "Ada", isHost: false };
const host = { name: "Ada", isHost: true };

const note: BoardNote = { text: "tea", x: 10, y: 20, color: "blue", author: "Bob", hidden: false };
const other: BoardNote = { ...note, text: "milk" };
const board: BoardView = { notes: { a: note, b: other }, order: ["a", "b"] };

/** Frozen all the way down: whoever changes it in place fails. */
function frozen(view: BoardView): BoardView {
  for (const one of [...Object.values(view.notes), view.notes, view.order]) Object.freeze(one);
  return Object.freeze(view);
}

it.each<{ what: string; actor?: typeof player; action: BoardAction; after: BoardView }>([
  {
    what: "a new note is on top, and its author's",
    action: { put: { id: "c", text: "", x: 1, y: 2, color: "pink" } },
    after: {
      notes: { ...board.notes, c: { text: "", x: 1, y: 2, color: "pink", author: "Ada", hidden: false } },
      order: ["a", "b", "c"],
    },
  },
  {
    what: "a moved note goes to the top",
    action: { move: { id: "a", x: 300, y: 40 } },
    after: { notes: { a: { ...note, x: 300, y: 40 }, b: other }, order: ["b", "a"] },
  },
  {
    what: "a note is written on where it is",
    action: { write: { id: "a", text: "two teas" } },
    after: { ...board, notes: { a: { ...note, text: "two teas" }, b: other } },
  },
  {
    what: "a note is painted",
    action: { paint: { id: "b", color: "violet" } },
    after: { ...board, notes: { a: note, b: { ...other, color: "violet" } } },
  },
  {
    what: "a host hides a note",
    actor: host,
    action: { hide: { id: "b", hidden: true } },
    after: { ...board, notes: { a: note, b: { ...other, hidden: true } } },
  },
  { what: "a note is removed", action: { remove: { id: "a" } }, after: { notes: { b: other }, order: ["b"] } },
])("$what", ({ actor = player, action, after }) => {
  expect(applied(frozen(board), action, actor)).toEqual(after);
});

it.each<{ what: string; action: BoardAction }>([
  { what: "a second note of the same name", action: { put: { id: "a", text: "", x: 0, y: 0, color: "pink" } } },
  { what: "moving what is gone", action: { move: { id: "z", x: 0, y: 0 } } },
  { what: "writing on what is gone", action: { write: { id: "z", text: "" } } },
  { what: "painting what is gone", action: { paint: { id: "z", color: "blue" } } },
  { what: "removing what is gone", action: { remove: { id: "z" } } },
  { what: "hiding without being a host", action: { hide: { id: "a", hidden: true } } },
])("$what changes nothing", ({ action }) => {
  expect(applied(board, action, player)).toBe(board);
});

it("what has not changed is the same object as before", () => {
  expect(applied(board, { write: { id: "a", text: "x" } }, player).notes.b).toBe(other);
});
