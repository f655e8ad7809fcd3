/** Whether anybody is at the page. */

/** Watches whether nobody is at the page, and calls `changed` after each change, the first time if nobody is; returns its own undo. */
export type WatchAway = (awayAfterMs: number | null, changed: (isAway: boolean) => void) => () => void;

/** What somebody who is at a page does to it. */
const SIGNS = ["pointerdown", "pointermove", "keydown", "touchstart", "wheel", "scroll"] as const;

/** A page is hidden for a moment before it is loaded again or closed, and when its reader goes to another one of ours: that is no news. */
const HIDDEN_AFTER_MS = 1_000;

/** The longest time that `setTimeout` can count, in milliseconds; beyond it, it fires at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * Nobody is at a page that has been hidden for a second or was never seen, that the browser has frozen, or that has not been touched for
 * `awayAfterMs`; null leaves the last one out. Outside a browser there is always somebody.
 */
export const watchPageAway: WatchAway = (awayAfterMs, changed) => {
  if (typeof window === "undefined" || typeof document === "undefined") return () => {};
  let isFrozen = false;
  let isAway = false;
  /** The time from which on it counts as hidden. */
  let hiddenFrom = document.visibilityState === "hidden" ? 0 : Number.POSITIVE_INFINITY;
  // This clock is never set back.
  let lastSignAt = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const judge = (): void => {
    const leftMs = Math.min(hiddenFrom, lastSignAt + (awayAfterMs ?? Number.POSITIVE_INFINITY)) - performance.now();
    const was = isAway;
    isAway = isFrozen || leftMs <= 0;
    clearTimeout(timer);
    // Not set anew with each sign: there are hundreds in a second.
    if (leftMs > 0 && leftMs < Number.POSITIVE_INFINITY) timer = setTimeout(judge, Math.min(leftMs, LONGEST_TIMEOUT_MS));
    if (isAway !== was) changed(isAway);
  };
  const seen = (): void => {
    lastSignAt = performance.now();
    if (isAway) judge();
  };
  const turned = (): void => {
    const isHidden = document.visibilityState === "hidden";
    hiddenFrom = isHidden ? Math.min(hiddenFrom, performance.now() + HIDDEN_AFTER_MS) : Number.POSITIVE_INFINITY;
    // Who looks at the page again is there.
    if (!isHidden) lastSignAt = performance.now();
    judge();
  };
  const frozen = (): void => {
    isFrozen = true;
    judge();
  };
  const resumed = (): void => {
    isFrozen = false;
    judge();
  };

  const quietly = { capture: true, passive: true };
  for (const sign of SIGNS) document.addEventListener(sign, seen, quietly);
  window.addEventListener("focus", seen);
  document.addEventListener("visibilitychange", turned);
  document.addEventListener("freeze", frozen);
  document.addEventListener("resume", resumed);
  judge();
  return () => {
    clearTimeout(timer);
    for (const sign of SIGNS) document.removeEventListener(sign, seen, quietly);
    window.removeEventListener("focus", seen);
    document.removeEventListener("visibilitychange", turned);
    document.removeEventListener("freeze", frozen);
    document.removeEventListener("resume", resumed);
  };
};
