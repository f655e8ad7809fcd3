import type { RejectedMutation } from "syncwright";
import { useWords } from "../language/LanguageProvider";

interface RejectedTodosProps {
  readonly rejected: readonly RejectedMutation[];
  readonly onDismiss: (id: string) => void;
}

/** What the server has refused, and why, until somebody has read it. */
export function RejectedTodos({ rejected, onDismiss }: RejectedTodosProps) {
  const words = useWords();
  return (
    <ul className="todos-rejected" aria-label={words.todos.rejected} aria-live="polite">
      {rejected.map(({ id, name, args, errorCode, message }) => (
        <li key={id} className="notice danger dismissable" data-testid="todo-rejected" data-code={errorCode}>
          <span>
            <strong>{titleIn(args) ?? name}</strong>: {message} <code>{errorCode}</code>
          </span>
          <button type="button" className="button quiet small" onClick={() => onDismiss(id)} data-testid="todo-dismiss">
            {words.todos.dismiss}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** The title that a mutation was asked for with, if it had one. */
function titleIn(args: unknown): string | undefined {
  if (typeof args !== "object" || args === null || !("title" in args)) return undefined;
  return typeof args.title === "string" ? args.title : undefined;
}
