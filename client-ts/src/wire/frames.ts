/** What the server sends unasked: the events of a room, what becomes of the people there, why a room is lost, and why it ends a socket. */

import { parseFailure, type ErrorParams, type WireFailure } from "./answers";
import { parsePoke, parseUnsubscribed, type Poke, type Unsubscribed } from "./log";
import { parsePatch, type Patch } from "./patch";
import { parsePresenceFrame, type PresenceFrame } from "./presence";
import { isObject, read, unreadable, type JsonObject, type Read } from "./read";

/** What the server sends unasked, by the name of its event. */
export interface ServerFrames {
  sync: SyncFrame;
  state: StateFrame;
  presence: PresenceFrame;
  syncStream: CallerStream;
  roomLost: RoomLost;
  gap: Gap;
  closing: Closing;
  poke: Poke;
  unsubscribed: Unsubscribed;
}

/** One `sync` frame. `cb` is `<page>/<name>/<version>`, resolved by the server; `pos` is an opaque place in the room's order. */
export type SyncFrame = SuccessFrame | ErrorFrame | StreamFrame;

/** The event happened, and the filter let this member see it. */
export interface SuccessFrame {
  readonly status: "success";
  readonly cb: string;
  readonly room: string;
  readonly pos: string;
  readonly serverOutput: unknown;
  readonly clientOutput: unknown;
}

/** The filter answered this member with an error. */
export interface ErrorFrame {
  readonly status: "error";
  readonly cb: string;
  readonly room: string;
  readonly pos: string;
  readonly errorCode: string;
  readonly errorParams: ErrorParams;
  readonly message: string;
}

/** A chunk that a running handler sent to the room; it has no place in the room's order. */
export interface StreamFrame {
  readonly status: "stream";
  readonly cb: string;
  readonly room: string;
  readonly stream: unknown;
}

/** What has changed in the value of a room. `cb` is `<page>/<name>/<version>`, `pos` an opaque place in the room's order. */
export type StateFrame = {
  readonly cb: string;
  readonly room: string;
  readonly pos: string;
  /** The version that this leads to. */
  readonly to: string;
} & ({ readonly from: string; readonly patch: Patch } | { readonly view: unknown });

/** A chunk that a running handler sent to its caller; `id` is the name of the call. */
export interface CallerStream {
  readonly id: string;
  readonly stream: unknown;
}

/** The app has taken this socket out of a room; nothing of the room comes after it. */
export interface RoomLost {
  readonly room: string;
  readonly error: WireFailure;
}

/** This socket has missed something in a room that cannot be sent again; what comes next comes after `pos`. */
export interface Gap {
  readonly room: string;
  readonly pos: string;
  /** What proves to another server that this page was there then, in place of what the last answer to a join said. */
  readonly membership?: string;
}

/** Why the server ends a socket. A newer server may have reasons that are not named here. */
export type ClosingReason =
  | "send-queue-full"
  | "write-timeout"
  | "receive-queue-full"
  | "filters-too-slow"
  | "resume-failed"
  | "delivery-failed"
  | "rate-limited"
  | "session-ended"
  | "session-replaced"
  | "server-stopping"
  | (string & {});

/** A `closing` frame: the last one of a socket that the server ends for a reason of its own. */
export interface Closing {
  readonly reason: ClosingReason;
  /** In how many milliseconds the server would like to see us again, if it says so. */
  readonly reconnectInMs?: number;
}

/** How each event is read: with its type above, all that this package has to be told of a new one. */
const PARSERS: { readonly [Event in keyof ServerFrames]: (message: unknown) => Read<ServerFrames[Event]> } = {
  sync: parseSyncFrame,
  state: parseStateFrame,
  presence: parsePresenceFrame,
  syncStream: parseCallerStream,
  roomLost: parseRoomLost,
  gap: parseGap,
  closing: parseClosing,
  poke: parsePoke,
  unsubscribed: parseUnsubscribed,
};

/** Whether this version knows `event`; a newer server may send others. */
export function isServerEvent(event: string): event is keyof ServerFrames {
  return Object.hasOwn(PARSERS, event);
}

/** Reads what came as `event`. */
export function parseFrame<Event extends keyof ServerFrames>(event: Event, message: unknown): Read<ServerFrames[Event]> {
  return PARSERS[event](message);
}

