/** Sends payloads and waits for their answers. It knows events and deadlines, and nothing of what an answer means. */

import { parseActAnswer, parseCallAnswer, type WireFailure } from "../wire/answers";
import type { ClientEvent, ClientPayloads, StateAct, SyncCall } from "../wire/payloads";
import { isObject, type Read } from "../wire/read";
import { deadline, LONGEST_TIMEOUT_MS, type Limits } from "./deadline";
import { Listeners } from "./listeners";
import { OfflineCalls, type DropReason, type OfflineCall, type OfflinePolicy } from "./offline";
import type { OfflineStore, StoredCall } from "./offlineStore";
import type { Part, PartTools, Receives } from "./part";
import { Retirements } from "./retirements";

/** How long it is waited for what pages have left behind, ahead of our own; later, it is sent when it is known. */
const ADOPTED_WITHIN_MS = 1_000;

/** How often it is asked whose calls may be taken over, where a page has connected before it knows who is signed in. */
const ASK_AGAIN_MS = 250;

/** How an answer is read. */
export type Parse<Answer> = (message: unknown) => Read<Answer>;

/** What a call of a route has besides its payload and its limits. */
export interface NamedCall {
  /** Its idempotency key, under which it may be sent again. */
  readonly id: string;
  /** Hears what the handler streams to its caller. */
  readonly onChunk: ((chunk: unknown) => void) | undefined;
  /** Whether it waits for a connection, and is sent again if its answer was lost with one. */
  readonly isKept: boolean;
  /** Its time counts while there is a connection; without one, what is kept offline has its own. */
  readonly isPatient: boolean;
}

interface Pending {
  readonly event: ClientEvent;
  readonly payload: object;
  readonly named: NamedCall | null;
  readonly answered: (message: unknown) => void;
  readonly end: (answer: unknown) => void;
  /** Counts from now on, and no longer what was counted before. */
  readonly count: (ms: number, failure: () => WireFailure) => void;
  readonly limits: Limits;
  /** When it was made, in milliseconds since 1970, and for whom. */
  madeAt: number;
  madeFor: string | null | undefined;
  /** Whether it has waited for a connection. */
  hasWaited: boolean;
  /** The socket on which it was sent first. */
  sentOn: string | undefined;
  /** Whether its answer was lost, so that it may have had its effect. */
  mayHaveRun: boolean;
  /** Whether it is kept for another page, should this one end. */
  isStored: boolean;
}

/**
 * All calls that have no answer yet: those that wait for a connection, in the order made, and those on their way.
 *
 * Each comes to an end: answer, time, abort, drop, or loss of the connection. What was on its way when the connection broke is sent again
 * under its name, ahead of those that wait, and happens once; what has no name, or hears what is streamed to it, ends with
 * `sync-disconnected`, as nobody knows whether it arrived.
 *
 * Those that waited for a connection are sent all at once, which can be more than a caller may: one that is refused for that reason has
 * had no effect, and is sent once more after the time that the server asks for, behind those that got through. A call that did
 * not wait is its caller's own haste, and so is the answer.
 */
