/** The board as the server's file declares it: `src/board/_state/notes_v1.rs`. */
import type { StateAction, StateView } from "../_sockets/apiTypes.generated";

/** What a member sees of a board. */
export type BoardView = StateView<"board", "notes", "v1">;
/** What changes it. */
export type BoardAction = StateAction<"board", "notes", "v1">;
export type BoardNote = BoardView["notes"][string];
