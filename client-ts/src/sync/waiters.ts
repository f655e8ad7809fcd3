/** Callers who wait for the same thing, each with limits of its own. */

import type { WireFailure } from "../wire/answers";
import type { ClientFailure } from "./clientFailure";
import { deadline, type Limits } from "./deadline";

/** Waiting callers; each is told once, by `settle` or by its own limits. */
export class Waiters<Answer> {
  readonly #failure: ClientFailure;
  readonly #settlers = new Set<(answer: Answer | WireFailure) => void>();

  constructor(failure: ClientFailure) {
    this.#failure = failure;
  }

  /** How many wait. */
  get size(): number {
    return this.#settlers.size;
  }

  /** Waits for the next `settle`. Never rejects. */
  wait(limits: Limits): Promise<Answer | WireFailure> {
    if (limits.signal?.aborted === true) return Promise.resolve(this.#failure("sync-cancelled"));
    return new Promise(resolve => {
      const settle = (answer: Answer | WireFailure): void => {
        stopClock();
        this.#settlers.delete(settle);
        resolve(answer);
      };
      const stopClock = deadline(limits, code => settle(this.#failure(code)));
      this.#settlers.add(settle);
    });
  }

  /** Tells all who wait now. */
  settle(answer: Answer | WireFailure): void {
    for (const settle of [...this.#settlers]) settle(answer);
  }
}
