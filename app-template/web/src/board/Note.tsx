import { type CSSProperties, type FocusEvent, type KeyboardEvent, memo, useRef, useState } from "react";
import { useWords } from "../language/LanguageProvider";
import type { BoardNote } from "./boardTypes";
import { BOARD, type Place, placeForNote } from "./geometry";
import { NoteEditor } from "./NoteEditor";
import { lengthOf } from "./noteLength";
import { NoteTools } from "./NoteTools";
import type { BoardDeeds } from "./useBoard";
import { useDrag } from "./useDrag";
import { useMoving } from "./useMoving";

interface NoteProps {
  readonly id: string;
  readonly note: BoardNote;
  /** How many notes lie below it. */
  readonly level: number;
  readonly isHost: boolean;
  /** It was made here a moment ago: it can be written on at once. */
  readonly isNew: boolean;
  /** The id of a sentence that says which keys do what. */
  readonly keysId: string;
  readonly deeds: BoardDeeds;
  onRemoved(): void;
}

/** One note, which is dragged, written on, and brings its tools along while it is selected. */
export const Note = memo(function Note({ id, note, level, isHost, isNew, keysId, deeds, onRemoved }: NoteProps) {
  const words = useWords();
  const [isEditing, setEditing] = useState(isNew);
  const [isSelected, setSelected] = useState(false);
  const card = useRef<HTMLDivElement>(null);
  const moving = useMoving(id, deeds);
  const at = placeForNote(moving.at ?? note);
  const drag = useDrag({
    from: at,
    onMove: moving.to,
    onDrop: moving.drop,
    // The first tap selects, the second writes; with a mouse, a double click does.
    onTap: () => (isSelected ? setEditing(true) : card.current?.focus()),
  });

  function remove() {
    deeds.act({ remove: { id } });
    onRemoved();
  }

  function press(event: KeyboardEvent) {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = DIRECTIONS[event.key];
    if (direction !== undefined) {
      const step = event.shiftKey ? 50 : 10;
      moving.to({ x: at.x + direction.x * step, y: at.y + direction.y * step });
    } else if (event.key === "Enter" || event.key === "F2") setEditing(true);
    else if (event.key === "Delete" || event.key === "Backspace") remove();
    else return;
    event.preventDefault();
  }

  function blur({ currentTarget, relatedTarget }: FocusEvent) {
    moving.drop();
    setSelected(currentTarget.contains(relatedTarget));
  }

  function finish() {
    setEditing(false);
    if (document.activeElement instanceof HTMLTextAreaElement) card.current?.focus();
  }

  return (
    <li
      className="note"
      style={{ "--x": at.x, "--y": at.y, "--level": level + 1, "--tilt": tiltOf(id) } as CSSProperties}
      data-color={note.color}
      data-hidden={note.hidden}
      data-moving={moving.at !== null}
      data-selected={isSelected}
      data-testid="note"
      data-note={id}
      data-level={level}
      data-x={at.x}
      data-y={at.y}
      onFocus={() => setSelected(true)}
      onBlur={blur}
    >
      <div
        ref={card}
        className="note-card"
        role="group"
        tabIndex={0}
        aria-label={note.hidden ? words.board.hiddenNoteBy(note.author) : words.board.noteBy(note.author)}
        aria-describedby={keysId}
        onKeyDown={press}
        onKeyUp={moving.drop}
        onDoubleClick={() => setEditing(true)}
        {...drag}
        data-testid="note-card"
      >
        {isEditing ? (
          <NoteEditor
            text={note.text}
            label={words.board.text}
            onPass={(text) => deeds.pass({ write: { id, text } })}
            onWrite={(text) => deeds.act({ write: { id, text } })}
            onDone={finish}
          />
        ) : (
          <p className="note-text" data-length={lengthOf(note.text)} data-testid="note-text">
            {note.text}
          </p>
        )}
        <p className="note-foot">
          <span className="note-author" data-testid="note-author">
            {note.author}
          </span>
          {note.hidden && (
            <span className="note-hidden" data-testid="note-hidden">
              {words.board.hidden}
            </span>
          )}
        </p>
      </div>
      {isSelected && moving.at === null && (
        <NoteTools
          note={note}
          isHost={isHost}
          side={sideOf(at)}
          onEdit={() => setEditing(true)}
          onRemove={remove}
          onPaint={(color) => deeds.act({ paint: { id, color } })}
          onHide={(hidden) => deeds.act({ hide: { id, hidden } })}
        />
      )}
    </li>
  );
});

const DIRECTIONS: Readonly<Record<string, Place>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** Where the tools of a note have room: towards the middle of the board. */
function sideOf({ x, y }: Place): string {
  return `${y > BOARD.height / 2 ? "above" : "below"} ${x > BOARD.width / 2 ? "left" : "right"}`;
}

/** A hand puts no two notes quite alike: from −1 to 1, the same in every tab. */
function tiltOf(id: string): number {
  return (Array.from(id).reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % 7) / 3 - 1;
}
