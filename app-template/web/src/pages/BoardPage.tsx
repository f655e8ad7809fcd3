import { Board } from "../board/Board";
import { useWords } from "../language/LanguageProvider";
import { usePageRoom } from "../live/usePageRoom";
import { CodeBlock } from "../parts/CodeBlock";
import { RoomPicker } from "../parts/RoomPicker";
import { PageHead } from "./PageHead";
import { BOARD_STATE, FOLLOW_AND_ACT } from "./snippets";

const PREFIX = "board-";
const FILES = ["src/board/_room.rs", "src/board/_state/notes_v1.rs", "src/board/_sync/cursor_client_v1.rs"];

/** One value that everybody in the room works on at once: notes on a board. */
export function BoardPage() {
  const words = useWords();
  const pageRoom = usePageRoom("/board", PREFIX);
  const isWanted = pageRoom.isJoined || pageRoom.isBusy;
  return (
    <>
      <PageHead title={words.board.title} lead={words.board.lead} files={FILES} />
      <RoomPicker prefix={PREFIX} pageRoom={pageRoom} />
      <Board key={pageRoom.room} room={isWanted ? `${PREFIX}${pageRoom.id}` : null} />
      <CodeBlock {...BOARD_STATE} />
      <CodeBlock {...FOLLOW_AND_ACT} />
    </>
  );
}
