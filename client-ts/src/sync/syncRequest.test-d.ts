/** What compiles and what does not. This file is never run: `npm run typecheck` is the test. */

import { expectTypeOf } from "vitest";
import { createSync } from "../index";
import type { ClientErrorCode, DataOption, DeliveryReport, ErrorParams, RouteName, RouteVersion, TypeOf } from "../index";
import { createSyncHooks } from "../react/index";
import type { ErrorCode, Person, SyncTypeMap } from "../testing/routes";
import type { RouteAt } from "./routes";

const sync = createSync<SyncTypeMap, ErrorCode>();
const { syncRequest, upsertSyncEventCallback } = sync;
const hooks = createSyncHooks(sync);
const ADD = { name: "examples/updateCounter", version: "v1", receiver: "room" } as const;

// Names: the last slash parts page and name.
expectTypeOf<RouteName<SyncTypeMap>>().toEqualTypeOf<
  "examples/updateCounter" | "lobby/typing" | "root/ping" | "test/nestedTest/room"
>();
expectTypeOf<RouteVersion<SyncTypeMap, "examples/updateCounter">>().toEqualTypeOf<"v1" | "v2">();
expectTypeOf<RouteVersion<SyncTypeMap, "test/nestedTest/room">>().toEqualTypeOf<"v1">();
expectTypeOf<TypeOf<SyncTypeMap, "test/nestedTest/room", "v1", "clientInput">>().toEqualTypeOf<{ message: string }>();
// Where a name is wrong the compiler goes on with all of them: `data` must not be a second mistake because some have no such version.
type Uneven = { a: { x: { v1: "input of a/x" } }; b: { y: { v2: "input of b/y" } } };
expectTypeOf<RouteAt<Uneven, "a/x" | "b/y", "v1">>().toEqualTypeOf<"input of a/x">();

// Answers.
const added = await syncRequest({ ...ADD, data: { amount: 5 } });
expectTypeOf(added).toEqualTypeOf<
  | { readonly status: "success"; readonly result: { newValue: number }; readonly report?: DeliveryReport }
  | {
      readonly status: "error";
      readonly errorCode: ErrorCode | ClientErrorCode;
      readonly errorParams: ErrorParams;
      readonly message: string;
      readonly httpStatus: number;
    }
>();
const noted = await syncRequest({ name: "examples/updateCounter", version: "v2", receiver: "room", data: { amount: 5 } });
if (noted.status === "success") expectTypeOf(noted.result).toEqualTypeOf<{ newValue: number; note: string | null; by: Person }>();
else expectTypeOf(noted.errorCode).toEqualTypeOf<ErrorCode | ClientErrorCode>();
// @ts-expect-error an answer has no result before its status is known
added.result;
if (added.status === "success") {
  // @ts-expect-error the route has no such output
  added.result.oldValue;
} else {
  // @ts-expect-error no error of this app has that code
  added.errorCode === "conter-full";
}

// All options of a call.
const controller = new AbortController();
void syncRequest({
  ...ADD,
  data: { amount: 5 },
  ignoreSelf: "session",
  onStream: chunk => expectTypeOf(chunk).toEqualTypeOf<{ done: number }>(),
  signal: controller.signal,
  timeoutMs: 10_000,
});
void syncRequest({ ...ADD, data: { amount: 5 }, ignoreSelf: undefined, onStream: undefined, signal: undefined, timeoutMs: undefined });

// `data` may be left out exactly when `{}` is a valid input.
void syncRequest({ name: "lobby/typing", version: "v1", receiver: "room" });
void syncRequest({ name: "lobby/typing", version: "v1", receiver: "room", data: {} });
void syncRequest({ name: "lobby/typing", version: "v1", receiver: "room", data: { active: null } });
void syncRequest({ name: "root/ping", version: "v1", receiver: "room" });
void syncRequest({ name: "root/ping", version: "v1", receiver: "room", data: {} });
// @ts-expect-error `data` is missing
void syncRequest({ name: "examples/updateCounter", version: "v1", receiver: "room" });
// @ts-expect-error the input has no fields
void syncRequest({ name: "root/ping", version: "v1", receiver: "room", data: { at: "now" } });

