/** What is said of the durable data of scopes: what is pushed, pulled and subscribed to, and what the server answers. */

import { parseFailure, type ErrorParams, type WireFailure } from "./answers";
import { isObject, read, unreadable, type JsonObject, type Read } from "./read";

/** One mutation as it is asked for. */
export interface PushedMutation {
  /** Its own name. */
  readonly id: string;
  /** Which of its client's mutations it is, counted from 1. */
  readonly seq: number;
  /** `<page>/<name>`. */
  readonly name: string;
  readonly version: string;
  readonly scope: string;
  readonly args: unknown;
  /** It is refused where the one before it was. */
  readonly after?: "success" | undefined;
}

/** Whose store asks, as it believes; null where nobody is signed in. The server does nothing for it, and tells it nothing, where somebody else is. */
interface Asked {
  readonly user: string | null;
}

/** Asks for mutations, at most 100. */
export interface Push extends Asked {
  readonly client: string;
  readonly mutations: readonly PushedMutation[];
}

/** Asks what has changed behind a cursor. */
export interface Pull extends Asked {
  readonly scope: string;
  readonly cursor: number;
  /** The epoch that the cursor is of. */
  readonly epoch?: string | undefined;
  readonly limit?: number | undefined;
}

/** Asks what is so. */
export interface Snapshot extends Asked {
  readonly scope: string;
  /** Which part; the first where it is left out. */
  readonly page?: string | undefined;
}

/** Asks to be poked about scopes, at most 100. */
export interface Subscribe extends Asked {
  readonly scopes: readonly string[];
  /** The client that this socket speaks for from then on, with a position in each scope that it reads. */
  readonly client?: string;
}

/** Asks to be poked about scopes no more. */
export interface Unsubscribe {
  readonly scopes: readonly string[];
}

/** Why something was refused, without the envelope of an answer. */
export interface WireRefusal {
  readonly errorCode: string;
  readonly errorParams: ErrorParams;
  readonly message: string;
}

/** What came of one mutation. */
export type MutationResult =
  | { readonly id: string; readonly ok: true; readonly cursor: number }
  | { readonly id: string; readonly ok: false; readonly isSettled: boolean; readonly refusal: WireRefusal };

/** What has become of one entity. */
export interface Change {
  readonly cursor: number;
  readonly entity: string;
  readonly id: string;
  readonly op: "create" | "update" | "delete";
  /** The entity; undefined where it is gone. */
  readonly data: unknown;
  /** When, in milliseconds since 1970. */
  readonly ts: number;
}

export type PushAnswer = { readonly status: "success"; readonly results: readonly MutationResult[] } | WireFailure;

export type PullAnswer =
  | {
      readonly status: "success";
      readonly changes: readonly Change[];
      readonly cursor: number;
      readonly hasMore: boolean;
      readonly epoch: string;
    }
  | WireFailure;

export type SnapshotAnswer =
  | {
      readonly status: "success";
      /** By kind and key. */
      readonly data: Readonly<Record<string, JsonObject>>;
      readonly cursor: number;
      readonly epoch: string;
      readonly next: string | undefined;
    }
  | WireFailure;

/** Where a scope stands that is subscribed to. */
export interface ScopeHead {
  readonly cursor: number;
  readonly epoch: string;
}

export type SubscribeAnswer =
  | { readonly status: "success"; readonly scopes: Readonly<Record<string, ScopeHead | WireRefusal>> }
  | WireFailure;

/** There is more of a scope; `changes` are those that lead there, as far as they are told. */
export interface Poke {
  readonly scope: string;
  readonly cursor: number;
  readonly changes: readonly Change[];
}

/** This socket is poked about a scope no more, and why: nobody has asked for that here. */
export interface Unsubscribed extends WireRefusal {
  readonly scope: string;
}

/** Reads the answer to `push`. */
export function parsePushAnswer(message: unknown): Read<PushAnswer> {
  return parseResult<PushAnswer>(message, ({ results }) => {
    const parsed = parseAll(results, "results", parseMutationResult);
    return parsed.ok ? read({ status: "success", results: parsed.value }) : parsed;
  });
}

/** Reads the answer to `pull`. */
export function parsePullAnswer(message: unknown): Read<PullAnswer> {
  return parseResult<PullAnswer>(message, ({ changes, cursor, hasMore, epoch }) => {
    const parsed = parseAll(changes, "changes", parseChange);
    if (!parsed.ok) return parsed;
    if (!isCursor(cursor)) return unreadable("`cursor` is not a number");
    if (typeof hasMore !== "boolean") return unreadable("`hasMore` is neither true nor false");
    if (typeof epoch !== "string") return unreadable("`epoch` is not a string");
    return read({ status: "success", changes: parsed.value, cursor, hasMore, epoch });
  });
}

/** Reads the answer to `snapshot`. */
export function parseSnapshotAnswer(message: unknown): Read<SnapshotAnswer> {
  return parseResult<SnapshotAnswer>(message, ({ data, cursor, epoch, next }) => {
    if (!isObject(data) || !Object.values(data).every(isObject)) return unreadable("`data` is not an object of objects");
    if (!isCursor(cursor)) return unreadable("`cursor` is not a number");
    if (typeof epoch !== "string") return unreadable("`epoch` is not a string");
    if (next !== undefined && typeof next !== "string") return unreadable("`next` is not a string");
    return read({ status: "success", data: data as Record<string, JsonObject>, cursor, epoch, next });
  });
}

