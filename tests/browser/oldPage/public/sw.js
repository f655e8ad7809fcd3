/**
 * Keeps the page itself: its HTML, the newest that there was, and the files that it loads. What it says with its server passes by here.
 *
 * A page is asked of the server first, so that a new version shows with the first load; whoever has no connection gets what was kept.
 */
/** Each version of the page has a cache of its own, called by what its HTML is. */
const KEPT = "page-";
/** The one HTML of all pages; in its cache last, so that what has one is whole. */
const PAGE = "/";
/** What a page of this app has in it, and no notice of a proxy's, nor what the server says as long as the page is not built. */
const MARK = '<div id="root">';
/** A connection that has died unnoticed does not answer. */
const ANSWER_WITHIN_MS = 5_000;

/** What is being kept: one after the other. */
let keeping = Promise.resolve();

self.addEventListener("install", (event) => event.waitUntil(fetch(PAGE).then(keep).then(() => self.skipWaiting())));
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
  try {
    const response = await fetchInTime(event.request);
    const copy = response.clone();
    // What cannot be kept now is kept with the next load; what was kept before stays.
    keeping = keeping.then(() => keep(copy)).catch(() => {});
    event.waitUntil(keeping);
    return response;
  } catch (error) {
    const kept = await caches.match(PAGE);
    if (kept === undefined) throw error;
    return kept;
  }
}

/** Waits for the beginning of an answer, and not for its end. */
async function fetchInTime(request) {
  const cut = new AbortController();
  const timer = setTimeout(() => cut.abort(), ANSWER_WITHIN_MS);
  try {
    return await fetch(request, { signal: cut.signal });
  } finally {
    clearTimeout(timer);
  }
}

async function loadFile(request) {
  const kept = await caches.match(request);
  if (kept !== undefined) return kept;
  const response = await fetch(request);
  const [newest] = await versions();
  if (response.ok && newest !== undefined) await (await caches.open(newest)).put(request, response.clone());
  return response;
}

/** Keeps a page and what it names, and lets go of other versions when that is done. */
async function keep(response) {
  const isPage = response.ok && !response.redirected && (response.headers.get("content-type") ?? "").startsWith("text/html");
  const html = isPage ? await response.clone().text() : "";
  if (!html.includes(MARK)) return;
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(html)));
  const version = KEPT + Array.from(hash.slice(0, 12), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const cache = await caches.open(version);
  if ((await cache.match(PAGE)) === undefined) {
    await cache.addAll([...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, file]) => file));
    await cache.put(PAGE, response);
  }
  const others = (await versions()).filter((name) => name !== version);
  await Promise.all(others.map((name) => caches.delete(name)));
}

/** The versions that are kept, the newest first. */
async function versions() {
  return (await caches.keys()).filter((name) => name.startsWith(KEPT)).reverse();
}
