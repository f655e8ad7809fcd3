/** A socket by one transport. The only file, with `moveToWebSocket.ts`, that knows Socket.IO. */

import { Manager, NodeXHR, type ManagerOptions, type Socket as StockSocket } from "socket.io-client";
import { parseFailure } from "../wire/answers";
import type { Handshake } from "../wire/payloads";
import type { Refusal, Socket, SocketEvents, Transport } from "./socket";
import { webSocketToMoveTo } from "./moveToWebSocket";

/** What a socket by one transport tells its owner: as {@link SocketEvents}, less what others know better. */
export interface TransportEvents extends Pick<SocketEvents, "refused" | "failed" | "lost" | "received"> {
  opened(transport: Transport): void;
  /** Begun by polling, it goes by WebSocket from now on. */
  moved(): void;
  /** It was to move to a WebSocket, which did not get through; `isOver` when the socket broke of it. */
  moveFailed(isOver: boolean): void;
}

/** How a socket begins. */
export type Beginning =
  | { readonly transport: "websocket" }
  /** `moveAfterMs` is when it tries to move to a WebSocket; null is never. */
  | { readonly transport: "polling"; readonly moveAfterMs: number | null };

/** Where and how to connect. */
export interface SocketIoOptions {
  /** An origin such as `https://play.example.org`; that of the page by default. */
  readonly url?: string | undefined;
  readonly path: string;
  /** Whether cookies go along to another origin. */
  readonly withCredentials: boolean;
  /** How long opening may take, in milliseconds. */
  readonly openTimeoutMs: number;
}

/** How long a move may take, in milliseconds, while polling goes on. A WebSocket needs four round trips. */
const MOVE_LIMIT_MS = 5_000;

/** How often it is looked whether the server has been silent for too long. Socket.IO's own timer stands still while a computer sleeps. */
const LOOK_MS = 2_000;

/** Opens a socket. Socket.IO's own reconnection and buffering stay off: `Connection` decides both. */
export class SocketIoSocket implements Socket {
  readonly #socket: StockSocket;
  readonly #events: TransportEvents;
  readonly #openTimer: ReturnType<typeof setTimeout>;
  readonly #lookTimer: ReturnType<typeof setInterval>;
  #wasOpened = false;
  #hasEnded = false;
  /** Where the move to a WebSocket stands. It has arrived when something of the session was heard there. */
  #move: "none" | "tried" | "made" | "arrived" = "none";
  #lastHeard = Date.now();
  #longestSilenceMs = Number.POSITIVE_INFINITY;