/** Reads a `sync` frame. Unknown fields are ignored, so that an older client can talk to a newer server. */
export function parseSyncFrame(message: unknown): Read<SyncFrame> {
  if (!isObject(message)) return unreadable("a frame is not an object");
  const { status, cb, room } = message;
  if (typeof cb !== "string") return unreadable("`cb` is not a string");
  if (typeof room !== "string") return unreadable("`room` is not a string");

  switch (status) {
    case "success":
      return parseSuccess(cb, room, message);
    case "error":
      return parseError(cb, room, message);
    case "stream":
      if (!("stream" in message)) return unreadable("`stream` is missing");
      return read({ status, cb, room, stream: message.stream });
    default:
      return unreadable("`status` is none of `success`, `error`, `stream`");
  }
}

/** Reads a `state` frame. */
export function parseStateFrame(message: unknown): Read<StateFrame> {
  if (!isObject(message)) return unreadable("a frame is not an object");
  const { cb, room, pos, from, to } = message;
  if (typeof cb !== "string") return unreadable("`cb` is not a string");
  if (typeof room !== "string") return unreadable("`room` is not a string");
  if (typeof pos !== "string") return unreadable("`pos` is not a string");
  if (typeof to !== "string") return unreadable("`to` is not a string");
  if ("view" in message) return read({ cb, room, pos, to, view: message.view });
  if (typeof from !== "string") return unreadable("`from` is not a string");
  const patch = parsePatch(message.patch);
  return patch.ok ? read({ cb, room, pos, from, to, patch: patch.value }) : patch;
}

/** Reads a `syncStream` frame. */
export function parseCallerStream(message: unknown): Read<CallerStream> {
  if (!isObject(message)) return unreadable("a frame is not an object");
  const { id } = message;
  if (typeof id !== "string") return unreadable("`id` is not a string");
  return "stream" in message ? read({ id, stream: message.stream }) : unreadable("`stream` is missing");
}

/** Reads a `roomLost` frame. */
export function parseRoomLost(message: unknown): Read<RoomLost> {
  if (!isObject(message)) return unreadable("a frame is not an object");
  const { room } = message;
  if (typeof room !== "string") return unreadable("`room` is not a string");
  const error = parseFailure(message.error);
  return error.ok ? read({ room, error: error.value }) : error;
}

/** Reads a `gap` frame. */
export function parseGap(message: unknown): Read<Gap> {
  if (!isObject(message)) return unreadable("a frame is not an object");
  const { room, pos, membership } = message;
  if (typeof room !== "string") return unreadable("`room` is not a string");
  if (typeof pos !== "string") return unreadable("`pos` is not a string");
  return read(typeof membership === "string" ? { room, pos, membership } : { room, pos });
}

/** Reads a `closing` frame. */
export function parseClosing(message: unknown): Read<Closing> {
  if (!isObject(message)) return unreadable("a frame is not an object");
  const { reason, reconnectInMs } = message;
  if (typeof reason !== "string" || reason === "") return unreadable("`reason` is not a code");
  if (reconnectInMs === undefined) return read({ reason });
  const isTime = typeof reconnectInMs === "number" && reconnectInMs >= 0;
  return isTime ? read({ reason, reconnectInMs }) : unreadable("`reconnectInMs` is no time");
}

function parseSuccess(cb: string, room: string, message: JsonObject): Read<SuccessFrame> {
  const { pos, serverOutput, clientOutput } = message;
  if (typeof pos !== "string") return unreadable("`pos` is not a string");
  if (!("serverOutput" in message)) return unreadable("`serverOutput` is missing");
  if (!("clientOutput" in message)) return unreadable("`clientOutput` is missing");
  return read({ status: "success", cb, room, pos, serverOutput, clientOutput });
}

function parseError(cb: string, room: string, message: JsonObject): Read<ErrorFrame> {
  const { pos, errorCode, errorParams, message: sentence } = message;
  if (typeof pos !== "string") return unreadable("`pos` is not a string");
  if (typeof errorCode !== "string" || errorCode === "") return unreadable("`errorCode` is not a code");
  if (!isObject(errorParams)) return unreadable("`errorParams` is not an object");
  if (typeof sentence !== "string") return unreadable("`message` is not a string");
  return read({ status: "error", cb, room, pos, errorCode, errorParams, message: sentence });
}
