/** What this page relies on, its contract and the events that it listens to: told to the server, which forgets it with each socket. */

import { parseListenAnswer } from "../wire/answers";
import type { Calls } from "./calls";
import type { Part, PartTools } from "./part";
import type { SyncEvents } from "./syncEvents";

/**
 * Tells the server of which routes events are heard, so that it sends each in the form of the version that somebody here listens to, and knows who
 * still listens to which.
 *
 * It is told before the rooms are entered, and again as soon as a route comes to it: what happens behind that is heard. A route that nobody listens to any more is left
 * out the next time that something is told.
 */
export class Listening implements Part {
  readonly #tools: PartTools;
  readonly #calls: Calls;
  readonly #events: SyncEvents;
  readonly #contract: string | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(tools: PartTools, calls: Calls, events: SyncEvents, contract: string | undefined) {
    this.#tools = tools;
    this.#calls = calls;
    this.#events = events;
    this.#contract = contract;
    events.onRoute = () => this.#tell();
  }

  opened(): void {
    this.#tell();
  }

  lost(): void {
    clearTimeout(this.#again);
  }

  #tell(): void {
    clearTimeout(this.#again);
    const { connection, defaultTimeoutMs, onOutdated } = this.#tools;
    const [routes, contract] = [this.#events.routes(), this.#contract];
    if ((routes.length === 0 && contract === undefined) || !connection.isOpen) return;
    const limits = { timeoutMs: defaultTimeoutMs, signal: undefined };
    this.#calls.callNow("listen", { routes, contract }, parseListenAnswer, limits, answer => {
      if (answer.status === "success" && answer.contract === "unknown") onOutdated({ reason: "contract" });
      // A server that does not know the question tells everything.
      if (answer.status !== "error" || answer.errorCode !== "sync-rate-limited") return;
      this.#again = setTimeout(() => this.#tell(), 1_000 * Number(answer.errorParams.seconds ?? 1));
    });
  }
}
