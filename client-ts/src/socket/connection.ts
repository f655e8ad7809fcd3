/** The connection: keeps one socket open, a new one after each loss, or says why there is none. It knows when to connect and nothing of what is sent. */

import { backoffMs, type Backoff } from "./backoff";
import type { OpenSocket, Refusal, Socket, SocketEvents } from "./socket";
import type { ConnectionStatus, ConnectionStatusStore, EndedByServer } from "./status";
import type { OnWake } from "./wake";
import type { ClosingReason } from "../wire/frames";

/** What the connection tells its owner, always before the status says the same. */
export interface ConnectionEvents {
  /** Somebody asked for a socket: from now on there are attempts. */
  started(): void;
  /** There is a socket: first things first, `emit` sends in the order called. */
  opened(): void;
  /** The socket is gone, and with it every answer that was still to come. */
  lost(): void;
  /** `refused` or `closed`: no socket will come by itself. */
  stopped(): void;
  /** No socket could even be tried, say because the app's `token` function threw; it is tried again later. */
  unable(error: unknown): void;
  received(event: string, message: unknown): void;
}

/** What a connection needs from outside; tests bring their own. */
export interface ConnectionSurroundings {
  readonly openSocket: OpenSocket;
  readonly backoff: Backoff;
  /** From 0 to below 1, as `Math.random`. */
  readonly random: () => number;
  readonly onWake: OnWake;
  /** Turns a refusal into what a user may read. */
  readonly describe: (refusal: Refusal) => { message: string; httpStatus: number };
  readonly events: ConnectionEvents;
}

const IDLE: ConnectionStatus = { status: "idle" };
const CLOSED: ConnectionStatus = { status: "closed" };

/** An attempt older than this has most likely lost its network by the time the page wakes. */
const HANGING_AFTER_MS = 2_000;

/** A server that asks for a longer pause is not believed. */
const LONGEST_PAUSE_MS = 60_000;

/** A connection that comes back: after a loss it waits, longer each time and never the same, and tries again. */
export class Connection implements ConnectionStatusStore {
  readonly #surroundings: ConnectionSurroundings;
  readonly #listeners = new Set<() => void>();
  #status: ConnectionStatus = IDLE;
  #socket: Socket | null = null;
  #attemptedAt = 0;
  #openedAt: number | null = null;
  #wasConnected = false;
  /** Losses and failures in a row; they decide how long to wait. */
  #failures = 0;
  /** Attempts since there was an open socket. */
  #attempts = 0;
  /** Why the server ended, or is about to end, the last socket. */
  #endedByServer: EndedByServer = {};
  /** When the server would like to see us again, after this socket. */
  #askedPauseMs: number | null = null;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #sleepThroughWakes: (() => void) | null = null;

  constructor(surroundings: ConnectionSurroundings) {
    this.#surroundings = surroundings;
  }

  /** The status now; the same object as long as nothing changed. */
  readonly getSnapshot = (): ConnectionStatus => this.#status;

