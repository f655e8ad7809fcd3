/** One Socket.IO socket, from its first byte to its last; it never comes back. What outlives sockets is the connection (`connection.ts`). */

import type { WireFailure } from "../wire/answers";

/** Why the server does not let this client in. It sends no sentence where the transport leaves room for a code only. */
export type Refusal = Pick<WireFailure, "errorCode"> & Partial<Pick<WireFailure, "message" | "httpStatus">>;

/** A way to carry messages. */
export type Transport = "websocket" | "polling";

/** How messages are carried now. */
export interface Carriage {
  readonly transport: Transport;
  /** A WebSocket was tried, and did not get through where polling did; it is tried again later. */
  readonly isWebSocketFailing: boolean;
}

/** What a socket tells its owner. Exactly one of `refused`, `failed` and `lost` is the last, unless `close()` was. */
export interface SocketEvents {
  /** The server let us in: `emit` works from now on. */
  opened(carriage: Carriage): void;
  /** It is open as before, but for how messages are carried, or for what is known of that. */
  moved(carriage: Carriage): void;
  /** The server answered, and does not want us. */
  refused(refusal: Refusal): void;
  /** The server could not be reached. */
  failed(reason: string): void;
  /** It was open and is no longer. */
  lost(reason: string): void;
  received(event: string, message: unknown): void;
}

/** A socket. Being used once only, it has no buffer from which an old call could be sent again. */
export interface Socket {
  /** What the server calls it, once it has let us in. */
  readonly id: string | undefined;
  /** Sends `payload`; `answered` is called at most once. Throws what cannot be written as JSON. */
  emit(event: string, payload: object, answered: (answer: unknown) => void): void;
  /** Whether nothing was heard for longer than the server's pings allow, which happens while a computer sleeps. */
  isStale(): boolean;
  /** Ends it; no event follows. */
  close(): void;
}

/** Opens a socket; its events come later, never during the call. */
export type OpenSocket = (events: SocketEvents) => Socket;