/** Reads the answer to `subscribe`. */
export function parseSubscribeAnswer(message: unknown): Read<SubscribeAnswer> {
  if (!isObject(message)) return unreadable("an answer is not an object");
  if (message.status === "error") return parseFailure(message);
  if (message.status !== "success") return unreadable("`status` is neither `success` nor `error`");
  if (!isObject(message.scopes)) return unreadable("`scopes` is not an object");
  const scopes: [string, ScopeHead | WireRefusal][] = [];
  for (const [scope, of] of Object.entries(message.scopes)) {
    const head = isObject(of) && "errorCode" in of ? parseRefusal(of) : parseHead(of);
    if (!head.ok) return head;
    scopes.push([scope, head.value]);
  }
  return read({ status: "success", scopes: Object.fromEntries(scopes) });
}

/** Reads a `poke` frame. */
export function parsePoke(message: unknown): Read<Poke> {
  if (!isObject(message)) return unreadable("a frame is not an object");
  const { scope, cursor, changes = [] } = message;
  if (typeof scope !== "string") return unreadable("`scope` is not a string");
  if (!isCursor(cursor)) return unreadable("`cursor` is not a number");
  const parsed = parseAll(changes, "changes", parseChange);
  return parsed.ok ? read({ scope, cursor, changes: parsed.value }) : parsed;
}

/** Reads an `unsubscribed` frame. */
export function parseUnsubscribed(message: unknown): Read<Unsubscribed> {
  if (!isObject(message)) return unreadable("a frame is not an object");
  const { scope } = message;
  if (typeof scope !== "string") return unreadable("`scope` is not a string");
  const refusal = parseRefusal(message);
  return refusal.ok ? read({ scope, ...refusal.value }) : refusal;
}

function parseResult<Answer extends { readonly status: string }>(
  message: unknown,
  parse: (result: JsonObject) => Read<Answer>,
): Read<Answer | WireFailure> {
  if (!isObject(message)) return unreadable("an answer is not an object");
  if (message.status === "error") return parseFailure(message);
  if (message.status !== "success") return unreadable("`status` is neither `success` nor `error`");
  return isObject(message.result) ? parse(message.result) : unreadable("`result` is not an object");
}

function parseAll<Item>(items: unknown, name: string, parse: (item: unknown) => Read<Item>): Read<readonly Item[]> {
  if (!Array.isArray(items)) return unreadable(`\`${name}\` is not a list`);
  const parsed: Item[] = [];
  for (const item of items as readonly unknown[]) {
    const one = parse(item);
    if (!one.ok) return one;
    parsed.push(one.value);
  }
  return read(parsed);
}

function parseMutationResult(message: unknown): Read<MutationResult> {
  if (!isObject(message)) return unreadable("a result is not an object");
  const { id, ok, cursor, settled } = message;
  if (typeof id !== "string") return unreadable("`id` is not a string");
  if (ok === true) return isCursor(cursor) ? read({ id, ok, cursor }) : unreadable("`cursor` is not a number");
  if (ok !== false) return unreadable("`ok` is neither true nor false");
  const refusal = parseRefusal(message);
  return refusal.ok ? read({ id, ok, isSettled: settled !== false, refusal: refusal.value }) : refusal;
}

function parseRefusal(message: JsonObject): Read<WireRefusal> {
  const { errorCode, errorParams, message: sentence } = message;
  if (typeof errorCode !== "string" || errorCode === "") return unreadable("`errorCode` is not a code");
  if (!isObject(errorParams)) return unreadable("`errorParams` is not an object");
  if (typeof sentence !== "string") return unreadable("`message` is not a string");
  return read({ errorCode, errorParams, message: sentence });
}

function parseHead(message: unknown): Read<ScopeHead> {
  if (!isObject(message)) return unreadable("a scope is not an object");
  const { cursor, epoch } = message;
  if (!isCursor(cursor)) return unreadable("`cursor` is not a number");
  return typeof epoch === "string" ? read({ cursor, epoch }) : unreadable("`epoch` is not a string");
}

function parseChange(message: unknown): Read<Change> {
  if (!isObject(message)) return unreadable("a change is not an object");
  const { cursor, entity, id, op, data, ts } = message;
  if (!isCursor(cursor)) return unreadable("`cursor` is not a number");
  if (typeof entity !== "string") return unreadable("`entity` is not a string");
  if (typeof id !== "string") return unreadable("`id` is not a string");
  if (op !== "create" && op !== "update" && op !== "delete") return unreadable("`op` is none that is known");
  if (op !== "delete" && data === undefined) return unreadable("`data` is missing");
  if (typeof ts !== "number") return unreadable("`ts` is not a number");
  return read({ cursor, entity, id, op, data: op === "delete" ? undefined : data, ts });
}

function isCursor(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
