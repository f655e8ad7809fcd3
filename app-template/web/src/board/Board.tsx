import { type MouseEvent, useCallback, useId, useMemo, useRef, useState } from "react";
import type { Color } from "../_sockets/apiTypes.generated";
import { usePresence } from "../_sockets/syncRequest";
import { useWords } from "../language/LanguageProvider";
import { CallError } from "../parts/CallError";
import { colorOf } from "../parts/colors";
import { Swatches } from "../parts/Swatches";
import { useSession } from "../session/SessionProvider";
import { BoardPeople } from "./BoardPeople";
import { BoardStatus } from "./BoardStatus";
import type { BoardView } from "./boardTypes";
import { Cursors } from "./Cursors";
import { freePlace, NOTE, type Place, placeForNote, placeOnBoard } from "./geometry";
import { HostSwitch } from "./HostSwitch";
import { Note } from "./Note";
import { newId } from "../parts/newId";
import { useBoard } from "./useBoard";
import { usePointing } from "./usePointing";

const EMPTY: BoardView = { notes: {}, order: [] };

/** The notes of a room, those who are at them, and what all of them do there; `null` is no room. */
export function Board({ room }: { room: `board-${string}` | null }) {
  const words = useWords();
  const { session } = useSession();
  const me = { name: session?.name ?? "", isHost: session?.host ?? false };
  const { board, deeds, outcome } = useBoard(room, me);
  const presence = usePresence(room);
  const pointing = usePointing(room);
  const [color, setColor] = useState<Color | null>(null);
  const [made, setMade] = useState<string | null>(null);
  const addButton = useRef<HTMLButtonElement>(null);
  const keysId = useId();
  const view = board.value ?? EMPTY;
  const notes = useMemo(() => inOrderOfMaking(view), [view]);
  const ownColor = (userId: string) => presence.people.find(({ user }) => user.userId === userId)?.data?.color ?? colorOf(userId);
  const nextColor = color ?? ownColor(session?.userId ?? "");
  const isThere = board.value !== undefined;

  function add(place: Place) {
    const id = newId();
    setMade(id);
    deeds.act({ put: { id, text: "", ...placeForNote(place), color: nextColor } });
  }

  function addHere(event: MouseEvent<HTMLElement>) {
    const isOnBoard = event.target === event.currentTarget;
    if (!isThere || !isOnBoard) return;
    const { x, y } = placeOnBoard(event, event.currentTarget.getBoundingClientRect());
    add({ x: x - NOTE.width / 2, y: y - NOTE.height / 3 });
  }

  // The same one for ever: notes are drawn anew only when they change.
  const focusAdd = useCallback(() => addButton.current?.focus(), []);

  return (
    <section className="board-part" aria-label={words.board.title}>
      <div className="board-bar">
        <button
          ref={addButton}
          type="button"
          className="button primary"
          disabled={!isThere}
          onClick={() => add(freePlace(Object.values(view.notes)))}
          data-testid="note-add"
        >
          <span aria-hidden="true">+</span> {words.board.add}
        </button>
        <Swatches legend={words.board.nextColor} testId="note-color" value={nextColor} isDisabled={!isThere} isSmall onChange={setColor} />
        <div className="board-here">
          {room !== null && <BoardStatus status={board.status} problem={board.error?.message} pending={board.pending} />}
          <BoardPeople presence={presence} colorOf={ownColor} />
        </div>
      </div>
      <div className="board-frame">
        <ul
          className="board"
          aria-label={words.board.notes}
          data-board=""
          data-status={board.status}
          data-testid="board"
          onDoubleClick={addHere}
          {...pointing}
        >
          {notes.map(({ id, note, level }) => (
            <Note
              key={id}
              id={id}
              note={note}
              level={level}
              isHost={me.isHost}
              isNew={id === made}
              keysId={keysId}
              deeds={deeds}
              onRemoved={focusAdd}
            />
          ))}
        </ul>
        {notes.length === 0 && (
          <p className="board-empty" data-testid="board-empty">
            {emptyWord()}
          </p>
        )}
        {room !== null && <Cursors room={room} colorOf={ownColor} />}
      </div>
      <div className="board-refusal">
        <CallError outcome={outcome} />
      </div>
      {board.error !== null && (
        <p role="alert" className="notice danger" data-testid="board-error" data-code={board.error.errorCode}>
          {board.error.message} <code>{board.error.errorCode}</code>
        </p>
      )}
      <p id={keysId} className="hint board-keys">
        {words.board.keys}
      </p>
      <HostSwitch />
    </section>
  );

  function emptyWord(): string {
    if (session === null) return words.room.mustSignIn;
    if (room === null) return words.room.mustJoin;
    return isThere ? words.board.empty : words.board.status.loading;
  }
}

/** The notes in the order in which they were made, whatever lies on top: what is moved on a page loses the focus and the pointer. */
function inOrderOfMaking({ notes, order }: BoardView) {
  const levels = new Map(order.map((id, level) => [id, level]));
  return Object.keys(notes)
    .sort()
    .flatMap((id) => {
      const note = notes[id];
      return note === undefined ? [] : [{ id, note, level: levels.get(id) ?? 0 }];
    });
}
