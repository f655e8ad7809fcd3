/** Sends payloads and waits for their answers. It knows events and deadlines, and nothing of what an answer means. */

import type { WireFailure } from "../wire/answers";
import type { ClientEvent, ClientPayloads } from "../wire/payloads";
import { isObject, type Read } from "../wire/read";
import { deadline, type Limits } from "./deadline";
import type { Part, PartTools } from "./part";

/** How an answer is read. */
export type Parse<Answer> = (message: unknown) => Read<Answer>;

interface Pending {
  readonly event: ClientEvent;
  readonly payload: object;
  readonly answered: (message: unknown) => void;
  readonly fail: (failure: WireFailure) => void;
  /** Whether it has waited for a connection. */
  hasWaited: boolean;
}

/**
 * All calls that have no answer yet: those that wait for a connection, in the order made, and those on their way.
 *
 * Each comes to an end: answer, time, abort, or loss of the connection. What was on its way when the connection broke is
 * never sent again, as nobody knows whether it arrived.
 *
 * Those that waited for a connection are sent all at once, which can be more than a caller may: one that is refused for that reason has
 * had no effect, and is sent once more after the time that the server asks for, behind those that got through. A call that did
 * not wait is its caller's own haste, and so is the answer.
 */
export class Calls implements Part {
  readonly #tools: PartTools;
  readonly #waiting = new Set<Pending>();
  readonly #onTheirWay = new Set<Pending>();
  /** Those that were refused for coming all at once, with what sends them once more. */
  readonly #pausing = new Map<Pending, ReturnType<typeof setTimeout>>();
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
      else this.#wait(pending);
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
    for (const pending of [...this.#pausing.keys()]) this.#resume(pending);
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
    const since = Date.now();
    const end = (answer: Answer | WireFailure): void => {
      stopClock();
      clearTimeout(this.#pausing.get(pending));
      this.#pausing.delete(pending);
      this.#waiting.delete(pending);
      this.#onTheirWay.delete(pending);
      settle(answer);
    };
    const stopClock = deadline(limits, code => end(failure(code)));
    const answered = (message: unknown): void => {
      const answer = this.#read(event, parse, message);
      const pauseMs = pending.hasWaited ? askedPauseMs(answer) : null;
      if (pauseMs === null || Date.now() - since + pauseMs >= limits.timeoutMs) end(answer);
      else this.#pause(pending, pauseMs);
    };
    const pending: Pending = { event, payload, answered, fail: end, hasWaited: false };
    return pending;
  }

  #wait(pending: Pending): void {
    pending.hasWaited = true;
    this.#waiting.add(pending);
  }

  #pause(pending: Pending, pauseMs: number): void {
    this.#onTheirWay.delete(pending);
    this.#pausing.set(pending, setTimeout(() => this.#resume(pending), pauseMs));
  }

  #resume(pending: Pending): void {
    clearTimeout(this.#pausing.get(pending));
    this.#pausing.delete(pending);
    if (this.#isOpen) this.#send(pending);
    else this.#wait(pending);
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

/** How long the server asks to wait, if it refuses a call because there are too many. */
export function askedPauseMs(answer: unknown): number | null {
  if (!isObject(answer) || answer["errorCode"] !== "sync-rate-limited") return null;
  const params = answer["errorParams"];
  const seconds = isObject(params) ? params["seconds"] : undefined;
  return typeof seconds === "number" && seconds > 0 ? seconds * 1000 : null;
}
