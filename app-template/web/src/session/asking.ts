/**
 * A question that is asked until there is an answer: at which moments, and how often.
 *
 * A *chance* is a moment at which an answer is likelier than before: the network is back, the tab is looked at again. The
 * question itself is somebody else's.
 */

/** The upper bound of the first wait; it doubles with each further one. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

export interface AskingParts {
  /** Asks once, and says whether that was answered. It never rejects. */
  readonly ask: () => Promise<boolean>;
  /** Calls back at each chance; returns its own undo. */
  readonly onChance: (chance: () => void) => () => void;
  /** From 0 to below 1, as `Math.random`: a thousand pages that lost the same server must not come back at once. */
  readonly random: () => number;
}

/** Asks one question at a time, and keeps one timer at most, however often it is told to. */
export class Asking {
  readonly #parts: AskingParts;
  #isStarted = false;
  #isOnItsWay = false;
  /** There was a reason to ask after the question had been sent, so that its answer may be too old. */
  #isOutdated = false;
  /** Waits in a row. */
  #waits = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: AskingParts) {
    this.#parts = parts;
  }

  /** Asks, and listens for chances until the undo that this returns. */
  start(): () => void {
    this.#isStarted = true;
    const undo = this.#parts.onChance(() => {
      if (this.#timer !== undefined) void this.#ask();
    });
    this.now();
    return () => {
      this.#isStarted = false;
      this.#endWait();
      undo();
    };
  }

  /** There is a new reason to ask. */
  now(): void {
    this.#waits = 0;
    void this.#ask();
  }

  /** The last answer was of no use: asks again after a wait, longer each time. */
  later(): void {
    if (!this.#isStarted || this.#timer !== undefined) return;
    const bound = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#waits);
    this.#waits += 1;
    this.#timer = setTimeout(() => void this.#ask(), bound * (0.5 + this.#parts.random() / 2));
  }

  async #ask(): Promise<void> {
    if (!this.#isStarted) return;
    this.#isOutdated = this.#isOnItsWay;
    if (this.#isOnItsWay) return;
    this.#endWait();
    this.#isOnItsWay = true;
    const isAnswered = await this.#parts.ask();
    this.#isOnItsWay = false;
    if (this.#isOutdated) void this.#ask();
    else if (!isAnswered) this.later();
  }

  #endWait(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
