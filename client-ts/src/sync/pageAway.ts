/** Whether anybody is at the page. */

/** Watches whether nobody is at the page, and calls `changed` after each change, the first time if nobody is; returns its own undo. */
export type WatchAway = (awayAfterMs: number | null, changed: (isAway: boolean) => void) => () => void;

/** What somebody who is at a page does to it. */
const SIGNS = ["pointerdown", "pointermove", "keydown", "touchstart", "wheel", "scroll"] as const;

/**
 * Nobody is at a page that is hidden, that the browser has frozen, or that has not been touched for `awayAfterMs`; null leaves the last
 * one out. Outside a browser there is always somebody.
 */
export const watchPageAway: WatchAway = (awayAfterMs, changed) => {
  if (typeof window === "undefined" || typeof document === "undefined") return () => {};
  let isFrozen = false;
  let isAway = false;
  let lastSignAt = Date.now();
  let idle: ReturnType<typeof setTimeout> | undefined;

  const judge = (): void => {
    const idleMs = Date.now() - lastSignAt;
    const isIdle = awayAfterMs !== null && idleMs >= awayAfterMs;
    const was = isAway;
    isAway = isFrozen || document.visibilityState === "hidden" || isIdle;
    clearTimeout(idle);
    // Not set anew with each sign: there are hundreds in a second.
    if (awayAfterMs !== null && !isIdle) idle = setTimeout(judge, awayAfterMs - idleMs);
    if (isAway !== was) changed(isAway);
  };
  const seen = (): void => {
    lastSignAt = Date.now();
    if (isAway) judge();
  };
  const turned = (): void => {
    // Who looks at the page again is there.
    if (document.visibilityState === "visible") lastSignAt = Date.now();
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
    clearTimeout(idle);
    for (const sign of SIGNS) document.removeEventListener(sign, seen, quietly);
    window.removeEventListener("focus", seen);
    document.removeEventListener("visibilitychange", turned);
    document.removeEventListener("freeze", frozen);
    document.removeEventListener("resume", resumed);
  };
};
