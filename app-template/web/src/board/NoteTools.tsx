import type { ReactNode } from "react";
import type { Color } from "../_sockets/apiTypes.generated";
import { useWords } from "../language/LanguageProvider";
import { Swatches } from "../parts/Swatches";
import type { BoardNote } from "./boardTypes";

interface NoteToolsProps {
  readonly note: BoardNote;
  readonly isHost: boolean;
  /** Where beside the note there is room for them: `above left`. */
  readonly side: string;
  onEdit(): void;
  onPaint(color: Color): void;
  onHide(hidden: boolean): void;
  onRemove(): void;
}

/** What can be done with a note, beside it. */
export function NoteTools({ note, isHost, side, onEdit, onPaint, onHide, onRemove }: NoteToolsProps) {
  const words = useWords();
  return (
    <div className={`note-tools ${side}`} role="group" aria-label={words.board.tools}>
      <Swatches legend={words.board.color} testId="note-paint" value={note.color} isSmall onChange={onPaint} />
      <Tool label={words.board.edit} testId="note-edit" onPress={onEdit}>
        <path d="M4 16l.8-3.4L13 4.4a1.4 1.4 0 0 1 2 0l.6.6a1.4 1.4 0 0 1 0 2L7.4 15.2z" />
      </Tool>
      {isHost && (
        <Tool label={note.hidden ? words.board.show : words.board.hide} testId="note-hide" onPress={() => onHide(!note.hidden)}>
          <path d="M2.5 10S5.3 5 10 5s7.5 5 7.5 5-2.8 5-7.5 5-7.5-5-7.5-5z" />
          <circle cx="10" cy="10" r="2" />
          {!note.hidden && <path d="M4 16L16 4" />}
        </Tool>
      )}
      <Tool label={words.board.remove} testId="note-remove" onPress={onRemove}>
        <path d="M4 6h12M8 6V4.2h4V6M5.6 6l.7 10h7.4l.7-10M8.6 9v4M11.4 9v4" />
      </Tool>
    </div>
  );
}

function Tool({ label, testId, onPress, children }: { label: string; testId: string; onPress(): void; children: ReactNode }) {
  return (
    <button type="button" className="note-tool" aria-label={label} title={label} onClick={onPress} data-testid={testId}>
      <svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true">
        {children}
      </svg>
    </button>
  );
}
