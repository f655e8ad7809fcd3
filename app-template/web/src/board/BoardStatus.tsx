import { useWords } from "../language/LanguageProvider";
import { LiveStatus } from "../parts/LiveStatus";

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
    <LiveStatus
      tone={status === "live" || status === "error" ? status : "waits"}
      status={status}
      text={words.board.status[status]}
      pending={pending}
      pendingText={words.board.pending(pending)}
      problem={problem}
      testId="board"
    />
  );
}
