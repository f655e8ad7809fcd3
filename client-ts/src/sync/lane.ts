/** What lanes with a call have in common: a lane says what it sends, and how a call waits, ends and is answered is the same in each. */

import { parseCallAnswer, type CallAnswer } from "../wire/answers";
import type { ClientEvent, ClientPayloads } from "../wire/payloads";
import type { CallLimits } from "./answer";
import type { Core } from "./core";
import type { ClientParts } from "./parts";
import type { Rooms } from "./rooms";

/** What becomes of a call, before types. */
interface CallOptions {
  readonly onStream?: ((chunk: unknown) => void) | undefined;
  readonly whenOffline?: WhenOffline | undefined;
}

/**
 * What becomes of a call without a connection: it is kept until there is one (`"keep"`, by default), and sent again if its answer was lost with
 * one, or it ends with `sync-disconnected` (`"fail"`), as suits what is of no use later.
 */
export type WhenOffline = "keep" | "fail";

/** What a call says in every lane, besides its `data`. */
export interface CallBase<Name extends string, Version extends string> extends CallLimits {
  /** See {@link WhenOffline}. */
  readonly whenOffline?: WhenOffline | undefined;
  /** `<page>/<name>`. */
  readonly name: Name;
  readonly version: Version;
}

/** A lane whose routes are called: the event that carries a call, and what travels of it. */
export interface Lane<Event extends ClientEvent> {
  readonly event: Event;
  /** Names each field of the payload, since a call has others: limits, callbacks, and what a caller without types wrote. */
  readonly payload: (call: ClientPayloads[Event]) => ClientPayloads[Event] & Omit<Required<ClientPayloads[Event]>, "id" | "stream" | "sentOn">;
}

/** The function that calls the routes of `lane`, before types. It never rejects. */
export function laneCall<Event extends ClientEvent>(
  core: Core<ClientParts>,
  { event, payload }: Lane<Event>,
): (call: ClientPayloads[Event] & CallLimits & CallOptions) => Promise<CallAnswer> {
  return async call => {
    core.use();
    const { calls, rooms } = core.parts;
    const named = { id: core.newCallId(), onChunk: call.onStream, isKept: call.whenOffline !== "fail", isPatient: call.timeoutMs === undefined };
    const sent = payload(call);
    const answer = await calls.callInTurn(event, sent, parseCallAnswer, core.limits(call), named);
    return asRefusedByRoom(answer, sent, rooms);
  };
}

/** Who was not let back into a room learns why from the call that it made for the room, too. */
function asRefusedByRoom(answer: CallAnswer, payload: object, rooms: Rooms): CallAnswer {
  if (answer.status !== "error" || answer.errorCode !== "sync-not-in-room") return answer;
  return rooms.refusal((payload as { receiver?: string }).receiver ?? "") ?? answer;
}