  constructor(options: SocketIoOptions, beginning: Beginning, handshake: Handshake, events: TransportEvents) {
    this.#events = events;
    const manager = new Manager(options.url ?? "", {
      path: options.path,
      transports: this.#transports(beginning, Math.min(options.openTimeoutMs, MOVE_LIMIT_MS)),
      withCredentials: options.withCredentials,
      timeout: options.openTimeoutMs,
      reconnection: false,
      autoConnect: false,
    });
    this.#socket = manager.socket("/", { auth: { ...handshake } });
    // Socket.IO's own limit ends with the transport's handshake; this one covers the server's welcome too.
    this.#openTimer = setTimeout(() => this.#end(() => events.failed("timeout")), options.openTimeoutMs);
    this.#lookTimer = setInterval(() => {
      if (this.isStale()) this.#broke("ping timeout");
    }, LOOK_MS);
    this.#forward();
    this.#socket.connect();
    this.#watchEngine();
  }

  get id(): string | undefined {
    return this.#socket.id;
  }

  emit(event: string, payload: object, answered: (answer: unknown) => void): void {
    this.#socket.emit(event, payload, answered);
  }

  isStale(): boolean {
    return Date.now() - this.#lastHeard > this.#longestSilenceMs;
  }

  close(): void {
    this.#end(() => {});
  }

  #transports(beginning: Beginning, limitMs: number): NonNullable<ManagerOptions["transports"]> {
    if (beginning.transport === "websocket") return ["websocket"];
    const { moveAfterMs } = beginning;
    if (moveAfterMs === null) return ["polling"];
    const tried = (): void => void (this.#move = "tried");
    // The polling of this place, whether a browser or Node, and a WebSocket that takes its time.
    return [NodeXHR, webSocketToMoveTo({ afterMs: moveAfterMs, limitMs, tried })];
  }

  #forward(): void {
    const socket = this.#socket;
    const events = this.#events;
    socket.on("connect", () => {
      clearTimeout(this.#openTimer);
      if (this.#hasEnded) return;
      this.#wasOpened = true;
      events.opened(socket.io.engine.transport.name === "websocket" ? "websocket" : "polling");
    });
    socket.on("connect_error", error => {
      // A socket that gave up its subscriptions was turned away by the server itself, not by a network in between.
      const refusal = socket.active ? refusalInBody(error) : refusalInMessage(error);
      this.#end(() => (refusal === null ? events.failed(error.message) : events.refused(refusal)));
    });
    socket.on("disconnect", reason => this.#broke(reason));
    socket.onAny((event: string, message: unknown) => {
      if (!this.#hasEnded) events.received(event, message);
    });
  }

  #watchEngine(): void {
    const { engine } = this.#socket.io;
    engine.on("handshake", ({ pingInterval, pingTimeout }) => {
      this.#longestSilenceMs = pingInterval + pingTimeout;
    });
    engine.on("packet", () => {
      this.#lastHeard = Date.now();
      if (this.#move === "made") this.#move = "arrived";
    });
    engine.on("upgrade", () => {
      this.#move = "made";
      if (!this.#hasEnded) this.#events.moved();
    });
    engine.on("upgradeError", () => {
      // A socket that ends takes its attempt to move with it, which says nothing of the attempt.
      if (this.#hasEnded || this.#move !== "tried") return;
      this.#move = "none";
      this.#events.moveFailed(false);
    });
    // Socket.IO does not notice a transport that closes between its own opening and the server's handshake. What it closes
    // itself it tells in another way.
    engine.on("close", reason => {
      if (reason !== "forced close") this.#broke(reason);
    });
  }

  /** The socket is gone. If it was moving, or nothing was heard since it moved, that is most likely why. */
  #broke(reason: string): void {
    this.#end(() => {
      if (this.#move === "tried" || this.#move === "made") this.#events.moveFailed(true);
      if (this.#wasOpened) this.#events.lost(reason);
      else this.#events.failed(reason);
    });
  }

  #end(tell: () => void): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#openTimer);
    clearInterval(this.#lookTimer);
    this.#socket.disconnect();
    tell();
  }
}

const CODE = /^[a-z0-9]+(?:-[a-z0-9]+)+$/;

/** Codes that ask to come back later rather than with something else. */
const PASSING: ReadonlySet<string> = new Set([
  "session-unavailable",
  "sync-rate-limited",
  "sync-server-failed",
  "sync-shutting-down",
  "sync-timeout",
]);

/** Our server's middleware says no: the message is an error code. Anything else is a server in trouble. */
function refusalInMessage(error: Error): Refusal | null {
  return CODE.test(error.message) && !PASSING.has(error.message) ? { errorCode: error.message } : null;
}

/** Our server says no over HTTP, before Socket.IO is reached: the body is an error like any other. */
function refusalInBody(error: Error): Refusal | null {
  const body = responseText(error);
  if (body === null) return null;
  const failure = parseFailure(body);
  return failure.ok && !PASSING.has(failure.value.errorCode) ? failure.value : null;
}

/** The transport's error carries the request that failed, untyped. */
function responseText(error: Error): unknown {
  if (!("context" in error)) return null;
  const { context } = error;
  if (typeof context !== "object" || context === null || !("responseText" in context)) return null;
  try {
    return JSON.parse(String(context.responseText));
  } catch {
    return null;
  }
}
