/** What lanes with a call have in common: a lane says what it sends, and how a call waits, ends and is answered is the same in each. */

import { parseCallAnswer, type CallAnswer } from "../wire/answers";
import type { ClientEvent, ClientPayloads } from "../wire/payloads";
import type { CallLimits } from "./answer";
import type { Core } from "./core";
import type { ClientParts } from "./parts";

/** What a call says in every lane, besides its `data`. */
export interface CallBase<Name extends string, Version extends string> extends CallLimits {
  /** `<page>/<name>`. */
  readonly name: Name;
  readonly version: Version;
}

/** A lane whose routes are called: the event that carries a call, and what travels of it. */
export interface Lane<Event extends ClientEvent> {
  readonly event: Event;
  /** Names each field of the payload, since a call has others: limits, callbacks, and what a caller without types wrote. */
  readonly payload: (call: ClientPayloads[Event]) => ClientPayloads[Event] & Required<ClientPayloads[Event]>;
}

/** The function that calls the routes of `lane`, before types. It never rejects. */
export function laneCall<Event extends ClientEvent>(
  core: Core<ClientParts>,
  { event, payload }: Lane<Event>,
): (call: ClientPayloads[Event] & CallLimits) => Promise<CallAnswer> {
  return async call => {
    core.use();
    return core.parts.calls.callInTurn(event, payload(call), parseCallAnswer, core.limits(call));
  };
}
