import { useWords } from "../language/LanguageProvider";

interface BoardStatusProps {
  readonly status: "loading" | "live" | "stale" | "error";
  /** Why the board cannot be had. */
  readonly problem: string | undefined;
  /** How many actions have no answer yet. */
  readonly pending: number;
}

/** Whether the board is what the server has, and what is still on its way there. */
export function BoardStatus({ status, problem, pending }: BoardStatusProps) {
  const words = useWords();
  return (
    <p className="board-status" data-testid="board-status" data-status={status} data-pending={pending}>
      {pending > 0 && (
        <span className="board-pending muted" data-testid="board-pending">
          {words.board.pending(pending)}
        </span>
      )}
      <span className="dot" aria-hidden="true" />
      <span role="status" title={problem}>
        {words.board.status[status]}
      </span>
    </p>
  );
}
