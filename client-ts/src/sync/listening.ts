/** What this page relies on, its contract and the events that it listens to: told to the server, which forgets it with each socket. */

import { backoffMs, type Backoff } from "../socket/backoff";
import { parseListenAnswer, type ListenAnswer } from "../wire/answers";
import type { Calls } from "./calls";
import type { Part, PartTools } from "./part";
import type { SyncEvents } from "./syncEvents";

/** How long it is waited until what was refused is told again. */
const BACKOFF: Backoff = { baseMs: 500, capMs: 30_000 };

/** Refusals that will be the same again: a server that does not know the question, and tells everything; and more routes than can be told. */
const FINAL = ["sync-bad-request", "sync-too-many"];

/**
 * Tells the server of which routes events are heard, so that it sends each in the form of the version that somebody here listens to.
 *
 * It is told before anything else, and again ahead of what is sent next, or at once, when a route comes to it: what happens behind that is heard. A route that nobody
 * listens to any more is left out the next time that something is told.
 */
export class Listening implements Part {
  readonly #tools: PartTools;
  readonly #calls: Calls;
  readonly #events: SyncEvents;
  readonly #contract: string | undefined;
  /** What this socket was told; null where it was told nothing. */
  #told: ReadonlySet<string> | null = null;
  #isDue = false;
  #tries = 0;
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(tools: PartTools, calls: Calls, events: SyncEvents, contract: string | undefined) {
    this.#tools = tools;
    this.#calls = calls;
    this.#events = events;
    this.#contract = contract;
    events.onRoute = route => this.#heard(route);
    calls.beforeSend = () => this.#tellIfDue();
  }

  opened(): void {
    this.#tries = 0;
    this.#isDue = this.#contract !== undefined || this.#events.routes().length > 0;
    this.#tellIfDue();
  }

  lost(): void {
    clearTimeout(this.#again);
    this.#told = null;
    this.#isDue = false;
  }

  /** Several come together, as parts of a page do. */
  #heard(route: string): void {
    if (!this.#tools.connection.isOpen || this.#told?.has(route) === true || this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => this.#tellIfDue());
  }

  #tellIfDue(): void {
    if (!this.#isDue || !this.#tools.connection.isOpen) return;
    this.#isDue = false;
    clearTimeout(this.#again);
    const [routes, contract] = [this.#events.routes(), this.#contract];
    const told = (this.#told = new Set(routes));
    const limits = { timeoutMs: this.#tools.defaultTimeoutMs, signal: undefined };
    this.#calls.callNow("listen", { routes, contract }, parseListenAnswer, limits, answer => {
      if (this.#told === told) this.#answered(answer);
    });
  }

  #answered(answer: ListenAnswer): void {
    if (answer.status === "success") {
      this.#tries = 0;
      for (const [route, day] of Object.entries(answer.retires)) this.#calls.retirements.listened(route, day);
      if (answer.contract === "unknown") this.#tools.onOutdated({ reason: "contract" });
    } else if (!FINAL.includes(answer.errorCode)) {
      this.#tries += 1;
      const { seconds } = answer.errorParams;
      const wait = typeof seconds === "number" ? 1_000 * seconds : backoffMs(this.#tries, BACKOFF, this.#tools.random);
      this.#again = setTimeout(() => {
        this.#isDue = true;
        this.#tellIfDue();
      }, wait);
    }
  }
}
