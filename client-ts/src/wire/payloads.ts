/** What the client sends: event names and their payloads. The forms are `tests/wire/*.json`, read by both languages. */

import type { Pull, Push, Snapshot, Subscribe, Unsubscribe } from "./log";

/** The events that the client sends, and the payload of each; a field that is undefined does not travel. */
export interface ClientPayloads {
  sync: SyncCall;
  request: ApiCall;
  stateOpen: StateOpen;
  stateClose: StateClose;
  stateAct: StateAct;
  joinRoom: JoinRoom;
  leaveRoom: LeaveRoom;
  joinedRooms: Readonly<Record<string, never>>;
  updateLocation: SyncLocation;
  updatePresence: UpdatePresence;
  listen: Listen;
  syncCancel: SyncCancel;
  push: Push;
  pull: Pull;
  snapshot: Snapshot;
  subscribe: Subscribe;
  unsubscribe: Unsubscribe;
}

/** The name of an event that the client sends. */
export type ClientEvent = keyof ClientPayloads;

/**
 * Whom an event leaves out: nobody (`false`), the calling socket or those of the same page that came after it (`true`), or every tab of its
 * session (`"session"`). A page is known again by the `tab` of its handshake, within one session or among callers without one.
 */
export type IgnoreSelf = boolean | "session";

/** What a call says in every lane: the route, and the input. */
export interface Call {
  /** `<page>/<name>`. */
  readonly name: string;
  readonly version: string;
  readonly data?: unknown;
  /** The caller's own name of the call: sent once more, it happens once and is answered the same. */
  readonly id?: string | undefined;
  /** Asks for what the handler streams to its caller. */
  readonly stream?: true | undefined;
  /** The id of the socket on which it was sent before, if this is a repeat. */
  readonly sentOn?: string | undefined;
}

/** What a page relies on. */
export interface Listen {
  /** Of which routes this socket hears events, all of them: `<page>/<name>/<version>`. */
  readonly routes: readonly string[];
  /** The fingerprint of the contract that it was built with. */
  readonly contract?: string | undefined;
}

/** Gives up the call of this name. */
export interface SyncCancel {
  readonly id: string;
}

/** A call of the event lane. */
export interface SyncCall extends Call {
  /** The room that hears of it. */
  readonly receiver: string;
  readonly ignoreSelf?: IgnoreSelf | undefined;
  /** Asks what becomes of the event; the answer waits for that. */
  readonly report?: boolean | undefined;
}

/** A call of the request lane: nobody but its caller hears of it. */
export type ApiCall = Call;

/** Which value: that of one version of a state in a room. */
export interface StatePlace {
  /** `<page>/<name>`. */
  readonly name: string;
  readonly version: string;
  readonly room: string;
}

/** Asks for the value of a room, and to hear what changes from then on. */
export interface StateOpen extends StatePlace {
  /** The version that is here already: what has changed since is enough, if the server still knows it. */
  readonly have?: string;
}

/** Asks to hear no longer what changes. */
export type StateClose = StatePlace;

/** Acts on the value of a room. */
export interface StateAct extends StatePlace {
  readonly action: unknown;
  /** As in `Call`. */
  readonly id?: string | undefined;
  /** As in `Call`. */
  readonly sentOn?: string | undefined;
  /** Acts only if nothing that can be seen here has changed since this version. */
  readonly ifVersion?: string | undefined;
}

/** Asks to be in `room`. */
export interface JoinRoom {
  readonly room: string;
  /** The last place in the room's order that this page has seen: what has happened since is sent before the answer. */
  readonly after?: string;
  /** What the last answer to a join of the room said: it proves to another server that this page was there. */
  readonly membership?: string;
  /** Asks who is there, too, now and from now on. */
  readonly presence?: true;
}

/** Asks to be in `room` no longer. */
export interface LeaveRoom {
  readonly room: string;
}

/** What this tab shows, for the filters on the server. */
export interface SyncLocation {
  /** As in `window.location.pathname`: `/examples`; at most 2 KiB. */
  readonly pathName: string;
  /** The query, one value for each name; where names and values have more than 16 KiB, the server leaves them out and filters can see that. */
  readonly searchParams: Readonly<Record<string, string>>;
}

/** Says something of who sends it; both can be said at once. */
export interface UpdatePresence {
  /** Whether nobody is at this tab, in all its rooms; a new socket is not away. */
  readonly away?: boolean;
  /** The room that `data` is said in; only with `data`. */
  readonly room?: string;
  /** What this tab's person says of themselves; null takes it back. At most 1 KiB. */
  readonly data?: unknown;
}

/** Who is connecting, and the language to answer in; sent once with each socket. */
export interface Handshake {
  readonly token?: string;
  readonly lang?: string;
  /** What this page calls itself: what it sent on a socket that is gone comes before what it sends on the next, and is still its own. */
  readonly tab?: string;
}
