/** What an application sees of this package: the options, and the client that they make. */

import type { Backoff } from "../socket/backoff";
import type { Transport } from "../socket/socket";
import type { ConnectionStatusStore } from "../socket/status";
import type { ApiRequest } from "./apiRequest";
import type { CallLimits, JoinRoomAnswer, LocationAnswer, PresenceAnswer, RoomsAnswer, SyncFailure } from "./answer";
import type { LogConnection } from "./log";
import type { NoPresence, PresenceTypesOf, RoomPresence } from "./presenceTypes";
import type { DropReason, OfflineCall, OfflineOptions } from "./offline";
import type { OnOutdated } from "./outdated";
import type { OnProblem } from "./problems";
import type { NoRoutes } from "./routes";
import type { OpenStateOf, StateOf } from "./stateTypes";
import type { UpsertSyncEventCallback } from "./syncEvents";
import type { SyncRequest } from "./syncRequest";

/** How to reach the server, and as whom. Everything has a default that suits a page served by the server itself. */
export interface SyncOptions {
  /** The server's origin, such as `https://play.example.org`. That of the page by default; needed outside a browser. */
  readonly url?: string | undefined;
  /** Where the server speaks Socket.IO; `/socket.io` by default. */
  readonly path?: string | undefined;
  /** The session's token, asked anew for each socket. Without one the session cookie decides, if there is one. */
  readonly token?: (() => string | null | undefined) | undefined;
  /** The reader's language as a tag (`nl`, `de-AT`), asked anew for each socket and for each error made here. The browser's by default. */
  readonly lang?: (() => string | null | undefined) | undefined;
  /** How long a call may take unless it says otherwise, in milliseconds; 30,000 by default. */
  readonly timeoutMs?: number | undefined;
  /**
   * Ways to connect, the best first: WebSocket, then HTTP polling by default. A WebSocket that does not get through gives way
   * to polling, and is tried again later; see `isWebSocketFailing` of the status.
   */
  readonly transports?: readonly Transport[] | undefined;
  /** Whether cookies go along when `url` is another origin; false by default. */
  readonly withCredentials?: boolean | undefined;
  /** How long an attempt to connect may take by each of the ways, in milliseconds; 20,000 by default. */
  readonly connectTimeoutMs?: number | undefined;
  /** Bounds of the random wait between attempts; 500 ms, doubling up to 10 s, by default. */
  readonly backoff?: Partial<Backoff> | undefined;
  /** Whether the first call, room, location, callback or look at the status connects; true by default. Otherwise `connect()` does. */
  readonly autoConnect?: boolean | undefined;
  /**
   * How long nobody may touch the page before its person counts as away, in milliseconds; 300,000 by default, 0 or false for ever. A page that
   * is hidden for a second counts as away, too. It is told to the server once a room is looked at with presence.
   */
  readonly awayAfterMs?: number | false | undefined;
  /** How many calls wait for a connection, how long, and what gives way. */
  readonly offline?: OfflineOptions | undefined;
  /** The contract that this page was built with, `contract` of the generated file: by it the server knows whether it still keeps to what this page relies on. */
  readonly contract?: string | undefined;
  /**
   * Told, once for each reason, that this page is older than its server and relies on what that may not keep to: time to offer a newer one. Nothing else
   * happens: what the server still takes goes on. Without it, `onProblem` is told. A server in development does not judge contracts.
   */
  readonly onOutdated?: OnOutdated | undefined;
  /** Hears of what no caller can be told, such as a callback that threw. Writes to the console by default. */
  readonly onProblem?: OnProblem | undefined;
}

/** A location as an application has it at hand; a query may be a `URLSearchParams`, of which the first value of each name counts. */
export interface LocationOptions {
  /** As in `window.location.pathname`: `/examples`. */
  readonly pathName: string;
  readonly searchParams?: URLSearchParams | Readonly<Record<string, string>> | undefined;
}

/** The calls that have waited for a connection, in the form that React's `useSyncExternalStore` takes. */
export interface OfflineCallStore {
  readonly getSnapshot: () => readonly OfflineCall[];
  /** Calls `changed` after each change; returns its own undo. */
  readonly subscribe: (changed: () => void) => () => void;
}

/** Whether we are in a room. The same object is handed out until something changes. */
export type RoomStatus<Code extends string = string> =
  /** Nobody here asked for it. */
  | { readonly status: "idle" }
  /** On the way, or waiting for a connection. */
  | { readonly status: "joining" }
  | { readonly status: "joined" }
  /** Turned away. It is tried again on the next socket as long as it is held. */
  | { readonly status: "error"; readonly error: SyncFailure<Code> };

