/** What the calls of this package come back with: values, never throws. */

import type { DeliveryReport, ErrorParams, WireFailure } from "../wire/answers";

/**
 * The codes of errors that are made in the client, because no answer of the server could be had.
 *
 * | code | `httpStatus` | meaning |
 * | --- | --- | --- |
 * | `sync-timeout` | 504 | no answer within `timeoutMs`; the call may have had its effect |
 * | `sync-cancelled` | 499 | the caller's `signal` was aborted; the call may have had its effect |
 * | `sync-disconnected` | 503 | the connection was lost before the answer came, or was closed; ditto if it had been sent |
 * | `sync-bad-request` | 400 | the call cannot be written as JSON and was not sent |
 * | `offline-queue-full` | 503 | as many calls as may wait for a connection; it was not sent |
 * | `offline-dropped` {reason} | 503 | it has waited for a connection for too long (`age`), gave way to a newer one (`full`), or somebody else has signed in (`user`) |
 * | `sync-server-failed` | 500 | the answer could not be read |
 */
export type ClientErrorCode =
  | "offline-dropped"
  | "offline-queue-full"
  | "sync-timeout"
  | "sync-cancelled"
  | "sync-disconnected"
  | "sync-bad-request"
  | "sync-server-failed";

/** A refusal, from the server or made in the client. `Code` is the app's generated `ErrorCode`. */
export interface SyncFailure<Code extends string = string> {
  readonly status: "error";
  /** One search for it finds the sentence and the handler, too. */
  readonly errorCode: Code | ClientErrorCode;
  /** Values that belong to the code; `{}` when there are none. */
  readonly errorParams: ErrorParams;
  /** A sentence in the reader's language. */
  readonly message: string;
  readonly httpStatus: number;
}

/** The server's handler succeeded. */
export interface SyncSuccess<Output> {
  readonly status: "success";
  readonly result: Output;
}

/** The same of an event. */
export interface EventSuccess<Output> extends SyncSuccess<Output> {
  /** What became of the event: if the call asked for that, and it was known in time. */
  readonly report?: DeliveryReport;
}

/** What a call comes back with; `status` tells which of the two. */
export type SyncAnswer<Output, Code extends string = string> = SyncSuccess<Output> | SyncFailure<Code>;

/** What the call of an event comes back with; `status` tells which of the two. */
export type EventAnswer<Output, Code extends string = string> = EventSuccess<Output> | SyncFailure<Code>;

/** What `joinRoom` comes back with. */
export type JoinRoomAnswer<Code extends string = string> =
  | {
      readonly status: "success";
      /** All rooms that this socket is in. */
      readonly rooms: readonly string[];
      /** The place in the room's order of the last event that this socket was given, or from which events follow; opaque. */
      readonly pos: string;
      /** Whether all events since the last visit were sent before this answer. */
      readonly recovered: boolean;
    }
  | SyncFailure<Code>;

/** What `leaveRoom` and `joinedRooms` come back with. */
export type RoomsAnswer<Code extends string = string> =
  | { readonly status: "success"; readonly rooms: readonly string[] }
  | SyncFailure<Code>;

/** What `updateLocation` comes back with. */
export type LocationAnswer<Code extends string = string> = { readonly status: "success" } | SyncFailure<Code>;

/** What `setPresence` comes back with. */
export type PresenceAnswer<Code extends string = string> = { readonly status: "success" } | SyncFailure<Code>;

/** How long a call may take, and who may end it earlier. */
export interface CallLimits {
  /** Ends the call with `sync-cancelled`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Milliseconds from the call to its answer, waiting for a connection included; then `sync-timeout`. `Infinity` waits for ever. Where a
   * call says nothing, its time counts from when it is sent.
   */
  readonly timeoutMs?: number | undefined;
}

/**
 * Takes an answer as one of the app, whose codes are `Code`.
 *
 * The set of codes is the promise of the generated file; a server newer than this page may send a code outside of it, which
 * is why applications end their `switch` with a `default` that shows `message`.
 */
export function asAppAnswer<Code extends string, Success>(answer: Success | WireFailure): Success | SyncFailure<Code> {
  return answer as Success | SyncFailure<Code>;
}
