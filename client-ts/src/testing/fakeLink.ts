/** A network in the hands of a test: nothing happens on a link unless the test says so. */

import type { Carriage, Link, LinkEvents, OpenLink } from "../socket/link";

/** What was sent over a link, and the way to answer it. */
export interface Sent {
  readonly event: string;
  readonly payload: object;
  readonly answered: (answer: unknown) => void;
}

/** How a link is carried unless the test says otherwise. */
export const BY_WEBSOCKET: Carriage = { transport: "websocket", isWebSocketFailing: false };

/** A link whose other end is the test. */
export class FakeLink implements Link {
  readonly sent: Sent[] = [];
  readonly #events: LinkEvents;
  isClosed = false;
  stale = false;

  constructor(events: LinkEvents) {
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

  /** Names of the events sent, in order. */
  get events(): readonly string[] {
    return this.sent.map(({ event }) => event);
  }

  /** Answers the last `event` that was sent. */
  answer(event: string, answer: unknown): void {
    const sent = this.sent.filter(one => one.event === event).at(-1);
    if (sent === undefined) throw new Error(`no \`${event}\` was sent: ${this.events.join(", ")}`);
    sent.answered(answer);
  }
}

/** All links that were asked for, oldest first. */
export class FakeNetwork {
  readonly links: FakeLink[] = [];

  readonly openLink: OpenLink = events => {
    const link = new FakeLink(events);
    this.links.push(link);
    return link;
  };

  /** The link asked for last. */
  get link(): FakeLink {
    const link = this.links.at(-1);
    if (link === undefined) throw new Error("nobody has asked for a link");
    return link;
  }
}

/** Moments of waking that the test decides on. */
export class FakeWakes {
  readonly #wakes = new Set<() => void>();

  readonly onWake = (wake: () => void): (() => void) => {
    this.#wakes.add(wake);
    return () => void this.#wakes.delete(wake);
  };

  get size(): number {
    return this.#wakes.size;
  }

  wake(): void {
    for (const wake of [...this.#wakes]) wake();
  }
}
