/** The acknowledgements: what the server says to a call, a join, a leave, a location. */

import { parsePatch, type Patch } from "./patch";
import { parseRoster, type Roster } from "./presence";
import { isObject, isStrings, read, unreadable, type JsonObject, type Read } from "./read";

/** Values that belong to an error code, by name; `{}` when there are none. */
export type ErrorParams = Readonly<Record<string, unknown>>;

/** A refusal in the one form that every error has, from the server or made here. */
export interface WireFailure {
  readonly status: "error";
  readonly errorCode: string;
  readonly errorParams: ErrorParams;
  /** A sentence in the reader's language. */
  readonly message: string;
  readonly httpStatus: number;
}

/** What became of an event when the members of its room were visited. */
export interface DeliveryReport {
  /** How many were sent it. */
  readonly delivered: number;
  /** How many were not, since the filter said so or `ignoreSelf` did. */
  readonly skipped: number;
  /** How many were sent an error in its place. */
  readonly failed: number;
}

/** The answer to a `sync` or `request` call; with a report, if the call asked for one and it was there in time. */
export type CallAnswer =
  | { readonly status: "success"; readonly result: unknown; readonly report?: DeliveryReport }
  | WireFailure;

/** The answer to `joinRoom`. */
export type JoinAnswer =
  | {
      readonly status: "success";
      /** All rooms of this socket. */
      readonly rooms: readonly string[];
      /** The place in the room's order from which frames follow; opaque. */
      readonly pos: string;
      /** Whether everything since `after` was sent before this answer. */
      readonly recovered: boolean;
      /** Where there are several servers: what proves to the others that this page was there; opaque. */
      readonly membership?: string;
      /** Who is there: if the join asked, and the rule of the room has `presence`. */
      readonly presence?: Roster;
    }
  | WireFailure;

/** The answer to `stateOpen`: the whole, or what has changed since the version that was said to be here. */
export type StateAnswer =
  | ({ readonly status: "success"; readonly room: string; readonly stateVersion: string } & (
      | { readonly view: unknown }
      | { readonly patch: Patch }
    ))
  | WireFailure;

/** The answer to `stateAct`. */
export type ActAnswer =
  | {
      readonly status: "success";
      /** The version that the caller sees then; opaque. */
      readonly stateVersion: string;
    }
  | WireFailure;

/** The answer to `leaveRoom` and `joinedRooms`. */
export type RoomsAnswer = { readonly status: "success"; readonly rooms: readonly string[] } | WireFailure;

/**
 * The answer to `listen`; with what the server makes of the contract of the page, if it said one and the server judges: its own (`same`), one that was
 * released and holds (`kept`), or neither (`unknown`).
 */
export type ListenAnswer =
  | {
      readonly status: "success";
      readonly contract?: "same" | "kept" | "unknown";
      /** The last day, `2027-03-01`, of each route that was named, where one was announced. */
      readonly retires: Readonly<Record<string, string>>;
    }
  | WireFailure;

/** The answer to `updateLocation` and `updatePresence`. */
export type PlainAnswer = { readonly status: "success" } | WireFailure;

/** Reads the answer to a `sync` or `request` call. */
export function parseCallAnswer(message: unknown): Read<CallAnswer> {
  return parseAnswer(message, ({ report, ...answer }) => {
    if (!("result" in answer)) return unreadable("`result` is missing");
    const { result } = answer;
    if (report === undefined) return read({ status: "success", result });
    return isReport(report) ? read({ status: "success", result, report }) : unreadable("`report` is none");
  });
}

function isReport(report: unknown): report is DeliveryReport {
  return isObject(report) && ["delivered", "skipped", "failed"].every(count => typeof report[count] === "number");
}

/** Reads the answer to `joinRoom`. */
export function parseJoinAnswer(message: unknown): Read<JoinAnswer> {
  return parseAnswer(message, ({ rooms, pos, recovered, membership, presence }) => {
    if (!isStrings(rooms)) return unreadable("`rooms` is not an array of strings");
    if (typeof pos !== "string") return unreadable("`pos` is not a string");
    if (typeof recovered !== "boolean") return unreadable("`recovered` is not a boolean");
    const proof = typeof membership === "string" ? { membership } : {};
    if (presence === undefined) return read({ status: "success", rooms, pos, recovered, ...proof });
    const roster = parseRoster(presence);
    return roster.ok ? read({ status: "success", rooms, pos, recovered, ...proof, presence: roster.value }) : roster;
  });
}

/** Reads the answer to `stateOpen`. */
export function parseStateAnswer(message: unknown): Read<StateAnswer> {
  return parseAnswer<StateAnswer>(message, ({ room, stateVersion, patch, ...answer }) => {
    if (typeof room !== "string") return unreadable("`room` is not a string");
    if (typeof stateVersion !== "string") return unreadable("`stateVersion` is not a string");
    if ("view" in answer) return read({ status: "success", room, stateVersion, view: answer.view });
    const operations = parsePatch(patch);
    return operations.ok ? read({ status: "success", room, stateVersion, patch: operations.value }) : operations;
  });
}

/** Reads the answer to `stateAct`. */
export function parseActAnswer(message: unknown): Read<ActAnswer> {
  return parseAnswer<ActAnswer>(message, ({ stateVersion }) =>
    typeof stateVersion === "string"
      ? read({ status: "success", stateVersion })
      : unreadable("`stateVersion` is not a string"),
  );
}

/** Reads the answer to `leaveRoom` or `joinedRooms`. */
export function parseRoomsAnswer(message: unknown): Read<RoomsAnswer> {
  return parseAnswer(message, ({ rooms }) =>
    isStrings(rooms) ? read({ status: "success", rooms }) : unreadable("`rooms` is not an array of strings"),
  );
}

/** Reads the answer to `listen`. */
export function parseListenAnswer(message: unknown): Read<ListenAnswer> {
  return parseAnswer<ListenAnswer>(message, ({ contract, retires = {} }) => {
    if (!isObject(retires) || !isStrings(Object.values(retires))) return unreadable("`retires` has no days");
    const days = retires as Record<string, string>;
    return contract === "same" || contract === "kept" || contract === "unknown"
      ? read({ status: "success", contract, retires: days })
      : read({ status: "success", retires: days });
  });
}

/** Reads the answer to `updateLocation` or `updatePresence`. */
export function parsePlainAnswer(message: unknown): Read<PlainAnswer> {
  return parseAnswer(message, () => read({ status: "success" }));
}

/** Reads a refusal, as an acknowledgement or as the body of an HTTP answer. */
export function parseFailure(message: unknown): Read<WireFailure> {
  return parseAnswer<WireFailure>(message, () => unreadable("`status` is `success`"));
}

function parseAnswer<Answer>(
  message: unknown,
  success: (answer: JsonObject) => Read<Answer>,
): Read<Answer | WireFailure> {
  if (!isObject(message)) return unreadable("an answer is not an object");
  if (message.status === "success") return success(message);
  if (message.status !== "error") return unreadable("`status` is neither `success` nor `error`");

  const { errorCode, errorParams, message: sentence, httpStatus } = message;
  if (typeof errorCode !== "string" || errorCode === "") return unreadable("`errorCode` is not a code");
  if (!isObject(errorParams)) return unreadable("`errorParams` is not an object");
  if (typeof sentence !== "string") return unreadable("`message` is not a string");
  if (typeof httpStatus !== "number") return unreadable("`httpStatus` is not a number");
  return read({ status: "error", errorCode, errorParams, message: sentence, httpStatus });
}

