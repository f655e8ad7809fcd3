/** One connection, from its first byte to its last; it never comes back. The only file that knows Socket.IO. */

import { Manager, type Socket } from "socket.io-client";
import { parseFailure, type WireFailure } from "../wire/answers";
import type { Handshake } from "../wire/payloads";

/** Why the server does not let this client in. It sends no sentence where the transport leaves room for a code only. */
export type Refusal = Pick<WireFailure, "errorCode"> & Partial<Pick<WireFailure, "message" | "httpStatus">>;

/** What a link tells its owner. Exactly one of `refused`, `failed` and `lost` is the last, unless `close()` was. */
export interface LinkEvents {
  /** The server let us in: `emit` works from now on. */
  opened(): void;
  /** The server answered, and does not want us. */
  refused(refusal: Refusal): void;
  /** There was no connection to be had. */
  failed(reason: string): void;
  /** It was open and is no longer. */
  lost(reason: string): void;
  received(event: string, message: unknown): void;
}

/** A connection. Being used once only, it has no buffer from which an old call could be sent again. */
export interface Link {
  /** Sends `payload`; `answered` is called at most once. Throws what cannot be written as JSON. */
  emit(event: string, payload: object, answered: (answer: unknown) => void): void;
  /** Whether nothing was heard for longer than the server's pings allow, which happens while a computer sleeps. */
  isStale(): boolean;
  /** Ends it; no event follows. */
  close(): void;
}

/** Opens a link; its events come later, never during the call. */
export type OpenLink = (events: LinkEvents) => Link;

/** A way to carry messages. */
export type Transport = "websocket" | "polling";

/** Where and how to connect. */
export interface LinkOptions {
  /** An origin such as `https://play.example.org`; that of the page by default. */
  readonly url?: string | undefined;
  readonly path: string;
  /** Tried one after the other, within one link or, where one hangs, from link to link. */
  readonly transports: readonly Transport[];
  /** Whether cookies go along to another origin. */
  readonly withCredentials: boolean;
  /** How long opening may take, in milliseconds. */
  readonly openTimeoutMs: number;
  /** Asked anew for each connection. */
  readonly handshake: () => Handshake;
}

/** Opens links over Socket.IO. Its own reconnection and buffering stay off: `Connection` decides both. */
export function socketIoLinks(options: LinkOptions): OpenLink {
  let { transports } = options;
  // A transport that hangs uses up all the time of its link, so the next link begins with the next transport.
  const timedOut = (): void => void (transports = [...transports.slice(1), ...transports.slice(0, 1)]);
  return events => new SocketIoLink({ ...options, transports }, events, timedOut);
}

class SocketIoLink implements Link {
  readonly #socket: Socket;
  readonly #openTimer: ReturnType<typeof setTimeout>;
  #ended = false;
  #lastHeard = Date.now();
  #longestSilenceMs = Number.POSITIVE_INFINITY;

  constructor(options: LinkOptions, events: LinkEvents, timedOut: () => void) {
    const manager = new Manager(options.url ?? "", {
      path: options.path,
      transports: [...options.transports],
      tryAllTransports: true,
      withCredentials: options.withCredentials,
      timeout: options.openTimeoutMs,
      reconnection: false,
      autoConnect: false,
    });
    this.#socket = manager.socket("/", { auth: { ...options.handshake() } });
    // Socket.IO's own limit ends with the transport's handshake; this one covers the server's welcome too.
    const giveUp = (): void => {
      timedOut();
      events.failed("timeout");
    };
    this.#openTimer = setTimeout(() => this.#end(giveUp), options.openTimeoutMs);
    this.#forward(events);
    this.#socket.connect();
    this.#watchSilence();
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

  #forward(events: LinkEvents): void {
    const socket = this.#socket;
    socket.on("connect", () => {
      clearTimeout(this.#openTimer);
      if (!this.#ended) events.opened();
    });
    socket.on("connect_error", error => {
      // A socket that gave up its subscriptions was turned away by the server itself, not by a network in between.
      const refusal = socket.active ? refusalInBody(error) : refusalInMessage(error);
      this.#end(() => (refusal === null ? events.failed(error.message) : events.refused(refusal)));
    });
    socket.on("disconnect", reason => this.#end(() => events.lost(reason)));
    socket.onAny((event: string, message: unknown) => {
      if (!this.#ended) events.received(event, message);
    });
  }

  #watchSilence(): void {
    const { engine } = this.#socket.io;
    engine.on("handshake", ({ pingInterval, pingTimeout }) => {
      this.#longestSilenceMs = pingInterval + pingTimeout;
    });
    engine.on("packet", () => {
      this.#lastHeard = Date.now();
    });
  }

  #end(tell: () => void): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#openTimer);
    this.#socket.disconnect();
    tell();
  }
}

const CODE = /^[a-z0-9]+(?:-[a-z0-9]+)+$/;

/** Codes that ask to come back later rather than with something else. */
const PASSING: ReadonlySet<string> = new Set([
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
