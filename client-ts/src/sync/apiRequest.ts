/** Calls of the request lane: the server answers them, and nobody else hears of them. */

import type { SyncAnswer } from "./answer";
import type { DataOption } from "./dataOption";
import type { CallBase, Lane } from "./lane";
import type { RouteName, RouteVersion, TypeOf } from "./routes";

/** A call of the route `Name`, version `Version`. `Map` is the app's `ApiTypeMap`. */
export type ApiRequestOptions<
  Map,
  Name extends RouteName<Map>,
  Version extends RouteVersion<Map, Name>,
> = ApiRequestBase<Name, Version, TypeOf<Map, Name, Version, "stream">> & DataOption<TypeOf<Map, Name, Version, "input">>;

/** All of a call but its `data`. */
export interface ApiRequestBase<Name extends string, Version extends string, Chunk = never>
  extends CallBase<Name, Version> {
  /** Called for each chunk that the handler streams, before the answer, as typed by the route's `ServerStream`. */
  readonly onStream?: ((chunk: Chunk) => void) | undefined;
}

/**
 * Calls a route and answers with its output, or with an error: it never throws and never rejects.
 *
 * It needs no room. Otherwise it is like a `syncRequest`: without a connection it waits for one, and goes out in the order called, after
 * the rooms have been joined again.
 *
 * @example
 * ```ts
 * const answer = await apiRequest({ name: "games/find", version: "v1", data: { id: "42" } });
 * if (answer.status === "error") toast(answer.message);
 * else show(answer.result.title);
 * ```
 */
export type ApiRequest<Map, Code extends string> = <
  Name extends RouteName<Map>,
  Version extends RouteVersion<Map, Name>,
>(
  options: ApiRequestOptions<Map, Name, Version>,
) => Promise<SyncAnswer<TypeOf<Map, Name, Version, "output">, Code>>;

/** See {@link ApiRequest}. */
export const requestLane: Lane<"request"> = {
  event: "request",
  payload: ({ name, version, data }) => ({ name, version, data }),
};
