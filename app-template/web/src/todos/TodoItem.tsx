import { useState } from "react";
import type { EntityTypeMap } from "../_sockets/apiTypes.generated";
import { useWords } from "../language/LanguageProvider";

/** Something to do. */
export type TodoData = EntityTypeMap["todo"]["data"];

interface TodoItemProps {
  readonly todo: TodoData;
  /** Something that was done to it here is not on the server yet. */
  readonly isPending: boolean;
  readonly onEdit: (change: { readonly title?: string; readonly done?: boolean }) => void;
  readonly onVote: () => void;
  readonly onRemove: () => void;
  /** Left out for the first one. */
  readonly onUp: (() => void) | undefined;
  /** Left out for the last one. */
  readonly onDown: (() => void) | undefined;
}

export function TodoItem({ todo, isPending, onEdit, onVote, onRemove, onUp, onDown }: TodoItemProps) {
  const words = useWords();
  const { title, done, votes, author } = todo;
  return (
    <li className="todo" data-testid="todo" data-state={isPending ? "pending" : "saved"} data-done={done}>
      <input
        type="checkbox"
        checked={done}
        onChange={(event) => onEdit({ done: event.target.checked })}
        aria-label={words.todos.done(title)}
        data-testid="todo-done"
      />
      <TodoTitle title={title} onChange={(changed) => onEdit({ title: changed })} />
      <span className="todo-state muted" data-testid="todo-state" title={words.todos.by(author)}>
        {isPending ? words.todos.pending : words.todos.saved}
      </span>
      <span className="todo-tools">
        <button type="button" className="button quiet small" onClick={onVote} aria-label={words.todos.vote(title, votes)} data-testid="todo-vote">
          <span aria-hidden="true">▲ {votes}</span>
        </button>
        <button type="button" className="button quiet small" onClick={onUp} disabled={onUp === undefined} aria-label={words.todos.up(title)} data-testid="todo-up">
          <span aria-hidden="true">↑</span>
        </button>
        <button type="button" className="button quiet small" onClick={onDown} disabled={onDown === undefined} aria-label={words.todos.down(title)} data-testid="todo-down">
          <span aria-hidden="true">↓</span>
        </button>
        <button type="button" className="button quiet small" onClick={onRemove} aria-label={words.todos.remove(title)} data-testid="todo-remove">
          <span aria-hidden="true">✕</span>
        </button>
      </span>
    </li>
  );
}

/** What somebody is writing here is theirs until they leave the field; what others write meanwhile shows when nobody writes here. */
function TodoTitle({ title, onChange }: { title: string; onChange: (title: string) => void }) {
  const words = useWords();
  const [draft, setDraft] = useState<string | null>(null);

  function finish() {
    const written = draft?.trim() ?? "";
    setDraft(null);
    if (written !== "" && written !== title) onChange(written);
  }

  return (
    <input
      className="todo-title"
      value={draft ?? title}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={finish}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.currentTarget.blur();
        else if (event.key === "Escape") setDraft(null);
      }}
      maxLength={200}
      aria-label={words.todos.titleOf(title)}
      autoComplete="off"
      data-testid="todo-title"
    />
  );
}
