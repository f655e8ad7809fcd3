/** Calls of the event lane: a room hears of them. */

import type { IgnoreSelf } from "../wire/payloads";
import type { EventAnswer } from "./answer";
import type { DataOption } from "./dataOption";
import type { CallBase, Lane } from "./lane";
import type { ReceiverOf, RouteName, RouteVersion, TypeOf } from "./routes";

/** A call of the route `Name`, version `Version`. */
export type SyncRequestOptions<
  Map,
  Name extends RouteName<Map>,
  Version extends RouteVersion<Map, Name>,
> = SyncRequestBase<Name, Version, TypeOf<Map, Name, Version, "serverStream">, ReceiverOf<Map, Name, Version>> &
  DataOption<TypeOf<Map, Name, Version, "clientInput">>;

/** All of a call but its `data`. */
export interface SyncRequestBase<Name extends string, Version extends string, Chunk, Receiver extends string = string>
  extends CallBase<Name, Version> {
  /** The room whose members hear of it, of a kind that the route names, if it does; `"all"`, everybody who is connected, if it says so. */
  readonly receiver: Receiver;
  /**
   * Leaves out the calling socket, or those of this page that came after it (`true`), or all tabs of its session (`"session"`).
   * `false` by default.
   */
  readonly ignoreSelf?: IgnoreSelf | undefined;
  /**
   * Asks how many members are sent the event: the answer waits for that, and says it in `report`. Of a route that says `report`; another refuses
   * the call.
   */
  readonly report?: boolean | undefined;
  /** Called for each chunk that the handler streams to its caller, before the answer, as typed by the route's `ServerStream`. */
  readonly onStream?: ((chunk: Chunk) => void) | undefined;
}

/**
 * Calls a route and answers with its output, or with an error: it never throws and never rejects.
 *
 * Without a connection the call waits for one, and goes out after the rooms have been joined again. One that was on its way when the
 * connection broke is sent again, and happens once; with `onStream` it ends with `sync-disconnected`.
 * Once sent, it takes 30 s at most unless `timeoutMs` says otherwise. When it is aborted or late, its handler is told so.
 *
 * @example
 * ```ts
 * const answer = await syncRequest({
 *   name: "examples/updateCounter", version: "v1",
 *   data: { amount: 5 }, receiver: "game-room-123",
 * });
 * if (answer.status === "error") toast(answer.message);
 * else use(answer.result.newValue);
 * ```
 */
export type SyncRequest<Map, Code extends string> = <
  Name extends RouteName<Map>,
  Version extends RouteVersion<Map, Name>,
>(
  options: SyncRequestOptions<Map, Name, Version>,
) => Promise<EventAnswer<TypeOf<Map, Name, Version, "serverOutput">, Code>>;

/** See {@link SyncRequest}. */
export const eventLane: Lane<"sync"> = {
  event: "sync",
  payload: ({ name, version, receiver, data, ignoreSelf, report }) => ({ name, version, receiver, data, ignoreSelf, report }),
};
