/**
 * What compiles against the template's own generated types, and what does not. This file is never run: that it compiles is the test,
 * since a mistake that goes unnoticed leaves its `@ts-expect-error` without an error.
 */
import { createSync } from "syncwright";
import type { NoPresence } from "syncwright";
import { createSyncHooks } from "syncwright/react";
import type {
  ApiInput,
  ApiName,
  ApiOutput,
  ApiPagePath,
  ApiStream,
  ApiTypeMap,
  ApiVersion,
  ErrorCode,
  FullApiPath,
  FullStatePath,
  FullSyncPath,
  Person,
  Session,
  StateAction,
  StateName,
  StatePagePath,
  StateTypeMap,
  StateVersion,
  StateView,
  SyncClientInput,
  SyncClientOutput,
  SyncClientStream,
  SyncName,
  SyncPagePath,
  SyncServerOutput,
  SyncServerStream,
  SyncTypeMap,
  SyncVersion,
} from "../../../app-template/web/src/_sockets/apiTypes.generated.ts";

type Same<Left, Right> =
  (<T>() => T extends Left ? 1 : 2) extends <T>() => T extends Right ? 1 : 2 ? true : false;
function holds<_Claim extends true>(): void {}

// The names.
holds<Same<SyncPagePath, "board" | "chat" | "examples" | "lobby" | "root" | "story" | "test/nestedTest">>();
holds<Same<SyncName<"examples">, "fail" | "updateCounter">>();
holds<Same<SyncVersion<"examples", "updateCounter">, "v1" | "v2">>();
holds<Same<FullSyncPath, "board/cursor" | "chat/sendMessage" | "examples/fail" | "examples/updateCounter" | "lobby/typing" | "root/announce" | "story/tell" | "test/nestedTest/room">>();
// @ts-expect-error no such page
type _NoPage = SyncName<"example">;
// @ts-expect-error no such route
type _NoName = SyncVersion<"examples", "sendMessage">;
// @ts-expect-error no such version
type _NoVersion = SyncClientInput<"chat", "sendMessage", "v2">;
holds<Same<ApiPagePath, "examples">>();
holds<Same<ApiName<"examples">, "readCounter">>();
holds<Same<ApiVersion<"examples", "readCounter">, "v1">>();
holds<Same<FullApiPath, "examples/readCounter">>();
// @ts-expect-error a page without requests
type _NoApiPage = ApiName<"chat">;
// @ts-expect-error an event is no request
type _NoApiName = ApiVersion<"examples", "updateCounter">;
// @ts-expect-error no such version
type _NoApiVersion = ApiInput<"examples", "readCounter", "v2">;
holds<Same<StatePagePath, "board" | "examples">>();
holds<Same<StateName<"examples">, "counter">>();
holds<Same<StateVersion<"board", "notes">, "v1">>();
holds<Same<FullStatePath, "board/notes" | "examples/counter">>();
// @ts-expect-error a page without states
type _NoStatePage = StateName<"chat">;
// @ts-expect-error a request is no state
type _NoStateName = StateVersion<"examples", "readCounter">;
// @ts-expect-error no such version
type _NoStateVersion = StateView<"examples", "counter", "v2">;

// The types of a route.
holds<Same<SyncClientInput<"examples", "updateCounter", "v2">, { amount: number; note?: string | null }>>();
holds<Same<SyncServerOutput<"examples", "updateCounter", "v2">, { newValue: number; note: string | null; by: Person }>>();
holds<Same<SyncClientOutput<"chat", "sendMessage", "v1">["place"], "here" | "elsewhere">>();
holds<Same<SyncServerOutput<"lobby", "typing", "v1">, Record<string, never>>>();
holds<Same<SyncServerStream<"chat", "sendMessage", "v1">, never>>();
holds<Same<SyncClientStream<"chat", "sendMessage", "v1">, never>>();
holds<Same<ApiInput<"examples", "readCounter", "v1">, { room: string }>>();
holds<Same<ApiOutput<"examples", "readCounter", "v1">, { value: number }>>();
holds<Same<ApiStream<"examples", "readCounter", "v1">, never>>();
holds<Same<StateView<"examples", "counter", "v1">["value"], number>>();
holds<Same<StateAction<"examples", "counter", "v1">, { add: { amount: number } } | "reset">>();
holds<Same<Session["locale"], string | null>>();

const sync = createSync<SyncTypeMap, ErrorCode, ApiTypeMap, NoPresence, StateTypeMap>();
const hooks = createSyncHooks(sync);
const { syncRequest, apiRequest, upsertSyncEventCallback } = sync;