export class Calls implements Part {
  readonly #tools: PartTools;
  readonly #policy: OfflinePolicy;
  readonly #waiting = new Set<Pending>();
  readonly #onTheirWay = new Set<Pending>();
  /** Those that were refused for coming all at once, with what sends them once more. */
  readonly #pausing = new Map<Pending, ReturnType<typeof setTimeout>>();
  readonly #hearing = new Map<string, (chunk: unknown) => void>();
  #isOpen = false;
  readonly retirements: Retirements;
  /** What outlives the page, if anything does. */
  readonly #store: OfflineStore | null;
  readonly #page: string;
  /** Counts the sockets, since what a page before has left takes its time. */
  #sockets = 0;
  #asking: ReturnType<typeof setTimeout> | undefined;
  #order = 0;
  /** Called before something is sent, for what has to come before it. */
  beforeSend: (event: ClientEvent) => void = () => {};
  /** Stays in a room for a call that a page before has made for it; returns what lets go. */
  holdRoom: (room: string) => () => void = () => () => {};
  /** Those that have waited, for everybody to see. */
  readonly offline: OfflineCalls;
  /** Told of a call that waited and is not going to be sent. */
  readonly drops: Listeners<[call: OfflineCall, reason: DropReason]>;
  readonly receives: Receives = { syncStream: ({ id, stream }) => this.#hear(id, stream) };

  /** `page` names this page as the one that will send what it has put into `store`. */
  constructor(tools: PartTools, policy: OfflinePolicy, store: OfflineStore | null, page: string) {
    this.#tools = tools;
    this.#policy = policy;
    this.#store = store;
    this.#page = page;
    this.retirements = new Retirements(tools.onProblem, tools.onOutdated);
    this.offline = new OfflineCalls(tools.onProblem);
    this.drops = new Listeners(tools.onProblem);
  }

  /** Sends, or waits for a connection and its turn. Never rejects. */
  callInTurn<Event extends ClientEvent, Answer>(
    event: Event,
    payload: ClientPayloads[Event],
    parse: Parse<Answer>,
    limits: Limits,
    named: NamedCall | null = null,
  ): Promise<Answer | WireFailure> {
    return new Promise<Answer | WireFailure>(resolve => {
      const settle = (answer: Answer | WireFailure): void => resolve(answer);
      const blocked = this.#tools.blocked();
      if (blocked !== null) return settle(blocked);
      const { isOpen } = this.#tools.connection;
      if (!isOpen && named?.isKept === false) return settle(this.#tools.failure("sync-disconnected"));
      const pending = this.#pending(event, payload, parse, limits, named, settle);
      if (pending === null) return;
      if (this.#isOpen || (isOpen && named?.isKept === false)) this.#send(pending);
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
    const pending = this.#pending(event, payload, parse, limits, null, settle);
    if (pending !== null) this.#send(pending);
  }

  /** What must come first on the new socket has been sent: now what a page before has left, and those that waited here. */
  opened(): void {
    this.#sockets += 1;
    const [socket, user] = [this.#sockets, this.#policy.user()];
    if (this.#store === null || typeof user !== "string") {
      this.#open();
      // Whoever is told of what was sent may have lost the connection, on purpose.
      if (this.#isOpen && this.#store !== null && user === undefined) this.#adoptWhenKnown(this.#store);
      return;
    }
    void this.#adopt(this.#store, user).finally(() => {
      if (socket === this.#sockets && this.#tools.connection.isOpen) this.#open();
    });
  }

  /** Waits, as long as there is this socket, until it is known who is signed in. */
  #adoptWhenKnown(store: OfflineStore): void {
    clearTimeout(this.#asking);
    this.#asking = setTimeout(() => {
      const user = this.#policy.user();
      if (user === undefined) this.#adoptWhenKnown(store);
      else if (user !== null) void this.#adopt(store, user);
    }, ASK_AGAIN_MS);
  }

  /** Lets wait, ahead of all others, what pages have left behind; gives up after a while. */
  async #adopt(store: OfflineStore, user: string): Promise<void> {
    let giveUp: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>(resolve => (giveUp = setTimeout(resolve, ADOPTED_WITHIN_MS)));
    const adopting = store
      .adopt(user, Date.now() - this.#policy.maxAgeMs, {
        wanted: () => this.#policy.user() === user,
        taken: left => this.#takeOver(left),
      })
      .then(left => this.#takeOver(left))
      .catch((error: unknown) => this.#tools.onProblem({ kind: "offline-not-kept", error }));
    await Promise.race([adopting, late]);
    clearTimeout(giveUp);
  }

  /** They are ours now, however late that is. */
  #takeOver(left: readonly StoredCall[]): void {
    const own = [...this.#waiting];
    this.#waiting.clear();
    for (const call of left) this.#waitAgain(call);
    for (const pending of own) this.#waiting.add(pending);
    if (this.#isOpen) this.#open();
  }

  #waitAgain({ id, user, at, event, payload, sentOn }: StoredCall): void {
    const { receiver, room } = payload as Partial<SyncCall & StateAct>;
    const wanted = receiver ?? room;
    const letGo = typeof wanted === "string" ? this.holdRoom(wanted) : () => {};
    const named: NamedCall = { id, onChunk: undefined, isKept: true, isPatient: true };
    const limits = { timeoutMs: this.#tools.defaultTimeoutMs, signal: undefined };
    const pending =
      event === "stateAct"
        ? this.#pending(event, payload, parseActAnswer, limits, named, letGo)
        : this.#pending(event, payload, parseCallAnswer, limits, named, letGo);
    const mayHaveRun = sentOn !== undefined;
    if (pending !== null) {
      this.#wait(Object.assign(pending, { madeAt: at, madeFor: user, sentOn, mayHaveRun, isStored: true }));
    }
  }

  #open(): void {
    this.#isOpen = true;
    for (const pending of [...this.#waiting]) {
      // Who is told of one that is sent may have lost the connection, on purpose.
      if (!this.#isOpen) return;
      // One that ended while those before it were sent is not sent any more.
      if (this.#waiting.delete(pending)) this.#sendFor(pending);
    }
  }

  /** Somebody else may be signed in from now on: what has been sent is not sent again. */
  disown(): void {
    const sent = [...this.#onTheirWay, ...[...this.#waiting].filter(pending => pending.mayHaveRun)];
    for (const pending of sent) pending.end(this.#tools.failure("sync-disconnected"));
  }

  lost(): void {
    this.#isOpen = false;
    clearTimeout(this.#asking);
    const lost = [...this.#onTheirWay];
    const waiting = [...this.#waiting];
    this.#onTheirWay.clear();
    this.#waiting.clear();
    // Ahead of those that have never been sent; it happens once, if it did already.
    for (const pending of lost.filter(isSentAgain)) {
      pending.mayHaveRun = true;
      this.#wait(pending);
    }
    for (const pending of waiting) this.#waiting.add(pending);
    for (const pending of lost) if (!isSentAgain(pending)) pending.end(this.#tools.failure("sync-disconnected"));
    for (const pending of [...this.#pausing.keys()]) this.#resume(pending);
  }

  /** Nothing waits in vain. */
  stopped(failure: WireFailure): void {
    for (const pending of [...this.#waiting]) pending.end(failure);
  }

  #hear(id: string, chunk: unknown): void {
    try {
      this.#hearing.get(id)?.(chunk);
    } catch (error) {
      this.#tools.onProblem({ kind: "callback-failed", route: null, error });
    }
  }

  /** Starts the clock of a call; null when it was over before it began. */
  #pending<Answer>(
    event: ClientEvent,
    payload: object,
    parse: Parse<Answer>,
    limits: Limits,
    named: NamedCall | null,
    settle: (answer: Answer | WireFailure) => void,
  ): Pending | null {
    const { failure } = this.#tools;
    if (limits.signal?.aborted === true) {
      settle(failure("sync-cancelled"));
      return null;
    }
    const madeAt = Date.now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = (answer: Answer | WireFailure): void => {
      stopClock();
      clearTimeout(timer);
      clearTimeout(this.#pausing.get(pending));
      this.#pausing.delete(pending);
      this.#waiting.delete(pending);
      this.#onTheirWay.delete(pending);
      if (named !== null) this.#ended(named, answer, pending.isStored);
      settle(answer);
    };
    // Of a patient one, only the signal counts here.
    const whole = named?.isPatient === true ? { ...limits, timeoutMs: Infinity } : limits;
    const stopClock = deadline(whole, code => this.#giveUp(pending, failure(code)));
    const answered = (message: unknown): void => {
      const answer = this.#read(event, parse, message);
      const pauseMs = pending.hasWaited ? askedPauseMs(answer) : null;
      const isLate = named?.isPatient !== true && Date.now() - madeAt + (pauseMs ?? 0) >= limits.timeoutMs;
      if (pauseMs === null || isLate) end(answer);
      else this.#pause(pending, pauseMs);
    };
    const count = (ms: number, failed: () => WireFailure): void => {
      clearTimeout(timer);
      timer = named?.isPatient === true && ms <= LONGEST_TIMEOUT_MS ? setTimeout(() => end(failed()), ms) : undefined;
    };
    const pending: Pending = {
      event,
      payload,
      named,
      answered,
      end: answer => end(answer as Answer | WireFailure),
      count,
      limits,
      madeAt,
      madeFor: this.#policy.user(),
      hasWaited: false,
      sentOn: undefined,
      mayHaveRun: false,
      isStored: false,
    };
    if (named?.onChunk !== undefined) this.#hearing.set(named.id, named.onChunk);
    return pending;
  }

  /** Ends a call that nobody waits for any more, and tells the server, whose handler may still run. */
  #giveUp(pending: Pending, failure: WireFailure): void {
    const { named } = pending;
    const isOnItsWay = this.#onTheirWay.has(pending);
    pending.end(failure);
    if (named !== null && isOnItsWay) this.#tools.connection.emit("syncCancel", { id: named.id }, () => {});
  }

  #ended({ id }: NamedCall, answer: unknown, isStored: boolean): void {
    this.#hearing.delete(id);
    if (isStored) this.#keep(this.#store?.remove(id));
    const error = isFailure(answer) ? answer : undefined;
    this.offline.update(id, error === undefined ? { status: "accepted" } : { status: "rejected", error });
  }

  #wait(pending: Pending): void {
    const { named } = pending;
    const isFirst = !pending.hasWaited;
    // What is kept already has its room.
    const isNew = named !== null && isFirst && pending.sentOn === undefined && !pending.isStored;
    if (isNew && !this.#makeRoom()) {
      return pending.end(this.#tools.failure("offline-queue-full"));
    }
    pending.hasWaited = true;
    this.#waiting.add(pending);
    if (named === null) return;
    this.offline.show(offlineCall(pending, named));
    this.#storeIfUsers(pending, named);
    const leftMs = pending.madeAt + this.#policy.maxAgeMs - Date.now();
    pending.count(Math.max(leftMs, 0), () => this.#dropped(pending, named, "age"));
  }

  /** Keeps a call of a user, whose page may end before there is a connection. */
  #storeIfUsers(pending: Pending, { id, isPatient, onChunk }: NamedCall): void {
    const { event, payload, madeAt: at, madeFor: user, sentOn } = pending;
    const outlives = isPatient && onChunk === undefined && (event === "sync" || event === "request" || event === "stateAct");
    if (!outlives || typeof user !== "string") return;
    pending.isStored = true;
    const order = (this.#order += 1);
    const call = { id, user, page: this.#page, at, order, event, payload: plain(payload) };
    this.#keep(this.#store?.put(sentOn === undefined ? call : { ...call, sentOn }));
  }

  #keep(kept: Promise<void> | undefined): void {
    kept?.catch((error: unknown) => this.#tools.onProblem({ kind: "offline-not-kept", error }));
  }

  /** Whether one more may wait, if need be in the place of the oldest. */
  #makeRoom(): boolean {
    const named = [...this.#waiting].filter(pending => pending.named !== null);
    if (named.length < this.#policy.max) return true;
    const [oldest] = named;
    if (this.#policy.whenFull === "refuse" || oldest === undefined || oldest.named === null) return false;
    oldest.end(this.#dropped(oldest, oldest.named, "full"));
    return true;
  }

  #dropped(pending: Pending, named: NamedCall, reason: DropReason): WireFailure {
    const failure = this.#tools.failure("offline-dropped", { reason });
    this.drops.tell({ ...offlineCall(pending, named), status: "rejected", error: failure }, reason);
    return failure;
  }

  #pause(pending: Pending, pauseMs: number): void {
    this.#onTheirWay.delete(pending);
    // It was refused, and is as if it had never been sent.
    if (!pending.mayHaveRun) pending.sentOn = undefined;
    pending.count(Infinity, () => this.#tools.failure("sync-timeout"));
    this.#pausing.set(pending, setTimeout(() => this.#resume(pending), pauseMs));
  }

  #resume(pending: Pending): void {
    clearTimeout(this.#pausing.get(pending));
    this.#pausing.delete(pending);
    if (this.#isOpen) this.#sendFor(pending);
    else this.#wait(pending);
  }

  /** Sends what has waited, unless it was made for somebody else than who is signed in now. */
  #sendFor(pending: Pending): void {
    const { named, madeFor } = pending;
    const now = this.#policy.user();
    const isAnothers = madeFor !== undefined && now !== undefined && madeFor !== now;
    if (named === null || !isAnothers) this.#send(pending);
    else pending.end(this.#dropped(pending, named, "user"));
  }

  #send(pending: Pending): void {
    const { connection, onProblem, failure } = this.#tools;
    const { named, sentOn } = pending;
    this.beforeSend(pending.event);
    this.#onTheirWay.add(pending);
    pending.count(pending.limits.timeoutMs, () => this.#late(pending));
    const isFirst = pending.sentOn === undefined;
    pending.sentOn ??= connection.socketId;
    if (isFirst && pending.isStored && named !== null) this.#storeIfUsers(pending, named);
    const payload = named === null ? pending.payload : namedPayload(pending.payload, named, sentOn);
    try {
      const wasSent = connection.emit(pending.event, payload, message => {
        // An answer that comes after the end of its call is nobody's.
        if (!this.#onTheirWay.has(pending)) return;
        this.retirements.note(pending.event, pending.payload, message);
        pending.answered(message);
      });
      if (!wasSent) this.#notSent(pending);
      else if (named !== null && pending.hasWaited) this.offline.update(named.id, { status: "sent" });
    } catch (error) {
      onProblem({ kind: "unsendable-data", event: pending.event, error });
      pending.end(failure("sync-bad-request"));
    }
  }

  /** There was no connection after all. */
  #notSent(pending: Pending): void {
    this.#onTheirWay.delete(pending);
    pending.sentOn = pending.mayHaveRun ? pending.sentOn : undefined;
    if (isSentAgain(pending)) this.#wait(pending);
    else pending.end(this.#tools.failure("sync-disconnected"));
  }

  /** The server is not to go on with what nobody waits for. */
  #late({ named }: Pending): WireFailure {
    if (named !== null) this.#tools.connection.emit("syncCancel", { id: named.id }, () => {});
    return this.#tools.failure("sync-timeout");
  }

  #read<Answer>(event: ClientEvent, parse: Parse<Answer>, message: unknown): Answer | WireFailure {
    const answer = parse(message);
    if (answer.ok) return answer.value;
    this.#tools.onProblem({ kind: "unreadable-message", event, problem: answer.problem });
    return this.#tools.failure("sync-server-failed");
  }
}

/** Whether a call that was on its way when the connection broke is sent again. Who listened has missed something. */
function isSentAgain({ named }: Pending): boolean {
  return named !== null && named.isKept && named.onChunk === undefined;
}

function namedPayload(payload: object, { id, onChunk }: NamedCall, sentOn: string | undefined): object {
  return { ...payload, id, ...(onChunk !== undefined && { stream: true }), ...(sentOn !== undefined && { sentOn }) };
}

function offlineCall({ payload, madeAt }: Pending, { id }: NamedCall): OfflineCall {
  const { name, version, receiver: called, data: input, room, action } = payload as Partial<SyncCall & StateAct> & SyncCall;
  const [receiver, data] = [called ?? room, input ?? action];
  const parts = { ...(typeof receiver === "string" && { receiver }), ...(data !== undefined && { data }) };
  return { id, name, version, ...parts, at: madeAt, status: "queued" };
}

/** As it travels: what is undefined is not there. */
function plain(payload: object): object {
  return Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined));
}

function isFailure(answer: unknown): answer is WireFailure {
  return isObject(answer) && answer["status"] === "error";
}

/** How long the server asks to wait, if it refuses a call because there are too many. */
export function askedPauseMs(answer: unknown): number | null {
  if (!isObject(answer) || answer["errorCode"] !== "sync-rate-limited") return null;
  const params = answer["errorParams"];
  const seconds = isObject(params) ? params["seconds"] : undefined;
  return typeof seconds === "number" && seconds > 0 ? seconds * 1000 : null;
}