/**
 * The client of one app. Every function can be taken out of the object and called alone. `Api` is its `ApiTypeMap`, `Presence` its
 * `PresenceTypes` and `States` its `StateTypeMap`, if it has them.
 */
export interface SyncClient<
  Map,
  Code extends string = string,
  Api = NoRoutes,
  Presence extends PresenceTypesOf = NoPresence,
  States = NoRoutes,
> {
  readonly syncRequest: SyncRequest<Map, Code>;
  readonly apiRequest: ApiRequest<Api, Code>;
  readonly upsertSyncEventCallback: UpsertSyncEventCallback<Map, Code>;

  /** Follows the value of a room until it is closed. */
  readonly openState: OpenStateOf<States, Code>;
  /** Names the value of a room, which is followed while somebody subscribes. What `useSyncState` is made of. */
  readonly stateOf: StateOf<States, Code>;

  /** The way to the durable data of scopes. What `createStore` is made of. */
  readonly log: LogConnection;

  /** Enters `room` and stays, over reconnects too, until `leaveRoom`. Joining again is allowed and answers the same. */
  readonly joinRoom: (room: string, limits?: CallLimits) => Promise<JoinRoomAnswer<Code>>;
  /**
   * Ends what `joinRoom` began. A room that somebody holds (`holdRoom`, `useRoom`) is not left before they let go.
   * Without a connection it answers at once, with the rooms that will be joined again.
   */
  readonly leaveRoom: (room: string, limits?: CallLimits) => Promise<RoomsAnswer<Code>>;
  /** Asks the server which rooms this socket is in. */
  readonly joinedRooms: (limits?: CallLimits) => Promise<RoomsAnswer<Code>>;
  /**
   * Is in `room` until the undo that this returns, together with all others who hold it; `changed` is called after each
   * change of `roomStatus(room)`. What `useRoom` is made of.
   */
  readonly holdRoom: (room: string, changed?: () => void) => () => void;
  /** Whether we are in `room`; the same object as long as nothing changed. */
  readonly roomStatus: (room: string) => RoomStatus<Code>;
  /**
   * Calls back after a reconnect for each room of which events were missed for good, so that the app can fetch anew what
   * it shows; returns its own undo.
   */
  readonly onGap: (callback: (gap: { readonly room: string }) => void) => () => void;
  /**
   * Calls back for each room that we were in and are not any more: the app has taken us out, or the room would not have us back after a
   * reconnect. `error` says why; returns its own undo.
   */
  readonly onRoomLost: (
    callback: (loss: { readonly room: string; readonly error: SyncFailure<Code> }) => void,
  ) => () => void;

  /**
   * Is in `room`, as with `holdRoom`, and knows who else is, until the undo that this returns; `changed` is called after each change of
   * `roomPresence(room)` or `roomStatus(room)`. What `usePresence` is made of.
   */
  readonly holdPresence: (room: Presence["rooms"], changed?: () => void) => () => void;
  /** Who is in `room`, while it is held with `holdPresence`; the same object as long as nothing changed. */
  readonly roomPresence: (room: Presence["rooms"]) => RoomPresence<Presence>;
  /**
   * Says something of our person to everybody in `room`, in all of whose tabs the last one counts; null takes it back. It waits until
   * we are there; called quickly, the newest wins. It is remembered until the room is left, and said again after a reconnect when the
   * server has nothing of us any more. With `null` for a room, it answers `sync-cancelled`.
   */
  readonly setPresence: (
    room: Presence["rooms"] | null,
    data: Presence["dataInput"] | null,
    limits?: CallLimits,
  ) => Promise<PresenceAnswer<Code>>;

  /** Tells the server which page this tab shows; it is remembered and sent again after each reconnect, before the rooms. */
  readonly updateLocation: (location: LocationOptions, limits?: CallLimits) => Promise<LocationAnswer<Code>>;

  /**
   * The calls that have waited for a connection, oldest first, each with how it stands; of those that have come to an end, the last 50. What
   * `useOfflineCalls` is made of.
   */
  readonly offlineCalls: OfflineCallStore;
  /** Calls back for each call that waited for a connection and is not going to be sent; returns its own undo. */
  readonly onDrop: (callback: (drop: { readonly call: OfflineCall; readonly reason: DropReason }) => void) => () => void;

  /** Where the connection stands. */
  readonly status: ConnectionStatusStore;
  /** Connects, unless that is under way; needed only with `autoConnect: false` and after `disconnect()`. */
  readonly connect: () => void;
  /**
   * Connects anew with the `token`, cookie and `lang` of now: call it after a login, a logout, a change of language. Calls that are on their
   * way end with `sync-disconnected`.
   */
  readonly reconnect: () => void;
  /** Disconnects until `connect()` or `reconnect()`; wanted rooms and the location are remembered. */
  readonly disconnect: () => void;
}