// A call.
const answer = await syncRequest({ name: "examples/updateCounter", version: "v1", data: { amount: 5 }, receiver: "game-room-1" });
if (answer.status === "error") {
  answer.errorCode satisfies ErrorCode;
  // @ts-expect-error no error has this code
  answer.errorCode === "counter-ful";
  // @ts-expect-error a refused call has no result
  answer.result;
} else {
  answer.result.newValue satisfies number;
  // @ts-expect-error the output has no such field
  answer.result.value;
  // @ts-expect-error the note came with version 2
  answer.result.note;
}
void syncRequest({ name: "examples/updateCounter", version: "v2", data: { amount: 5 }, receiver: "r", ignoreSelf: "session", timeoutMs: 5 });
void syncRequest({ name: "examples/updateCounter", version: "v2", data: { amount: 5, note: null }, receiver: "r", ignoreSelf: true });
void syncRequest({ name: "test/nestedTest/room", version: "v1", data: { message: "hi" }, receiver: "nested-1" });
void syncRequest({ name: "examples/fail", version: "v1", data: { kind: "filterPanic" }, receiver: "r" });

// @ts-expect-error a wrong name
void syncRequest({ name: "examples/updateConter", version: "v1", data: { amount: 5 }, receiver: "r" });
// @ts-expect-error the name of a page
void syncRequest({ name: "examples", version: "v1", data: { amount: 5 }, receiver: "r" });
// @ts-expect-error a name without its page
void syncRequest({ name: "updateCounter", version: "v1", data: { amount: 5 }, receiver: "r" });
// @ts-expect-error a wrong version
void syncRequest({ name: "examples/updateCounter", version: "v3", data: { amount: 5 }, receiver: "r" });
// @ts-expect-error a version of another route
void syncRequest({ name: "chat/sendMessage", version: "v2", data: { text: "hi" }, receiver: "r" });
// @ts-expect-error no version
void syncRequest({ name: "chat/sendMessage", data: { text: "hi" }, receiver: "r" });
// @ts-expect-error a payload of another type
void syncRequest({ name: "examples/updateCounter", version: "v1", data: { amount: "5" }, receiver: "r" });
// @ts-expect-error a payload of another route
void syncRequest({ name: "examples/updateCounter", version: "v1", data: { text: "hi" }, receiver: "r" });
// @ts-expect-error a payload with a field that only version 2 has
void syncRequest({ name: "examples/updateCounter", version: "v1", data: { amount: 5, note: "x" }, receiver: "r" });
// @ts-expect-error a field that would be there without a value
void syncRequest({ name: "examples/updateCounter", version: "v2", data: { amount: 5, note: undefined }, receiver: "r" });
// @ts-expect-error a word that the enum does not have
void syncRequest({ name: "examples/fail", version: "v1", data: { kind: "crash" }, receiver: "r" });
// @ts-expect-error no data where data is needed
void syncRequest({ name: "examples/updateCounter", version: "v1", receiver: "r" });
// @ts-expect-error empty data where more is needed
void syncRequest({ name: "examples/updateCounter", version: "v1", data: {}, receiver: "r" });
// @ts-expect-error no receiver
void syncRequest({ name: "examples/updateCounter", version: "v1", data: { amount: 5 } });
// @ts-expect-error ignoreSelf of another type
void syncRequest({ name: "examples/updateCounter", version: "v1", data: { amount: 5 }, receiver: "r", ignoreSelf: "all" });
// @ts-expect-error an option that there is not
void syncRequest({ name: "examples/updateCounter", version: "v1", data: { amount: 5 }, receiver: "r", cb: "x" });

// A callback, with and without React.
for (const upsert of [upsertSyncEventCallback, hooks.useSyncEvents().upsertSyncEventCallback]) {
  const undo = upsert({
    name: "examples/updateCounter",
    version: "v2",
    callback: ({ serverOutput, clientOutput, room }) => {
      serverOutput.by.name satisfies string;
      clientOutput.mine satisfies boolean;
      room satisfies string;
      // @ts-expect-error the server's output has no such field
      serverOutput.value;
      // @ts-expect-error the filter's output has no such field
      clientOutput.newValue;
      // @ts-expect-error an event has no such part
      ({}) satisfies Parameters<Parameters<typeof upsert>[0]["callback"]>[0]["clientOutputs"];
    },
    onError: ({ errorCode, errorParams, message }) => {
      errorCode satisfies ErrorCode;
      message satisfies string;
      void errorParams;
      // @ts-expect-error no error has this code
      errorCode === "example-filterd";
    },
  });
  undo satisfies () => void;
}
upsertSyncEventCallback({ name: "lobby/typing", version: "v1", callback: () => {} });
upsertSyncEventCallback({
  name: "lobby/typing",
  version: "v1",
  // @ts-expect-error a client-only route has no server output
  callback: ({ serverOutput }) => serverOutput.active satisfies boolean,
});
// @ts-expect-error a wrong name
upsertSyncEventCallback({ name: "lobby/type", version: "v1", callback: () => {} });
// @ts-expect-error a wrong version
upsertSyncEventCallback({ name: "lobby/typing", version: "v2", callback: () => {} });
// @ts-expect-error no callback
upsertSyncEventCallback({ name: "lobby/typing", version: "v1" });
// @ts-expect-error a misspelt callback
upsertSyncEventCallback({ name: "lobby/typing", version: "v1", callBack: () => {} });

