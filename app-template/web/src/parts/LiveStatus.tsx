interface LiveStatusProps {
  /** `waits`: what is shown may be older than what the server has. `rests`: so it is, and nobody tries to change that. */
  readonly tone: "live" | "waits" | "rests" | "error";
  /** How it stands, in one word for tests, and in the reader's words. */
  readonly status: string;
  readonly text: string;
  /** How much is on its way to the server, and what is said of that. */
  readonly pending: number;
  readonly pendingText: string;
  /** Why it cannot be had. */
  readonly problem: string | undefined;
  readonly testId: string;
}

/** Whether something is what the server has, and what is still on its way there. */
export function LiveStatus({ tone, status, text, pending, pendingText, problem, testId }: LiveStatusProps) {
  return (
    <p className="live-status" data-tone={tone} data-testid={`${testId}-status`} data-status={status} data-pending={pending}>
      {pending > 0 && (
        <span className="live-pending muted" data-testid={`${testId}-pending`}>
          {pendingText}
        </span>
      )}
      <span className="dot" aria-hidden="true" />
      <span role="status" title={problem}>
        {text}
      </span>
    </p>
  );
}
