/** Two ways to connect, of which the first to get through is taken. */

import type { Link, Transport } from "./link";
import type { TransportEvents } from "./socketIoLink";

/** Opens a link by one transport; its events come later, never during the call. */
export type OpenRival = (events: TransportEvents) => Link;

/** The two ways, in the order in which they are tried. */
export interface Rivals {
  readonly first: OpenRival;
  readonly second: OpenRival;
  /** How long the first is tried alone, in milliseconds, unless it fails earlier; `null` is until it fails. */
  readonly patienceMs: number | null;
}

/**
 * Begins with the first way. The second joins when the first has failed, or seems to hang, so that a network which swallows
 * what is sent costs no more than the patience. Whichever opens ends the other.
 */
export class RivalLink implements Link {
  readonly #events: TransportEvents;
  readonly #openSecond: OpenRival;
  readonly #running = new Set<Link>();
  readonly #patience: ReturnType<typeof setTimeout> | undefined;
  #hasSecond = false;
  #winner: Link | null = null;

  constructor({ first, second, patienceMs }: Rivals, events: TransportEvents) {
    this.#events = events;
    this.#openSecond = second;
    if (patienceMs !== null) this.#patience = setTimeout(() => this.#startSecond(), patienceMs);
    this.#start(first);
  }

  emit(event: string, payload: object, answered: (answer: unknown) => void): void {
    this.#winner?.emit(event, payload, answered);
  }

  isStale(): boolean {
    return this.#winner?.isStale() ?? false;
  }

  close(): void {
    this.#endAll();
  }

  #startSecond(): void {
    if (this.#hasSecond) return;
    this.#hasSecond = true;
    clearTimeout(this.#patience);
    this.#start(this.#openSecond);
  }

  #start(open: OpenRival): void {
    const events = this.#events;
    const link: Link = open({
      opened: transport => this.#won(link, transport),
      moved: () => events.moved(),
      moveFailed: isOver => events.moveFailed(isOver),
      refused: refusal => {
        this.#endAll();
        events.refused(refusal);
      },
      failed: reason => this.#dropOut(link, reason),
      lost: reason => {
        this.#endAll();
        events.lost(reason);
      },
      received: (event, message) => events.received(event, message),
    });
    this.#running.add(link);
  }

  #won(link: Link, transport: Transport): void {
    this.#winner = link;
    this.#running.delete(link);
    this.#endAll();
    this.#running.add(link);
    this.#events.opened(transport);
  }

  /** One that has not opened gives up; the last one to do so ends the link. */
  #dropOut(link: Link, reason: string): void {
    this.#running.delete(link);
    this.#startSecond();
    if (this.#running.size === 0) this.#events.failed(reason);
  }

  #endAll(): void {
    this.#hasSecond = true;
    clearTimeout(this.#patience);
    for (const link of this.#running) link.close();
    this.#running.clear();
  }
}
