/** Has the browser keep the page, so that it opens without a connection; its data is kept by the store. */
export function keepPage(): void {
  // While the page is developed, Vite's server has each file anew. Plain http on another host has no service workers.
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  // Some browsers have it and allow it nowhere: the page is not kept then, and that is all.
  navigator.serviceWorker.register("/sw.js").catch(() => {});
}
