import type { ScopeStatus } from "syncwright";
import { useWords } from "../language/LanguageProvider";

/** Whether the list is what the server has, and what is still on its way there. */
export function TodoStatus({ status }: { status: ScopeStatus }) {
  const words = useWords();
  return (
    <p className="board-status" data-testid="todos-status" data-status={status.status} data-pending={status.pending}>
      {status.pending > 0 && (
        <span className="board-pending muted" data-testid="todos-pending">
          {words.todos.waiting(status.pending)}
        </span>
      )}
      <span className="dot" aria-hidden="true" />
      <span role="status" title={status.error?.message}>
        {words.todos.status[status.status]}
      </span>
    </p>
  );
}
