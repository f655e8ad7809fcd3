/** Callbacks of the app that hear of something. */

import type { OnProblem } from "./problems";

/** Any number of listeners; one that throws is reported and does not stop the others. */
export class Listeners<Arguments extends readonly unknown[]> {
  readonly #onProblem: OnProblem;
  readonly #listeners = new Set<{ readonly listener: (...heard: Arguments) => void }>();

  constructor(onProblem: OnProblem) {
    this.#onProblem = onProblem;
  }

  /** How many listen. */
  get size(): number {
    return this.#listeners.size;
  }

  /** Adds `listener`, even a second time; returns its own undo. */
  on(listener: (...heard: Arguments) => void): () => void {
    const entry = { listener };
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  /** Tells those who listen now, in the order added. One who is removed by another meanwhile is not told. */
  tell(...heard: Arguments): void {
    for (const entry of [...this.#listeners]) {
      if (!this.#listeners.has(entry)) continue;
      try {
        entry.listener(...heard);
      } catch (error) {
        this.#onProblem({ kind: "callback-failed", route: null, error });
      }
    }
  }
}
