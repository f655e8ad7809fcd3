/** The moments at which a page comes back to life, when waiting any longer would be a pity, and those at which it is put aside. */

/** Calls `wake` and `rest` at each such moment, `rest` never without a `wake` later; returns its own undo. */
export type OnWake = (wake: () => void, rest: () => void) => () => void;

/** How often it is looked at the clock, and how much later than that means that timers stood still. */
const LOOK_MS = 2_000;
const LATE_MS = 2_000;

/**
 * A page wakes when it becomes visible, when it runs again after it was frozen, or the computer asleep, when it comes out of the back/forward
 * cache, or when the network is there again; it rests in that cache. Outside a browser only the clock speaks.
 */
export const onPageWake: OnWake = (wake, rest) => {
  const undo = onSlept(wake);
  if (typeof window === "undefined" || typeof document === "undefined") return undo;
  const wakeIfVisible = (): void => {
    if (document.visibilityState === "visible") wake();
  };
  const restIfKept = ({ persisted }: PageTransitionEvent): void => {
    if (persisted) rest();
  };
  window.addEventListener("online", wake);
  window.addEventListener("pageshow", wake);
  window.addEventListener("pagehide", restIfKept);
  document.addEventListener("resume", wake);
  document.addEventListener("visibilitychange", wakeIfVisible);
  return () => {
    undo();
    window.removeEventListener("online", wake);
    window.removeEventListener("pageshow", wake);
    window.removeEventListener("pagehide", restIfKept);
    document.removeEventListener("resume", wake);
    document.removeEventListener("visibilitychange", wakeIfVisible);
  };
};

/** Calls `wake` when more time has passed than was waited for: no event tells that a computer was asleep. */
function onSlept(wake: () => void): () => void {
  let lookedAt = Date.now();
  const timer = setInterval(() => {
    const passedMs = Date.now() - lookedAt;
    lookedAt = Date.now();
    if (passedMs >= LOOK_MS + LATE_MS) wake();
  }, LOOK_MS);
  return () => clearInterval(timer);
}
