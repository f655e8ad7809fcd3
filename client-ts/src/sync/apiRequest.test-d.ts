/** What compiles and what does not. This file is never run: `npm run typecheck` is the test. */

import { expectTypeOf } from "vitest";
import { createSync } from "../index";
import type { ApiRequest, ClientErrorCode, ErrorParams, NoRoutes, RouteName, SyncClient, TypeOf } from "../index";
import { createSyncHooks } from "../react/index";
import type { ApiTypeMap, ErrorCode, Person, SyncTypeMap } from "../testing/routes";

const sync = createSync<SyncTypeMap, ErrorCode, ApiTypeMap>();
const { apiRequest } = sync;
const { useApiRequest } = createSyncHooks(sync);
const FIND = { name: "games/find", version: "v1" } as const;

expectTypeOf<RouteName<ApiTypeMap>>().toEqualTypeOf<"games/count" | "games/find" | "root/now" | "test/nestedTest/read">();
expectTypeOf<TypeOf<ApiTypeMap, "games/find", "v2", "input">>().toEqualTypeOf<{ id: string; lang?: string | null }>();

// Answers.
const found = await apiRequest({ ...FIND, data: { id: "42" } });
expectTypeOf(found).toEqualTypeOf<
  | { readonly status: "success"; readonly result: { title: string } }
  | {
      readonly status: "error";
      readonly errorCode: ErrorCode | ClientErrorCode;
      readonly errorParams: ErrorParams;
      readonly message: string;
      readonly httpStatus: number;
    }
>();
if (found.status === "success") {
  // @ts-expect-error version 2 has this
  found.result.by;
} else {
  // @ts-expect-error no error of this app has that code
  found.errorCode === "game-lost";
}
const newer = await apiRequest({ name: "games/find", version: "v2", data: { id: "42", lang: null } });
if (newer.status === "success") expectTypeOf(newer.result).toEqualTypeOf<{ title: string; by: Person }>();

// All options of a call.
void apiRequest({ ...FIND, data: { id: "42" }, signal: new AbortController().signal, timeoutMs: 10_000 });
void apiRequest({ ...FIND, data: { id: "42" }, signal: undefined, timeoutMs: undefined });

// `data` may be left out exactly when `{}` is a valid input.
void apiRequest({ name: "root/now", version: "v1" });
void apiRequest({ name: "root/now", version: "v1", data: {} });
void apiRequest({ name: "games/count", version: "v1" });
void apiRequest({ name: "games/count", version: "v1", data: { open: true } });
// @ts-expect-error `data` is missing
void apiRequest({ name: "games/find", version: "v1" });
// @ts-expect-error `data` is missing, whichever of the two it is
void apiRequest({ name: "test/nestedTest/read", version: "v3" });
void apiRequest({ name: "test/nestedTest/read", version: "v3", data: { line: 1 } });
void apiRequest({ name: "test/nestedTest/read", version: "v3", data: { word: "go" } });

// @ts-expect-error no such route
void apiRequest({ name: "games/fnd", version: "v1", data: { id: "42" } });
// @ts-expect-error a page is no route
void apiRequest({ name: "games", version: "v1", data: { id: "42" } });
// @ts-expect-error a route of the event lane
void apiRequest({ name: "examples/updateCounter", version: "v1", data: { amount: 5 } });
// @ts-expect-error a route of the request lane
void sync.syncRequest({ name: "games/find", version: "v1", data: { id: "42" }, receiver: "room" });
// @ts-expect-error no such version
void apiRequest({ name: "games/find", version: "v3", data: { id: "42" } });
// @ts-expect-error a version of another route
void apiRequest({ name: "games/count", version: "v2" });
// @ts-expect-error no version
void apiRequest({ name: "games/count" });
// @ts-expect-error a field of the wrong type
void apiRequest({ ...FIND, data: { id: 42 } });
// @ts-expect-error a field that is missing
void apiRequest({ ...FIND, data: {} });
// @ts-expect-error a field that version 2 has
void apiRequest({ ...FIND, data: { id: "42", lang: "nl" } });
// @ts-expect-error the input has no fields
void apiRequest({ name: "root/now", version: "v1", data: { at: "now" } });
// @ts-expect-error nobody else hears of it
void apiRequest({ ...FIND, data: { id: "42" }, receiver: "room" });
// @ts-expect-error nor is there anybody to leave out
void apiRequest({ ...FIND, data: { id: "42" }, ignoreSelf: true });
void apiRequest({ ...FIND, data: { id: "42" }, onStream: chunk => expectTypeOf(chunk).toEqualTypeOf<{ page: number }>() });
void apiRequest({ name: "root/now", version: "v1", onStream: chunk => expectTypeOf(chunk).toEqualTypeOf<never>() });

// The hook knows the route, and `call` the rest.
const find = useApiRequest(FIND);
expectTypeOf(find.result).toEqualTypeOf<{ title: string } | null>();
expectTypeOf(find.isPending).toEqualTypeOf<boolean>();
if (find.error !== null) expectTypeOf(find.error.errorCode).toEqualTypeOf<ErrorCode | ClientErrorCode>();
expectTypeOf(find.call({ data: { id: "42" }, timeoutMs: 5 })).toEqualTypeOf<Promise<typeof found>>();
// @ts-expect-error `data` is needed
void find.call();
// @ts-expect-error `data` of another type
void find.call({ data: { id: 42 } });
// @ts-expect-error the route is known already
void find.call({ name: "games/find", data: { id: "42" } });
// @ts-expect-error there may be no result
find.result.title;
void useApiRequest({ name: "root/now", version: "v1" }).call();
void useApiRequest({ name: "games/count", version: "v1" }).call({ data: { open: true } });
// @ts-expect-error no such route
useApiRequest({ name: "games/fnd", version: "v1" });
// @ts-expect-error no such version
useApiRequest({ name: "games/find", version: "v3" });

// An app without such routes says nothing of them, or brings the empty map of its generated file, and cannot call any.
interface NoApi {}
const without = createSync<SyncTypeMap, ErrorCode>();
expectTypeOf(without).toEqualTypeOf<SyncClient<SyncTypeMap, ErrorCode, NoRoutes>>();
expectTypeOf<Parameters<typeof without.apiRequest>[0]["name"]>().toEqualTypeOf<never>();
for (const client of [without, createSync<SyncTypeMap, ErrorCode, NoApi>()]) {
  // @ts-expect-error there is nothing to call
  void client.apiRequest({ name: "games/find", version: "v1", data: { id: "42" } });
  // @ts-expect-error nor in a component
  createSyncHooks(client).useApiRequest({ name: "games/find", version: "v1" });
}
createSyncHooks(createSync<SyncTypeMap, ErrorCode, NoApi>()).useRoom("a");
expectTypeOf(apiRequest).toEqualTypeOf<ApiRequest<ApiTypeMap, ErrorCode>>();

// A map that is none.
// @ts-expect-error a version of a route has three types here
createSync<SyncTypeMap, ErrorCode, { games: { find: { v1: { input: string; output: string } } } }>();
// @ts-expect-error the map of another lane
createSync<SyncTypeMap, ErrorCode, SyncTypeMap>();
