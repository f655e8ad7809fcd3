/** The two ways in which a call ends before its answer: too late, or no longer wanted. */

import type { ClientErrorCode } from "./answer";

/** The limits of one call, all decided. */
export interface Limits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** The longest time that `setTimeout` can count, in milliseconds; beyond it, it fires at once. */
export const LONGEST_TIMEOUT_MS: number = 2 ** 31 - 1;

/** Calls `end` once, when the time is over or the signal is aborted from now on; returns its own undo. */
export function deadline({ timeoutMs, signal }: Limits, end: (code: ClientErrorCode) => void): () => void {
  const aborted = (): void => {
    stop();
    end("sync-cancelled");
  };
  const late = (): void => {
    stop();
    end("sync-timeout");
  };
  const timer = timeoutMs > LONGEST_TIMEOUT_MS ? undefined : setTimeout(late, timeoutMs);
  const stop = (): void => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", aborted);
  };
  signal?.addEventListener("abort", aborted);
  return stop;
}
