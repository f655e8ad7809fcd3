/** A network in the hands of a test: nothing happens on a socket unless the test says so. */

import type { Carriage, OpenSocket, Socket, SocketEvents } from "../socket/socket";

/** What was sent over a socket, and the way to answer it. */
export interface Sent {
  readonly event: string;
  readonly payload: object;
  readonly answered: (answer: unknown) => void;
}

/** How a socket is carried unless the test says otherwise. */
export const BY_WEBSOCKET: Carriage = { transport: "websocket", isWebSocketFailing: false };

/** A socket whose other end is the test. */
export class FakeSocket implements Socket {
  readonly sent: Sent[] = [];
  readonly id: string;
  readonly #events: SocketEvents;
  isClosed = false;
  stale = false;

  constructor(events: SocketEvents, id: string) {
    this.id = id;
    this.#events = events;
  }

  emit(event: string, payload: object, answered: (answer: unknown) => void): void {
    JSON.stringify(payload);
    this.sent.push({ event, payload, answered });
  }

  isStale(): boolean {
    return this.stale;
  }

  close(): void {
    this.isClosed = true;
  }

  accept(carriage: Carriage = BY_WEBSOCKET): void {
    if (!this.isClosed) this.#events.opened(carriage);
  }

  move(carriage: Carriage): void {
    this.#events.moved(carriage);
  }

  refuse(errorCode: string): void {
    this.#events.refused({ errorCode });
  }

  fail(): void {
    this.#events.failed("test");
  }

  lose(): void {
    this.#events.lost("test");
  }

  receive(event: string, message: unknown): void {
    this.#events.received(event, message);
  }

  /** What was sent as `event`, in order. */
  sentAs(event: string): readonly Sent[] {
    return this.sent.filter(sent => sent.event === event);
  }

  /** Names of the events sent, in order. */
  get events(): readonly string[] {
    return this.sent.map(({ event }) => event);
  }

  /** Answers the last `event` that was sent. */
  answer(event: string, answer: unknown): void {
    const sent = this.sentAs(event).at(-1);
    if (sent === undefined) throw new Error(`no \`${event}\` was sent: ${this.events.join(", ")}`);
    sent.answered(answer);
  }
}

/** All sockets that were asked for, oldest first. */
export class FakeNetwork {
  readonly sockets: FakeSocket[] = [];

  readonly openSocket: OpenSocket = events => {
    const socket = new FakeSocket(events, `socket-${this.sockets.length + 1}`);
    this.sockets.push(socket);
    return socket;
  };

  /** The socket asked for last. */
  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("nobody has asked for a socket");
    return socket;
  }
}

/** Moments of waking, and of being put aside, that the test decides on. */
export class FakeWakes {
  readonly #wakes = new Map<() => void, () => void>();

  readonly onWake = (wake: () => void, rest: () => void): (() => void) => {
    this.#wakes.set(wake, rest);
    return () => void this.#wakes.delete(wake);
  };

  get size(): number {
    return this.#wakes.size;
  }

  wake(): void {
    for (const wake of [...this.#wakes.keys()]) wake();
  }

  rest(): void {
    for (const rest of [...this.#wakes.values()]) rest();
  }
}

/** A page whose attention is in the hands of the test. */
export class FakeAttention {
  readonly #watchers = new Set<(isAway: boolean) => void>();
  /** What the last watcher asked for. */
  awayAfterMs: number | null | undefined;

  readonly watchAway = (awayAfterMs: number | null, changed: (isAway: boolean) => void): (() => void) => {
    this.awayAfterMs = awayAfterMs;
    this.#watchers.add(changed);
    return () => void this.#watchers.delete(changed);
  };

  get size(): number {
    return this.#watchers.size;
  }

  turn(isAway: boolean): void {
    for (const changed of [...this.#watchers]) changed(isAway);
  }
}
