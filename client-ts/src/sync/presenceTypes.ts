/** What an app's generated `PresenceTypes` says of who is in its rooms. */

import type { WirePerson } from "../wire/presence";
import type { WireRoomPresence } from "./roster";

/** What the generated interface looks like. */
export interface PresenceTypesOf {
  /** What the app makes public of a user. */
  readonly user: unknown;
  /** What a person says of themselves. */
  readonly data: unknown;
  /** The same as it is written, where fields may be left out. */
  readonly dataInput: unknown;
  /** The rooms whose rule has `presence`: `` `chat-${string}` ``. */
  readonly rooms: string;
}

/** Those of an app whose rules have no `presence`. */
export interface NoPresence {
  readonly user: never;
  readonly data: never;
  readonly dataInput: never;
  readonly rooms: never;
}

/** One person in a room: all tabs of a user, or a page without a login. */
export interface Person<Types extends PresenceTypesOf = PresenceTypesOf> extends WirePerson {
  readonly user: Types["user"];
  /** What they say of themselves in this room; null when nothing. */
  readonly data: Types["data"] | null;
}

/** Who is in a room. The same object is handed out until something changes. */
export interface RoomPresence<Types extends PresenceTypesOf = PresenceTypesOf> extends WireRoomPresence {
  readonly people: readonly Person<Types>[];
}
