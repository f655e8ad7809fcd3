/**
 * Asks again before the session's cookie is too old.
 *
 * A session lives as long as a socket of it is open, but its cookie ages in the browser, and the answers to requests alone renew it. A
 * page that only uses its socket would be a guest's after its next reload. So each answer says when to ask again, and the tab does
 * that while it is connected, hidden or not: its socket keeps the session just the same.
 */

/** Shorter and longer waits than these are not the server's to say. */
const SHORTEST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 3_600_000;

/** When to ask again; a new one with each answer. */
export interface Renewal {
  readonly afterMs: number;
}

export interface RenewalParts {
  readonly ask: () => void;
  /** Whether the server would answer; if not, the question waits for a chance. */
  readonly isConnected: () => boolean;
  /** Calls back at each chance; returns its own undo. */
  readonly onChance: (chance: () => void) => () => void;
  /** As `Date.now`: a timer stands still while the machine sleeps, a clock does not. */
  readonly now: () => number;
}

/** Reads what an answer says about when to ask again. */
export function parseRenewal(header: string | null): Renewal | null {
  const waitMs = header === null ? NaN : Number(header);
  return waitMs > 0 ? { afterMs: Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, waitMs)) } : null;
}

/** Asks once, when it is time; returns its own undo. */
export function askInTime({ afterMs }: Renewal, { ask, isConnected, onChance, now }: RenewalParts): () => void {
  const due = now() + afterMs;
  let hasAsked = false;
  const askOnce = () => {
    if (hasAsked || !isConnected()) return;
    hasAsked = true;
    ask();
  };
  const timer = setTimeout(askOnce, afterMs);
  const undo = onChance(() => {
    if (now() >= due) askOnce();
  });
  return () => {
    clearTimeout(timer);
    undo();
  };
}
