/** Remembers that no WebSocket gets through to a server from here, over reloads of the page too. */

import { isObject } from "../wire/read";

/** Where a page keeps texts; what it cannot keep is forgotten. */
export interface TextStore {
  read(key: string): string | null;
  /** `null` removes what is there. */
  write(key: string, text: string | null): void;
}

/** How long it goes by polling alone after the first failure, in milliseconds; twice as long after each further one. */
const FIRST_PAUSE_MS = 2 * 60_000;
const LONGEST_PAUSE_MS = 15 * 60_000;

interface Failures {
  readonly inARow: number;
  /** When the last one was, in milliseconds since 1970. */
  readonly lastAt: number;
}

/** What one page knows of WebSockets to one server. */
export class WebSocketMemory {
  readonly #store: TextStore;
  readonly #key: string;
  #failures: Failures | null;

  /** `server` tells one server from another: its address and path. */
  constructor(store: TextStore, server: string) {
    this.#store = store;
    this.#key = `syncwright.webSocketFailures ${server}`;
    this.#failures = parseFailures(store.read(this.#key));
  }

  /** Whether the last WebSocket did not get through. */
  get isFailing(): boolean {
    return this.#failures !== null;
  }

  /** How long to leave WebSockets alone from now on, in milliseconds; 0 where none has failed. */
  pauseMs(): number {
    if (this.#failures === null) return 0;
    const { inARow, lastAt } = this.#failures;
    const pauseMs = pauseAfter(inARow);
    const leftMs = lastAt + pauseMs - Date.now();
    // A clock that was set back must not make the pause longer.
    return Math.min(Math.max(leftMs, 0), pauseMs);
  }

  /** How long the pause is if what is being tried now fails, in milliseconds. */
  nextPauseMs(): number {
    return pauseAfter((this.#failures?.inARow ?? 0) + 1);
  }

  /** A WebSocket did not get through, where polling did. */
  failed(): void {
    this.#set({ inARow: (this.#failures?.inARow ?? 0) + 1, lastAt: Date.now() });
  }

  /** A WebSocket got through. */
  worked(): void {
    if (this.#failures !== null) this.#set(null);
  }

  #set(failures: Failures | null): void {
    this.#failures = failures;
    this.#store.write(this.#key, failures && JSON.stringify(failures));
  }
}

/** The storage of this tab, which a browser may deny and other places do not have. */
export const tabStore: TextStore = {
  read(key) {
    try {
      return globalThis.sessionStorage.getItem(key);
    } catch {
      return null;
    }
  },
  write(key, text) {
    try {
      if (text === null) globalThis.sessionStorage.removeItem(key);
      else globalThis.sessionStorage.setItem(key, text);
    } catch {
      // The page itself remembers until it is loaded anew.
    }
  },
};

function pauseAfter(failures: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
}

/** What another version of this package, or anybody, has written there may be anything. */
function parseFailures(text: string | null): Failures | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return null;
    const { inARow, lastAt } = value;
    const isWhole = Number.isSafeInteger(inARow) && Number(inARow) >= 1 && Number.isFinite(lastAt);
    return isWhole ? { inARow: Number(inARow), lastAt: Number(lastAt) } : null;
  } catch {
    return null;
  }
}
