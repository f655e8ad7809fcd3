import { useEffect, useRef, useState } from "react";
import { usePaced } from "../live/usePaced";
import { lengthOf } from "./noteLength";

/** Others read along, a few words behind. */
const PASS_EVERY_MS = 250;
/** As long as the rule in `src/board/_state/notes_v1.rs` allows. */
const LONGEST_TEXT = 280;

interface NoteEditorProps {
  /** What is written on the note, as far as is known here. */
  readonly text: string;
  readonly label: string;
  /** Hands on what is written until now, and returns whether that was possible. */
  onPass(text: string): boolean;
  /** Hands on what is written, in the end. */
  onWrite(text: string): void;
  onDone(): void;
}

/**
 * Writes on a note. What is typed here is shown here until it is handed on; from then on the note says what is written, also when somebody
 * else writes on it at the same time.
 */
export function NoteEditor({ text, label, onPass, onWrite, onDone }: NoteEditorProps) {
  const [typed, setTyped] = useState<string | null>(null);
  // As it is now, rather than when it was drawn: the end may come twice, by the focus and with the page.
  const newest = useRef<string | null>(null);
  const pace = usePaced<string>(PASS_EVERY_MS, (next) => {
    if (onPass(next)) show(null);
  });
  const shown = typed ?? text;

  function show(next: string | null) {
    newest.current = next;
    setTyped(next);
  }

  function end() {
    pace.drop();
    if (newest.current !== null) onWrite(newest.current);
    show(null);
  }

  // Whoever leaves the page in the middle of a word has written it.
  const newestEnd = useRef(end);
  newestEnd.current = end;
  useEffect(() => () => newestEnd.current(), []);

  return (
    <div className="note-editor" data-length={lengthOf(shown)}>
      {/* As high as what is written, which a text area is not by itself. */}
      <p className="note-text" aria-hidden="true">
        {shown}{" "}
      </p>
      <textarea
        aria-label={label}
        value={shown}
        maxLength={LONGEST_TEXT}
        autoFocus
        onFocus={({ target }) => target.setSelectionRange(target.value.length, target.value.length)}
        onChange={({ target }) => {
          show(target.value);
          pace.say(target.value);
        }}
        onBlur={() => {
          end();
          onDone();
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey))) onDone();
        }}
        data-testid="note-editor"
      />
    </div>
  );
}
