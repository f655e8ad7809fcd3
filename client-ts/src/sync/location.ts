/** What this tab shows: told to the server, which forgets it with each socket. */

import { parsePlainAnswer, type PlainAnswer, type WireFailure } from "../wire/answers";
import type { SyncLocation } from "../wire/payloads";
import type { Calls } from "./calls";
import type { Limits } from "./deadline";
import type { Part, PartTools } from "./part";
import { Waiters } from "./waiters";

/** Remembers the last location and sends it again on each new socket, before anything that a filter could judge by it. */
export class Location implements Part {
  readonly #tools: PartTools;
  readonly #calls: Calls;
  readonly #waiters: Waiters<PlainAnswer>;
  #latest: SyncLocation | null = null;

  constructor(tools: PartTools, calls: Calls) {
    this.#tools = tools;
    this.#calls = calls;
    this.#waiters = new Waiters(tools.failure);
  }

  /** Tells the server, now or as soon as there is a connection; of several that wait, only the last is sent. */
  update(location: SyncLocation, limits: Limits): Promise<PlainAnswer> {
    this.#latest = location;
    const blocked = this.#tools.blocked();
    if (blocked !== null) return Promise.resolve(blocked);
    return this.#tools.connection.isOpen ? this.#send(location, limits) : this.#waiters.wait(limits);
  }

  opened(): void {
    if (this.#latest === null) return;
    const limits = { timeoutMs: this.#tools.defaultTimeoutMs, signal: undefined };
    void this.#send(this.#latest, limits).then(answer => this.#waiters.settle(answer));
  }

  stopped(failure: WireFailure): void {
    this.#waiters.settle(failure);
  }

  #send(location: SyncLocation, limits: Limits): Promise<PlainAnswer> {
    return new Promise<PlainAnswer>(settle => {
      this.#calls.callNow("updateLocation", location, parsePlainAnswer, limits, answer => settle(answer));
    });
  }
}
