/**
 * What compiles against the template's own generated types, and what does not. This file is never run: that it compiles is the test,
 * since a mistake that goes unnoticed leaves its `@ts-expect-error` without an error.
 */
import { createSync } from "syncwright";
import { createSyncHooks } from "syncwright/react";
import type {
  ErrorCode,
  FullSyncPath,
  Person,
  Session,
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
holds<Same<SyncPagePath, "chat" | "examples" | "lobby" | "root" | "test/nestedTest">>();
holds<Same<SyncName<"examples">, "fail" | "updateCounter">>();
holds<Same<SyncVersion<"examples", "updateCounter">, "v1" | "v2">>();
holds<Same<FullSyncPath, "chat/sendMessage" | "examples/fail" | "examples/updateCounter" | "lobby/typing" | "root/announce" | "test/nestedTest/room">>();
// @ts-expect-error no such page
type _NoPage = SyncName<"example">;
// @ts-expect-error no such route
type _NoName = SyncVersion<"examples", "sendMessage">;
// @ts-expect-error no such version
type _NoVersion = SyncClientInput<"chat", "sendMessage", "v2">;

// The types of a route.
holds<Same<SyncClientInput<"examples", "updateCounter", "v2">, { amount: number; note?: string | null }>>();
holds<Same<SyncServerOutput<"examples", "updateCounter", "v2">, { newValue: number; note: string | null; by: Person }>>();
holds<Same<SyncClientOutput<"chat", "sendMessage", "v1">["place"], "here" | "elsewhere">>();
holds<Same<SyncServerOutput<"lobby", "typing", "v1">, Record<string, never>>>();
holds<Same<SyncServerStream<"chat", "sendMessage", "v1">, never>>();
holds<Same<SyncClientStream<"chat", "sendMessage", "v1">, never>>();
holds<Same<Session["locale"], string | null>>();

const sync = createSync<SyncTypeMap, ErrorCode>();
const hooks = createSyncHooks(sync);
const { syncRequest, upsertSyncEventCallback } = sync;

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
