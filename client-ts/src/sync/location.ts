/** What this tab shows: told to the server, which forgets it with each socket. */

import { parsePlainAnswer, type PlainAnswer, type WireFailure } from "../wire/answers";
import type { SyncLocation } from "../wire/payloads";
import type { Calls } from "./calls";
import type { ClientFailure } from "./clientFailure";
import type { Limits } from "./deadline";
import { Waiters } from "./waiters";

/** What the location is made of. */
export interface LocationParts {
  readonly calls: Calls;
  readonly failure: ClientFailure;
  readonly blocked: () => WireFailure | null;
  readonly isOpen: () => boolean;
  readonly defaultTimeoutMs: number;
}

/** Remembers the last location and sends it again on each new socket, before anything that a filter could judge by it. */
export class Location {
  readonly #parts: LocationParts;
  readonly #waiters: Waiters<PlainAnswer>;
  #latest: SyncLocation | null = null;

  constructor(parts: LocationParts) {
    this.#parts = parts;
    this.#waiters = new Waiters(parts.failure);
  }

  /** Tells the server, now or as soon as there is a connection; of several that wait, only the last is sent. */
  update(location: SyncLocation, limits: Limits): Promise<PlainAnswer> {
    this.#latest = location;
    const blocked = this.#parts.blocked();
    if (blocked !== null) return Promise.resolve(blocked);
    return this.#parts.isOpen() ? this.#send(location, limits) : this.#waiters.wait(limits);
  }

  /** A new socket: the server does not know yet. */
  opened(): void {
    if (this.#latest === null) return;
    const limits = { timeoutMs: this.#parts.defaultTimeoutMs, signal: undefined };
    void this.#send(this.#latest, limits).then(answer => this.#waiters.settle(answer));
  }

  /** No connection, and none to come. */
  stopped(failure: WireFailure): void {
    this.#waiters.settle(failure);
  }

  #send(location: SyncLocation, limits: Limits): Promise<PlainAnswer> {
    return new Promise<PlainAnswer>(settle => {
      this.#parts.calls.callNow("updateLocation", location, parsePlainAnswer, limits, answer => settle(answer));
    });
  }
}
