/** Whether anybody is at this tab: told to the server, which takes each new socket for one with somebody at it. */

import { parsePlainAnswer, type PlainAnswer } from "../wire/answers";
import type { Calls } from "./calls";
import type { Part, PartTools } from "./part";
import { isPassing } from "./rooms";

/** How long to leave alone a server that did not take what it was told. */
const RETRY_MS = 5_000;

/** Tells the server when somebody goes away and comes back: once a room is looked at with presence, and until then nothing. */
export class Away implements Part {
  readonly #tools: PartTools;
  readonly #calls: Calls;
  readonly #watchAway: (changed: (isAway: boolean) => void) => () => void;
  #isUsed = false;
  #isAway = false;
  /** What the server takes for true; null where that is not known. */
  #told: boolean | null = false;
  /** Counts what was said, because only the answer to the last one matters. */
  #said = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #unwatch: (() => void) | null = null;

  /** `watchAway` tells, until its undo, when somebody goes away and comes back. */
  constructor(tools: PartTools, calls: Calls, watchAway: (changed: (isAway: boolean) => void) => () => void) {
    this.#tools = tools;
    this.#calls = calls;
    this.#watchAway = watchAway;
  }

  /** Somebody cares who is where. */
  use(): void {
    this.#isUsed = true;
    if (this.#tools.blocked() === null) this.#watch();
    this.#tell();
  }

  started(): void {
    if (this.#isUsed) this.#watch();
  }

  opened(): void {
    this.#told = false;
    this.#tell();
  }

  lost(): void {
    clearTimeout(this.#retry);
  }

  /** Who has disconnected leaves nothing behind on the page. */
  stopped(): void {
    this.#unwatch?.();
    this.#unwatch = null;
    this.#isAway = false;
  }

  #watch(): void {
    this.#unwatch ??= this.#watchAway(isAway => {
      this.#isAway = isAway;
      this.#tell();
    });
  }

  #tell(): void {
    const away = this.#isAway;
    if (!this.#isUsed || !this.#tools.connection.isOpen || away === this.#told) return;
    clearTimeout(this.#retry);
    this.#told = away;
    const said = (this.#said += 1);
    const limits = { timeoutMs: this.#tools.defaultTimeoutMs, signal: undefined };
    this.#calls.callNow("updatePresence", { away }, parsePlainAnswer, limits, answer => {
      if (said === this.#said) this.#answered(answer);
    });
  }

  #answered(answer: PlainAnswer): void {
    // A server that does not know the message will not know it later either.
    if (answer.status === "success" || !isPassing(answer) || !this.#tools.connection.isOpen) return;
    this.#told = null;
    this.#retry = setTimeout(() => this.#tell(), RETRY_MS);
  }
}
