import type { BoardAction, BoardNote, BoardView } from "./boardTypes";

/** Who acts, as far as it matters. */
export interface Actor {
  readonly name: string;
  readonly isHost: boolean;
}

/**
 * What an action of `actor` makes of a board, as `apply` in `src/board/_state/notes_v1.rs`: what the server refuses leaves the board as it is.
 *
 * It is shown until the server has answered; what has not changed is the same object as before.
 */
export function applied(board: BoardView, action: BoardAction, actor: Actor): BoardView {
  if ("put" in action) {
    const { id, ...put } = action.put;
    if (board.notes[id] !== undefined) return board;
    const note: BoardNote = { ...put, author: actor.name, hidden: false };
    return { notes: { ...board.notes, [id]: note }, order: [...board.order, id] };
  }
  if ("move" in action) {
    const { id, x, y } = action.move;
    const moved = changed(board, id, { x, y });
    return moved === board ? board : { ...moved, order: [...board.order.filter((other) => other !== id), id] };
  }
  if ("write" in action) return changed(board, action.write.id, { text: action.write.text });
  if ("paint" in action) return changed(board, action.paint.id, { color: action.paint.color });
  if ("hide" in action) return actor.isHost ? changed(board, action.hide.id, { hidden: action.hide.hidden }) : board;
  return without(board, action.remove.id);
}

function changed(board: BoardView, id: string, change: Partial<BoardNote>): BoardView {
  const note = board.notes[id];
  return note === undefined ? board : { ...board, notes: { ...board.notes, [id]: { ...note, ...change } } };
}

function without(board: BoardView, id: string): BoardView {
  if (board.notes[id] === undefined) return board;
  const { [id]: _, ...notes } = board.notes;
  return { notes, order: board.order.filter((other) => other !== id) };
}