// A request.
const READ = { name: "examples/readCounter", version: "v1" } as const;
const read = await apiRequest({ ...READ, data: { room: "game-room-1" } });
if (read.status === "error") {
  read.errorCode satisfies ErrorCode | "sync-cancelled";
  read.message satisfies string;
  // @ts-expect-error no error has this code
  read.errorCode === "counter-ful";
  // @ts-expect-error a refused request has no result
  read.result;
} else {
  read.result.value satisfies number;
  // @ts-expect-error that is what the event answers
  read.result.newValue;
}
void apiRequest({ ...READ, data: { room: "r" }, timeoutMs: 5, signal: new AbortController().signal });
// @ts-expect-error a wrong name
void apiRequest({ name: "examples/readConter", version: "v1", data: { room: "r" } });
// @ts-expect-error a name without its page
void apiRequest({ name: "readCounter", version: "v1", data: { room: "r" } });
// @ts-expect-error an event is not asked
void apiRequest({ name: "examples/updateCounter", version: "v1", data: { amount: 5 } });
// @ts-expect-error a request is not sent to a room
void syncRequest({ ...READ, data: { room: "r" }, receiver: "r" });
// @ts-expect-error nor heard there
upsertSyncEventCallback({ ...READ, callback: () => {} });
// @ts-expect-error a wrong version
void apiRequest({ name: "examples/readCounter", version: "v2", data: { room: "r" } });
// @ts-expect-error no version
void apiRequest({ name: "examples/readCounter", data: { room: "r" } });
// @ts-expect-error an input of another type
void apiRequest({ ...READ, data: { room: 1 } });
// @ts-expect-error an unknown field
void apiRequest({ ...READ, data: { room: "r", amount: 1 } });
// @ts-expect-error no data where data is needed
void apiRequest({ ...READ });
// @ts-expect-error empty data where more is needed
void apiRequest({ ...READ, data: {} });
// @ts-expect-error nobody else hears of it
void apiRequest({ ...READ, data: { room: "r" }, receiver: "r" });

// A request of a component.
const reading = hooks.useApiRequest(READ);
holds<Same<typeof reading.result, { value: number } | null>>();
reading.isPending satisfies boolean;
if (reading.error !== null) {
  reading.error.message satisfies string;
  // @ts-expect-error no error has this code
  reading.error.errorCode === "counter-ful";
}
holds<Same<Awaited<ReturnType<typeof reading.call>>, typeof read>>();
void reading.call({ data: { room: "r" }, timeoutMs: 5 });
// @ts-expect-error no data where data is needed
void reading.call();
// @ts-expect-error an input of another type
void reading.call({ data: { room: 1 } });
// @ts-expect-error the route is known already
void reading.call({ name: "examples/readCounter", data: { room: "r" } });
// @ts-expect-error a wrong name
hooks.useApiRequest({ name: "examples/readConter", version: "v1" });
// @ts-expect-error a wrong version
hooks.useApiRequest({ name: "examples/readCounter", version: "v2" });

// A shared value.
const BOARD = { name: "board/notes", version: "v1", room: "board-7" } as const;
for (const followed of [sync.openState(BOARD), hooks.useSyncState(BOARD)]) {
  const acted = await followed.act({ move: { id: "a", x: 1, y: 2 } }, { ifVersion: true });
  if (acted.status === "error") acted.errorCode satisfies ErrorCode | "sync-cancelled";
  else acted.stateVersion satisfies string;
  // @ts-expect-error an action that is not whole
  void followed.act({ move: { id: "a" } });
  // @ts-expect-error an action of another state
  void followed.act({ add: { amount: 1 } });
}
const board = hooks.useSyncState(BOARD).value;
board?.notes["a"]?.text satisfies string | undefined;
// @ts-expect-error the value has no such field
board?.order.length.text;
// @ts-expect-error a room of another kind
sync.openState({ ...BOARD, room: "game-room-1" });
// @ts-expect-error a wrong name
hooks.useSyncState({ ...BOARD, name: "board/note" });
// @ts-expect-error a wrong version
hooks.useSyncState({ ...BOARD, version: "v2" });
// @ts-expect-error an event is no shared value
hooks.useSyncState({ name: "examples/updateCounter", version: "v1", room: "game-room-1" });
