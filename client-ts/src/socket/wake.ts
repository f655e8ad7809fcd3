/** The moments at which a page comes back to life, when waiting any longer would be a pity. */

/** Calls `wake` at each such moment; returns its own undo. */
export type OnWake = (wake: () => void) => () => void;

/** Events of the page: it becomes visible, comes out of the back-forward cache, or the network is there again. Silent outside a browser. */
export const onPageWake: OnWake = wake => {
  if (typeof window === "undefined" || typeof document === "undefined") return () => {};
  const wakeIfVisible = (): void => {
    if (document.visibilityState === "visible") wake();
  };
  window.addEventListener("online", wake);
  window.addEventListener("pageshow", wake);
  document.addEventListener("visibilitychange", wakeIfVisible);
  return () => {
    window.removeEventListener("online", wake);
    window.removeEventListener("pageshow", wake);
    document.removeEventListener("visibilitychange", wakeIfVisible);
  };
};