// A field may be called as something that every object has; what `{}` inherits is no value for it.
type Needs<Input> = {} extends DataOption<Input> ? "nothing" : "data";
expectTypeOf<Needs<{ constructor?: string; valueOf?: number | null }>>().toEqualTypeOf<"nothing">();
expectTypeOf<Needs<{ amount?: number; toString?: string }>>().toEqualTypeOf<"nothing">();
expectTypeOf<Needs<{ ["__proto__"]?: string }>>().toEqualTypeOf<"nothing">();
expectTypeOf<Needs<{ constructor: string }>>().toEqualTypeOf<"data">();
expectTypeOf<Needs<{ valueOf: unknown }>>().toEqualTypeOf<"data">();
expectTypeOf<Needs<{ toString: unknown; amount?: number }>>().toEqualTypeOf<"data">();
expectTypeOf<Needs<{ kind: "add" } | { constructor?: string }>>().toEqualTypeOf<"nothing">();
expectTypeOf<Needs<{ kind: "add" } | { valueOf: unknown }>>().toEqualTypeOf<"data">();
expectTypeOf<Needs<Record<string, number>>>().toEqualTypeOf<"nothing">();
expectTypeOf<Needs<Record<string, never>>>().toEqualTypeOf<"nothing">();
expectTypeOf<Needs<{ [key: string]: string; hasOwnProperty: string }>>().toEqualTypeOf<"data">();
expectTypeOf<Needs<string>>().toEqualTypeOf<"data">();
expectTypeOf<Needs<"add" | "take">>().toEqualTypeOf<"data">();
expectTypeOf<Needs<null>>().toEqualTypeOf<"data">();
expectTypeOf<Needs<readonly number[]>>().toEqualTypeOf<"data">();

// @ts-expect-error no such route
void syncRequest({ name: "examples/updateConter", version: "v1", receiver: "room", data: { amount: 5 } });
// @ts-expect-error a page is not a route
void syncRequest({ name: "test/nestedTest", version: "v1", receiver: "room", data: { message: "" } });
// @ts-expect-error the name of another page
void syncRequest({ name: "nestedTest/room", version: "v1", receiver: "room", data: { message: "" } });
// @ts-expect-error no such version
void syncRequest({ name: "test/nestedTest/room", version: "v2", receiver: "room", data: { message: "" } });
// @ts-expect-error a version of another route
void syncRequest({ name: "lobby/typing", version: "v2", receiver: "room" });
// @ts-expect-error a field of the wrong type
void syncRequest({ ...ADD, data: { amount: "5" } });
// @ts-expect-error a field that is missing
void syncRequest({ ...ADD, data: {} });
// @ts-expect-error a field that does not exist
void syncRequest({ ...ADD, data: { amount: 5, note: "v2 has this" } });
// @ts-expect-error no receiver
void syncRequest({ name: "lobby/typing", version: "v1" });
// @ts-expect-error not a way of ignoring oneself
void syncRequest({ ...ADD, data: { amount: 5 }, ignoreSelf: "tab" });
// @ts-expect-error an option that does not exist
void syncRequest({ ...ADD, data: { amount: 5 }, timeout: 10 });
// @ts-expect-error a chunk has no such field
void syncRequest({ ...ADD, data: { amount: 5 }, onStream: chunk => chunk.percent });
// @ts-expect-error a call cannot be named by its caller yet
void syncRequest({ ...ADD, data: { amount: 5 }, id: "add-1" });

