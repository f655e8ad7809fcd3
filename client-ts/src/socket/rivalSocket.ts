/** Two ways to connect, of which the first to get through is taken. */

import type { Socket, Transport } from "./socket";
import type { TransportEvents } from "./socketIoSocket";

/** Opens a socket by one transport; its events come later, never during the call. */
export type OpenRival = (events: TransportEvents) => Socket;

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
export class RivalSocket implements Socket {
  readonly #events: TransportEvents;
  readonly #openSecond: OpenRival;
  readonly #running = new Set<Socket>();
  readonly #patience: ReturnType<typeof setTimeout> | undefined;
  #hasSecond = false;
  #winner: Socket | null = null;

  constructor({ first, second, patienceMs }: Rivals, events: TransportEvents) {
    this.#events = events;
    this.#openSecond = second;
    if (patienceMs !== null) this.#patience = setTimeout(() => this.#startSecond(), patienceMs);
    this.#start(first);
  }

  get id(): string | undefined {
    return this.#winner?.id;
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
    const socket: Socket = open({
      opened: transport => this.#won(socket, transport),
      moved: () => events.moved(),
      moveFailed: isOver => events.moveFailed(isOver),
      refused: refusal => {
        this.#endAll();
        events.refused(refusal);
      },
      failed: reason => this.#dropOut(socket, reason),
      lost: reason => {
        this.#endAll();
        events.lost(reason);
      },
      received: (event, message) => events.received(event, message),
    });
    this.#running.add(socket);
  }

  #won(socket: Socket, transport: Transport): void {
    this.#winner = socket;
    this.#running.delete(socket);
    this.#endAll();
    this.#running.add(socket);
    this.#events.opened(transport);
  }

  /** One that has not opened gives up; the last one to do so ends the socket. */
  #dropOut(socket: Socket, reason: string): void {
    this.#running.delete(socket);
    this.#startSecond();
    if (this.#running.size === 0) this.#events.failed(reason);
  }

  #endAll(): void {
    this.#hasSecond = true;
    clearTimeout(this.#patience);
    for (const socket of this.#running) socket.close();
    this.#running.clear();
  }
}
