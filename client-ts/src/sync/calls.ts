/** Sends payloads and waits for their answers. It knows events and deadlines, and nothing of what an answer means. */

import type { WireFailure } from "../wire/answers";
import type { ClientEvent, ClientPayloads } from "../wire/payloads";
import type { Read } from "../wire/read";
import { deadline, type Limits } from "./deadline";
import type { Part, PartTools } from "./part";

/** How an answer is read. */
export type Parse<Answer> = (message: unknown) => Read<Answer>;

interface Pending {
  readonly event: ClientEvent;
  readonly payload: object;
  readonly answered: (message: unknown) => void;
  readonly fail: (failure: WireFailure) => void;
}

/**
 * All calls that have no answer yet: those that wait for a connection, in the order made, and those on their way.
 *
 * Each comes to an end: answer, time, abort, or loss of the connection. What was on its way when the connection broke is
 * never sent again, as nobody knows whether it arrived.
 */
export class Calls implements Part {
  readonly #tools: PartTools;
  readonly #waiting = new Set<Pending>();
  readonly #onTheirWay = new Set<Pending>();
  #isOpen = false;

  constructor(tools: PartTools) {
    this.#tools = tools;
  }

  /** Sends, or waits for a connection and its turn. Never rejects. */
  callInTurn<Event extends ClientEvent, Answer>(
    event: Event,
    payload: ClientPayloads[Event],
    parse: Parse<Answer>,
    limits: Limits,
  ): Promise<Answer | WireFailure> {
    return new Promise<Answer | WireFailure>(resolve => {
      const settle = (answer: Answer | WireFailure): void => resolve(answer);
      const blocked = this.#tools.blocked();
      if (blocked !== null) return settle(blocked);
      const pending = this.#pending(event, payload, parse, limits, settle);
      if (pending === null) return;
      if (this.#isOpen) this.#send(pending);
      else this.#waiting.add(pending);
    });
  }

  /**
   * Sends ahead of all that wait; `sync-disconnected` when there is no connection.
   *
   * `settle` is called once, and before anything that arrives behind the answer is looked at.
   */
  callNow<Event extends ClientEvent, Answer>(
    event: Event,
    payload: ClientPayloads[Event],
    parse: Parse<Answer>,
    limits: Limits,
    settle: (answer: Answer | WireFailure) => void,
  ): void {
    const pending = this.#pending(event, payload, parse, limits, settle);
    if (pending !== null) this.#send(pending);
  }

  /** What must come first on the new socket has been sent: now those that waited. */
  opened(): void {
    this.#isOpen = true;
    for (const pending of [...this.#waiting]) {
      // One that ended while those before it were sent is not sent any more.
      if (this.#waiting.delete(pending)) this.#send(pending);
    }
  }

  lost(): void {
    this.#isOpen = false;
    this.#failAll(this.#onTheirWay, this.#tools.failure("sync-disconnected"));
  }

  /** Nothing waits in vain. */
  stopped(failure: WireFailure): void {
    this.#failAll(this.#waiting, failure);
  }

  /** Starts the clock of a call; null when it was over before it began. */
  #pending<Answer>(
    event: ClientEvent,
    payload: object,
    parse: Parse<Answer>,
    limits: Limits,
    settle: (answer: Answer | WireFailure) => void,
  ): Pending | null {
    const { failure } = this.#tools;
    if (limits.signal?.aborted === true) {
      settle(failure("sync-cancelled"));
      return null;
    }
    const end = (answer: Answer | WireFailure): void => {
      stopClock();
      this.#waiting.delete(pending);
      this.#onTheirWay.delete(pending);
      settle(answer);
    };
    const stopClock = deadline(limits, code => end(failure(code)));
    const answered = (message: unknown): void => end(this.#read(event, parse, message));
    const pending: Pending = { event, payload, answered, fail: end };
    return pending;
  }

  #send(pending: Pending): void {
    const { connection, onProblem, failure } = this.#tools;
    this.#onTheirWay.add(pending);
    try {
      const wasSent = connection.emit(pending.event, pending.payload, message => {
        // An answer that comes after the end of its call is nobody's.
        if (this.#onTheirWay.has(pending)) pending.answered(message);
      });
      if (!wasSent) pending.fail(failure("sync-disconnected"));
    } catch (error) {
      onProblem({ kind: "unsendable-data", event: pending.event, error });
      pending.fail(failure("sync-bad-request"));
    }
  }

  #read<Answer>(event: ClientEvent, parse: Parse<Answer>, message: unknown): Answer | WireFailure {
    const answer = parse(message);
    if (answer.ok) return answer.value;
    this.#tools.onProblem({ kind: "unreadable-message", event, problem: answer.problem });
    return this.#tools.failure("sync-server-failed");
  }

  #failAll(pending: ReadonlySet<Pending>, failure: WireFailure): void {
    for (const one of [...pending]) one.fail(failure);
  }
}