// Events, from the core and from the hook.
for (const upsert of [upsertSyncEventCallback, hooks.useSyncEvents().upsertSyncEventCallback]) {
  const undo = upsert({
    name: "examples/updateCounter",
    version: "v1",
    callback: ({ serverOutput, clientOutput, room, pos }) => {
      expectTypeOf(serverOutput).toEqualTypeOf<{ newValue: number }>();
      expectTypeOf(clientOutput).toEqualTypeOf<{ mine: boolean }>();
      expectTypeOf([room, pos]).toEqualTypeOf<string[]>();
      // @ts-expect-error no such output
      serverOutput.value;
      // @ts-expect-error no such output
      clientOutput.newValue;
    },
    onStream: chunk => expectTypeOf(chunk).toEqualTypeOf<{ done: number } | { percent: number }>(),
    onError: error => expectTypeOf(error.errorCode).toEqualTypeOf<ErrorCode | ClientErrorCode>(),
  });
  expectTypeOf(undo).toEqualTypeOf<() => void>();

  upsert({ name: "test/nestedTest/room", version: "v1", callback: ({ serverOutput }) => serverOutput.from.name });
  // @ts-expect-error no such route
  upsert({ name: "test/room", version: "v1", callback: () => {} });
  // @ts-expect-error no such version
  upsert({ name: "test/nestedTest/room", version: "v3", callback: () => {} });
  // @ts-expect-error no such field of an event
  upsert({ name: "lobby/typing", version: "v1", callback: ({ output }) => output });
  // @ts-expect-error no callback
  upsert({ name: "lobby/typing", version: "v1" });
  // @ts-expect-error a callback for another type
  upsert({ name: "lobby/typing", version: "v1", callback: (event: { serverOutput: { newValue: number } }) => event });
}

// Rooms.
const joined = await sync.joinRoom("room", { timeoutMs: 5 });
if (joined.status === "success") expectTypeOf(joined.pos).toEqualTypeOf<string>();
const room = hooks.useRoom(null);
if (room.status === "error") expectTypeOf(room.error.errorCode).toEqualTypeOf<ErrorCode | ClientErrorCode>();
// @ts-expect-error there is an error in one status only
room.error;

// A map that is none, codes that are none.
// @ts-expect-error a version has five types
createSync<{ examples: { ping: { v1: { clientInput: string } } } }>();
// @ts-expect-error codes are strings
createSync<SyncTypeMap, number>();

// Without codes of its own, an app gets strings.
const plain = await createSync<SyncTypeMap>().syncRequest({ name: "root/ping", version: "v1", receiver: "room" });
if (plain.status === "error") expectTypeOf(plain.errorCode).toEqualTypeOf<string>();

// Rooms of a kind.
interface KindMap {
  'chess': {
    'move': {
      v1: {
        clientInput: Record<string, never>;
        serverOutput: Record<string, never>;
        clientOutput: Record<string, never>;
        serverStream: never;
        clientStream: never;
        receiver: `chess-${string}`;
      };
    };
    'pause': {
      v1: {
        clientInput: Record<string, never>;
        serverOutput: Record<string, never>;
        clientOutput: Record<string, never>;
        serverStream: never;
        clientStream: never;
        receiver: 'all';
      };
    };
  };
}
const chess = createSync<KindMap>();
const game: string = "7";
void chess.syncRequest({ name: "chess/move", version: "v1", receiver: `chess-${game}` });
// @ts-expect-error a room of another kind
void chess.syncRequest({ name: "chess/move", version: "v1", receiver: "lobby-7" });
// @ts-expect-error nobody knows of which kind it is
void chess.syncRequest({ name: "chess/move", version: "v1", receiver: game });

// Everybody.
void chess.syncRequest({ name: "chess/pause", version: "v1", receiver: "all" });
// @ts-expect-error a route for everybody is sent to no room
void chess.syncRequest({ name: "chess/pause", version: "v1", receiver: "chess-7" });
// @ts-expect-error a route for rooms is not sent to everybody
void chess.syncRequest({ name: "chess/move", version: "v1", receiver: "all" });