  /** Calls `changed` after each change; returns its own undo. */
  readonly subscribe = (changed: () => void): (() => void) => {
    const listener = (): void => changed();
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** Whether `emit` reaches the server now. */
  get isOpen(): boolean {
    return this.#openedAt !== null;
  }

  /** What the server calls the socket that is open. */
  get socketId(): string | undefined {
    return this.isOpen ? this.#socket?.id : undefined;
  }

  /** Starts, or starts again after `refused` or `closed`; goes on as it is otherwise. */
  connect(): void {
    const { status } = this.#status;
    if (status === "idle" || status === "refused" || status === "closed") this.#start();
  }

  /** Ends the socket, if there is one, and opens another with the credentials of now. */
  reconnect(): void {
    this.#dropSocket();
    this.#start();
  }

  /** Ends the socket and stays closed until `connect()` or `reconnect()`. */
  disconnect(): void {
    if (this.#status.status === "closed") return;
    this.#endedByServer = {};
    this.#dropSocket();
    this.#stop(CLOSED);
  }

  /** Sends, when the socket is open; answers whether it was. Throws what cannot be written as JSON. */
  emit(event: string, payload: object, answered: (answer: unknown) => void): boolean {
    if (!this.isOpen || this.#socket === null) return false;
    this.#socket.emit(event, payload, answered);
    return true;
  }

  /** The server has said that it is about to end the socket, why, and in how many milliseconds it would like to see us again. */
  endsFor(closing: ClosingReason, reconnectInMs?: number): void {
    this.#endedByServer = { closing };
    this.#askedPauseMs = reconnectInMs === undefined ? null : Math.min(reconnectInMs, LONGEST_PAUSE_MS);
  }

  #start(): void {
    this.#failures = 0;
    this.#attempts = 0;
    this.#sleepThroughWakes ??= this.#surroundings.onWake(() => this.#wake(), () => this.#rest());
    this.#set(this.#nextAttempt(), () => this.#surroundings.events.started());
    // Those who were told may have decided otherwise.
    if (this.#isTrying() && this.#socket === null) this.#attempt();
  }

  #attempt(): void {
    this.#cancelRetry();
    this.#announceAttempt();
    this.#attempts += 1;
    // A listener of the status may have called disconnect() meanwhile, or have been first to open a socket.
    if (this.#socket !== null || !this.#isTrying()) return;
    this.#attemptedAt = Date.now();
    try {
      this.#socket = this.#surroundings.openSocket(this.#socketEvents());
    } catch (error) {
      this.#surroundings.events.unable(error);
      this.#retryLater();
    }
  }

  #socketEvents(): SocketEvents {
    const { events } = this.#surroundings;
    return {
      opened: carriage => {
        this.#openedAt = Date.now();
        this.#wasConnected = true;
        this.#attempts = 0;
        this.#endedByServer = {};
        this.#askedPauseMs = null;
        events.opened();
        if (this.isOpen) this.#set({ status: "connected", ...carriage });
      },
      moved: carriage => this.#set({ status: "connected", ...carriage }),
      refused: refusal => {
        this.#socket = null;
        const { message, httpStatus } = this.#surroundings.describe(refusal);
        this.#stop({ status: "refused", errorCode: refusal.errorCode, message, httpStatus, ...this.#endedByServer });
      },
      failed: () => {
        this.#socket = null;
        this.#retryLater();
      },
      lost: () => {
        this.#forgetFailuresOfLongAgo();
        this.#dropSocket();
        this.#retryLater();
      },
      received: (event, message) => events.received(event, message),
    };
  }

  #retryLater(): void {
    // Those who were told may have decided otherwise: the app disconnected, or connected anew.
    const { status } = this.#status;
    if (status === "closed" || status === "refused" || this.#socket !== null) return;
    this.#failures += 1;
    const delayMs = this.#askedPauseMs ?? backoffMs(this.#failures, this.#surroundings.backoff, this.#surroundings.random);
    this.#askedPauseMs = null;
    this.#retry = setTimeout(() => this.#attempt(), delayMs);
    this.#announceAttempt();
  }

  /** The next attempt shows while it is waited for, too. */
  #announceAttempt(): void {
    this.#set(this.#nextAttempt());
  }

  #nextAttempt(): ConnectionStatus {
    const status = this.#wasConnected ? "reconnecting" : "connecting";
    return { status, attempt: this.#attempts + 1, ...this.#endedByServer };
  }

  /** A server that accepts and drops us at once must not be asked ever faster. */
  #forgetFailuresOfLongAgo(): void {
    const upForMs = this.#openedAt === null ? 0 : Date.now() - this.#openedAt;
    if (upForMs >= this.#surroundings.backoff.capMs) this.#failures = 0;
  }

  #wake(): void {
    if (this.#socket === null) return this.#attempt();
    if (this.isOpen ? this.#socket?.isStale() === true : this.#isHanging()) this.reconnect();
  }

  /** Until it wakes, the page has no socket: one would keep it out of the browser's cache. */
  #rest(): void {
    this.#cancelRetry();
    this.#dropSocket();
    // Those who were told may have decided otherwise.
    if (this.#socket === null && this.#status.status !== "closed") this.#announceAttempt();
  }

  #isHanging(): boolean {
    return this.#socket !== null && Date.now() - this.#attemptedAt >= HANGING_AFTER_MS;
  }

  #stop(status: ConnectionStatus): void {
    this.#cancelRetry();
    this.#sleepThroughWakes?.();
    this.#sleepThroughWakes = null;
    this.#wasConnected = false;
    this.#status = status;
    this.#surroundings.events.stopped();
    this.#notify();
  }

  #dropSocket(): void {
    const wasOpen = this.isOpen;
    this.#socket?.close();
    this.#socket = null;
    this.#openedAt = null;
    if (wasOpen) this.#surroundings.events.lost();
  }

  #cancelRetry(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
  }

  #isTrying(): boolean {
    return this.#status.status === "connecting" || this.#status.status === "reconnecting";
  }

  #set(status: ConnectionStatus, tellOwner = (): void => {}): void {
    if (isSame(this.#status, status)) return;
    this.#status = status;
    tellOwner();
    this.#notify();
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Statuses are plain data. */
function isSame(left: ConnectionStatus, right: ConnectionStatus): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
