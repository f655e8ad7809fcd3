/**
 * When something was shown, and when it was heard of: in milliseconds since the page was opened. It is imported before anything else, which
 * would not hear of the browser's own WebSocket any more.
 */
import type { Mutated } from "syncwright";

export interface Seen {
  mutate: (id: string, text: string) => Mutated;
  /** Shows the notes; those that a function chooses which is another one with each render, or simply all. */
  show: (isChoosing: boolean) => void;
  /** When the first note was shown. */
  first: number | null;
  /** When the last poke came. */
  poked: number;
  /** How many milliseconds after the time that it says each text was shown: one that begins with `at`. */
  said: number[];
  /** Waits until a note has this count, and returns when it was shown. */
  shown(id: string, count: number): Promise<number>;
  /** Whether the browser keeps a copy of a scope. */
  isKept(scope: string): Promise<boolean>;
}

declare global {
  interface Window {
    seen: Seen;
  }
}

const waiting = new Set<(now: number) => void>();

const notYet = (): never => {
  throw new Error("the page has not begun");
};

export const seen: Seen = {
  mutate: notYet,
  show: notYet,
  first: null,
  poked: 0,
  said: [],
  shown: (id, count) =>
    new Promise((resolve) => {
      const look = (now: number): void => {
        if (Number(document.getElementById(id)?.querySelector("b")?.textContent) !== count) return;
        waiting.delete(look);
        resolve(now);
      };
      waiting.add(look);
      look(performance.now());
    }),
  isKept: async (scope) => {
    const [database] = await indexedDB.databases();
    if (database?.name === undefined) return false;
    const opening = indexedDB.open(database.name);
    await new Promise((resolve) => (opening.onsuccess = resolve));
    const counting = opening.result.transaction("scopes").objectStore("scopes").count(scope);
    await new Promise((resolve) => (counting.onsuccess = resolve));
    opening.result.close();
    return counting.result > 0;
  },
};
window.seen = seen;

// It is called when whoever has changed the document is done, before anything else happens.
new MutationObserver((changes) => {
  const now = performance.now();
  for (const { target } of changes) {
    const at = /^at ([\d.]+)$/.exec(target.nodeValue ?? "")?.[1];
    if (at !== undefined) seen.said.push(Date.now() - Number(at));
  }
  if (seen.first === null && document.querySelector("li") !== null) seen.first = now;
  for (const look of waiting) look(now);
}).observe(document, { subtree: true, childList: true, characterData: true });

window.WebSocket = class extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols);
    // The first who listens hears it first.
    this.addEventListener("message", ({ data }) => {
      if (typeof data === "string" && data.startsWith('42["poke"')) seen.poked = performance.now();
    });
  }
};
