/** What a page remembers while it is loaded again: what it calls itself, and up to where it has seen what happened in its rooms. */

import type { TextStore } from "../socket/webSocketMemory";
import { isObject } from "../wire/read";
import type { RoomPlace } from "./part";

/** What outlives a page. */
export interface PageNotes {
  readonly tab: string;
  /** Where it was in each room, by its name. */
  readonly places: ReadonlyMap<string, RoomPlace>;
}

/** Calls `left` when the page may be about to end, and `stayed` when it has not; never outside a browser. */
export type WatchLeaving = (left: () => void, stayed: () => void) => void;

/** A page that takes longer is another visit, and has nothing to go on with. */
const LOADED_WITHIN_MS = 5 * 60_000;

/**
 * Keeps notes from the moment when a page may end until one is loaded in the same tab.
 *
 * They are there only meanwhile: a tab that is duplicated copies what its storage holds, and two pages must not have one name.
 */
export class PageMemory {
  readonly #store: TextStore;
  readonly #key: string;

  /** `server` tells one server from another: its address and path. */
  constructor(store: TextStore, server: string) {
    this.#store = store;
    this.#key = `syncwright.page ${server}`;
  }

  /** Takes what the page before has left. */
  take(): PageNotes | null {
    const text = this.#store.read(this.#key);
    if (text === null) return null;
    this.#store.write(this.#key, null);
    return parseNotes(text);
  }

  /** Leaves what `notes` returns for the next page, when this one ends. */
  leave(watchLeaving: WatchLeaving, notes: () => PageNotes): void {
    watchLeaving(
      () => {
        const { tab, places } = notes();
        this.#store.write(this.#key, JSON.stringify({ tab, places: Object.fromEntries(places), at: Date.now() }));
      },
      () => this.#store.write(this.#key, null),
    );
  }
}

/** Not when a page is hidden: a tab that is duplicated then would have the name of one that lives. */
export const watchPageLeaving: WatchLeaving = (left, stayed) => {
  if (typeof window === "undefined") return;
  window.addEventListener("pagehide", left);
  window.addEventListener("pageshow", stayed);
};

/** What another version of this package, or anybody, has written there may be anything. */
function parseNotes(text: string): PageNotes | null {
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return null;
    const { tab, places, at } = value;
    const age = Date.now() - Number(at);
    const isRecent = age >= 0 && age < LOADED_WITHIN_MS;
    if (typeof tab !== "string" || tab === "" || !isObject(places) || !isRecent) return null;
    const read = Object.entries(places).flatMap(([room, place]) => {
      if (!isObject(place) || typeof place.pos !== "string") return [];
      const membership = typeof place.membership === "string" ? place.membership : null;
      return [[room, { pos: place.pos, membership }] as const];
    });
    return { tab, places: new Map(read) };
  } catch {
    return null;
  }
}
