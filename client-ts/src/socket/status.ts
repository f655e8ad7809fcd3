/** What a user may be told about the connection. */

import type { ClosingReason } from "../wire/frames";
import type { Carriage } from "./socket";

/**
 * Where the connection stands.
 *
 * | status | meaning | what ends it |
 * | --- | --- | --- |
 * | `idle` | nothing has needed a connection yet | the first use, or `connect()` |
 * | `connecting` | the first connection is being made; `attempt` counts from 1 | a connection, a refusal |
 * | `connected` | calls go out at once; `transport` says by which way | a loss |
 * | `reconnecting` | it was there and will be again; `attempt` counts from 1 | a connection, a refusal |
 * | `refused` | the server does not want these credentials or this page; nothing is tried by itself | `reconnect()` |
 * | `closed` | `disconnect()` was called | `connect()` |
 *
 * The same object is handed out until something changes.
 */
export type ConnectionStatus =
  | { readonly status: "idle" }
  | ({ readonly status: "connecting"; readonly attempt: number } & EndedByServer)
  | ({ readonly status: "connected" } & Carriage)
  | ({ readonly status: "reconnecting"; readonly attempt: number } & EndedByServer)
  | ({
      readonly status: "refused";
      /** Such as `auth-required` or `origin-forbidden`. */
      readonly errorCode: string;
      /** A sentence in the reader's language. */
      readonly message: string;
      readonly httpStatus: number;
    } & EndedByServer)
  | { readonly status: "closed" };

/** Whether the last socket was ended by the server, and why. */
export interface EndedByServer {
  /** The server's reason, such as `send-queue-full`, until there is a connection again; absent where it gave none. */
  readonly closing?: ClosingReason;
}

/** The status and its changes, in the form that `useSyncExternalStore` takes. */
export interface ConnectionStatusStore {
  /** The status now; the same object as long as nothing changed. */
  readonly getSnapshot: () => ConnectionStatus;
  /** Calls `changed` after each change; returns its own undo. */
  readonly subscribe: (changed: () => void) => () => void;
}
