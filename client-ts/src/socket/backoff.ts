/** How long to wait before the next attempt to connect. */

/** The bounds of the wait, in milliseconds. */
export interface Backoff {
  /** The upper bound after the first failure; it doubles with each further one. */
  readonly baseMs: number;
  /** The upper bound never grows beyond this. */
  readonly capMs: number;
}

/** 0.5 s after the first failure, at most 10 s ever. */
export const DEFAULT_BACKOFF: Backoff = { baseMs: 500, capMs: 10_000 };

/**
 * The wait after `failures` failures in a row (1 for the first), in milliseconds.
 *
 * "Full jitter": anything between 0 and the bound, evenly, so that a thousand clients which lost the same server do not
 * come back at the same moment. `random` answers with a number from 0 to below 1.
 */
export function backoffMs(failures: number, { baseMs, capMs }: Backoff, random: () => number): number {
  const bound = Math.min(capMs, baseMs * 2 ** (failures - 1));
  return random() * bound;
}
