import type { CallOutcome } from "../live/useCall";

/** The server's sentence under the control that was refused. */
export function CallError({ outcome }: { outcome: CallOutcome | null }) {
  if (outcome?.status !== "error") return null;
  return (
    <p role="alert" className="notice danger" data-testid="call-error" data-code={outcome.error.errorCode}>
      {outcome.error.message} <code>{outcome.error.errorCode}</code>
    </p>
  );
}
