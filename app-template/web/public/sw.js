/**
 * Keeps the page itself: its HTML, the newest that there was, and the files that it loads. What it says with its server passes by here.
 *
 * A page is asked of the server first, so that a new version shows with the first load; whoever has no connection gets what was kept.
 */
const KEPT = "page";
/** The one HTML of all pages. */
const PAGE = "/";
/** A connection that has died unnoticed does not answer. */
const ANSWER_WITHIN_MS = 5_000;

self.addEventListener("install", (event) => event.waitUntil(fetch(PAGE).then(keepPage).then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(openPage(event));
  // Their names have a hash of what is in them: what was kept is what the server has.
  else if (pathname.startsWith("/assets/")) event.respondWith(loadFile(request));
});

async function openPage(event) {
  const { request } = event;
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    if (isPage(response)) event.waitUntil(keepPage(response.clone()));
    return response;
  } catch (error) {
    const kept = await caches.match(PAGE);
    if (kept === undefined) throw error;
    return kept;
  }
}

async function loadFile(request) {
  const kept = await caches.match(request);
  if (kept !== undefined) return kept;
  const response = await fetch(request);
  if (response.ok) await (await caches.open(KEPT)).put(request, response.clone());
  return response;
}

/** Keeps the HTML and what it names; with another HTML, what an older one has loaded is let go. */
async function keepPage(response) {
  if (!isPage(response)) return;
  const html = await response.clone().text();
  const kept = await caches.match(PAGE);
  if (kept !== undefined && (await kept.text()) === html) return;
  await caches.delete(KEPT);
  const cache = await caches.open(KEPT);
  await cache.addAll([...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, file]) => file));
  await cache.put(PAGE, response);
}

function isPage(response) {
  return response.ok && (response.headers.get("content-type") ?? "").startsWith("text/html");
}
