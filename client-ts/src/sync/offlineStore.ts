/** Calls that wait for a connection, kept by the browser, so that a page that is loaded again sends what the one before could not. */

import type { DBSchema, IDBPDatabase } from "idb";
import { KeptDatabase } from "./keptDatabase";

/** A call as it is kept. */
export interface StoredCall {
  readonly id: string;
  /** Whose call it is: it is sent for nobody else. */
  readonly user: string;
  /** The page that will send it, as long as there is one. */
  readonly page: string;
  /** When it was made, in milliseconds since 1970. */
  readonly at: number;
  /** Tells calls of one page apart that were made in the same millisecond. */
  readonly order: number;
  readonly event: "sync" | "request" | "stateAct";
  /** What travels, without its id. */
  readonly payload: object;
  /** The socket on which it was sent first. */
  readonly sentOn?: string;
}

/** Where calls are kept. What cannot be kept is sent all the same, as long as its page lives. */
export interface OfflineStore {
  put(call: StoredCall): Promise<void>;
  remove(id: string): Promise<void>;
  /**
   * Takes over the calls of `user` that pages have left behind which are gone, oldest first, and forgets those made before `since`.
   *
   * A page that is there still, or seems to be, may be gone later: `later` is told of its calls then, unless they are not `wanted` any more.
   */
  adopt(user: string, since: number, later: Later): Promise<readonly StoredCall[]>;
}

/** What becomes of calls that are taken over later. */
export interface Later {
  wanted(): boolean;
  taken(calls: readonly StoredCall[]): void;
}

interface Schema extends DBSchema {
  calls: { key: string; value: StoredCall };
}

/** The store of this browser for one server; null where there is none: outside of browsers, and on pages without TLS. */
export function browserStore(server: string, page: string): OfflineStore | null {
  const hasAll = typeof indexedDB !== "undefined" && typeof navigator !== "undefined" && "locks" in navigator;
  return hasAll ? new BrowserStore(`syncwright ${server}`, page) : null;
}

/**
 * IndexedDB, shared by all tabs. A page that has calls there holds a lock, which ends with the page, however it ends: so others know whose calls
 * nobody will send any more. A page without any holds none, which would keep it out of the browser's back/forward cache.
 */
class BrowserStore implements OfflineStore {
  readonly #database: KeptDatabase<Schema>;
  readonly #page: string;
  readonly #own = new Set<string>();
  /** The pages whose end is waited for. */
  readonly #awaited = new Set<string>();
  /** Resolves when the lock of this page is there; null when it is not wanted. */
  #held: Promise<void> | null = null;
  #letGo: (() => void) | null = null;
  /** How many are about to write calls of this page. */
  #writing = 0;

  constructor(name: string, page: string) {
    this.#database = new KeptDatabase(name, 1, made => void made.createObjectStore("calls", { keyPath: "id" }));
    this.#page = page;
  }

  async put(call: StoredCall): Promise<void> {
    this.#own.add(call.id);
    await this.#holding(async () => {
      const database = await this.#database.open();
      // It may have come to an end meanwhile.
      if (this.#own.has(call.id)) await database.put("calls", call);
    });
  }

  async remove(id: string): Promise<void> {
    if (!this.#own.delete(id)) return;
    const database = await this.#database.open();
    await database.delete("calls", id);
    this.#releaseIfIdle();
  }

  async adopt(user: string, since: number, later: Later): Promise<readonly StoredCall[]> {
    const database = await this.#database.open();
    const kept = await database.getAll("calls");
    const old = kept.filter(({ at }) => at < since);
    await Promise.all(old.map(({ id }) => database.delete("calls", id)));
    const others = kept.filter(call => call.user === user && call.page !== this.#page && call.at >= since);
    const adopted: StoredCall[] = [];
    for (const page of new Set(others.map(call => call.page))) {
      await navigator.locks.request(this.#lock(page), { ifAvailable: true }, async lock => {
        // What cannot be waited for is taken over on the next socket.
        if (lock === null) return void this.#await(page, user, since, later).catch(() => {});
        adopted.push(...(await this.#takeOver(database, page, user)));
      });
    }
    return inOrder(adopted);
  }

  /** Waits until a page has gone; a page that is being left lives a little longer than it seems. */
  async #await(page: string, user: string, since: number, later: Later): Promise<void> {
    if (this.#awaited.has(page)) return;
    this.#awaited.add(page);
    let taken: readonly StoredCall[];
    try {
      taken = await navigator.locks.request(this.#lock(page), async () => {
        return later.wanted() ? this.#takeOver(await this.#database.open(), page, user) : [];
      });
    } finally {
      this.#awaited.delete(page);
    }
    // Where nothing is left, another page may have been faster, and may go before it has sent what it took.
    if (taken.length === 0 && later.wanted()) taken = await this.adopt(user, since, later);
    if (taken.length > 0) later.taken(inOrder(taken));
  }

  /** Under the lock of their page: nobody else takes them over. */
  async #takeOver(database: IDBPDatabase<Schema>, page: string, user: string): Promise<readonly StoredCall[]> {
    const isLeft = (call: StoredCall) => call.page === page && call.user === user;
    // A page that lives has let go of its lock, and has nothing here. It may wait for it again, as we would for ours: for ever, if it has ours.
    if (!(await database.getAll("calls")).some(isLeft)) return [];
    return this.#holding(async () => {
      const change = database.transaction("calls", "readwrite");
      const left = (await change.store.getAll()).filter(isLeft);
      const taken = left.map(call => ({ ...call, page: this.#page }));
      for (const call of taken) {
        this.#own.add(call.id);
        await change.store.put(call);
      }
      await change.done;
      return taken;
    });
  }

  /** Writes calls of this page under its lock, which is held from then on as long as there are any. */
  async #holding<T>(write: () => Promise<T>): Promise<T> {
    this.#writing += 1;
    try {
      await (this.#held ??= this.#hold());
      return await write();
    } finally {
      this.#writing -= 1;
      this.#releaseIfIdle();
    }
  }

  /** Takes the lock of this page, and returns when it is there. */
  #hold(): Promise<void> {
    return new Promise((held, failed) => {
      const whole = new Promise<void>(letGo => (this.#letGo = letGo));
      navigator.locks
        .request(this.#lock(this.#page), () => {
          held();
          return whole;
        })
        .catch((error: unknown) => {
          this.#held = null;
          failed(error);
        });
    });
  }

  #releaseIfIdle(): void {
    if (this.#own.size > 0 || this.#writing > 0) return;
    this.#letGo?.();
    this.#letGo = null;
    this.#held = null;
  }

  #lock(page: string): string {
    return `${this.#database.name} ${page}`;
  }
}

function inOrder(calls: readonly StoredCall[]): readonly StoredCall[] {
  return [...calls].sort((left, right) => left.at - right.at || left.order - right.order);
}
