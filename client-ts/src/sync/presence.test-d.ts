/** What compiles and what does not. This file is never run: `npm run typecheck` is the test. */

import { expectTypeOf } from "vitest";
import { createSync, type ClientErrorCode, type ConnectionStatus, type Person as Present } from "../index";
import { createSyncHooks } from "../react/index";
import type { ApiTypeMap, ErrorCode, Mood, Person, PresenceTypes, SyncTypeMap } from "../testing/routes";

const sync = createSync<SyncTypeMap, ErrorCode, ApiTypeMap, PresenceTypes>({ awayAfterMs: false });
const { useConnection, usePresence } = createSyncHooks(sync);
const name: string = "1";

// Who is there.
const { people, others, me, more, isOff, isCurrent, status, set } = usePresence(`chat-${name}`);
expectTypeOf(people).toEqualTypeOf<readonly Present<PresenceTypes>[]>();
expectTypeOf(others).toEqualTypeOf(people);
expectTypeOf([isOff, isCurrent]).toEqualTypeOf<boolean[]>();
expectTypeOf<typeof me>().toEqualTypeOf<string | null>();
expectTypeOf(more).toEqualTypeOf<number>();
for (const person of sync.roomPresence("chat-1").people) {
  expectTypeOf(person.user).toEqualTypeOf<Person>();
  expectTypeOf<typeof person.data>().toEqualTypeOf<Mood | null>();
  expectTypeOf([person.id]).toEqualTypeOf<string[]>();
  expectTypeOf(person.away).toEqualTypeOf<boolean>();
  // @ts-expect-error they may have said nothing
  person.data.text;
  // @ts-expect-error not public
  person.user.email;
}
if (status.status === "error") expectTypeOf(status.error.errorCode).toEqualTypeOf<ErrorCode | ClientErrorCode>();
usePresence(null);

// What is said.
const said = await set({ text: "lunch" });
if (said.status === "error") expectTypeOf(said.errorCode).toEqualTypeOf<ErrorCode | ClientErrorCode>();
void set(null);
void sync.setPresence("chat-1", { text: "lunch", color: "green" }, { timeoutMs: 5 });
// @ts-expect-error a field that is missing
void set({ color: "green" });
// @ts-expect-error a field that does not exist
void set({ text: "lunch", mood: "good" });
// @ts-expect-error a field of the wrong type
void sync.setPresence("chat-1", { text: 7 });

// Only rooms whose rule has presence.
// @ts-expect-error a room of another kind
usePresence("game-1");
// @ts-expect-error nobody knows of which kind it is
usePresence(name);
// @ts-expect-error a room of another kind
void sync.setPresence("game-1", { text: "lunch" });
// @ts-expect-error a room of another kind
sync.holdPresence("game-1");

// An app in which nobody says anything of themselves, and one without presence.
const silent = createSync<SyncTypeMap, ErrorCode, ApiTypeMap, { user: Person; data: never; dataInput: never; rooms: `chat-${string}` }>();
expectTypeOf<(typeof silent extends { roomPresence: (room: "chat-1") => { people: readonly (infer Someone)[] } } ? Someone : 0) extends {
  data: infer Data;
}
  ? Data
  : 0>().toEqualTypeOf<null>();
// @ts-expect-error there is nothing to say
void silent.setPresence("chat-1", { text: "lunch" });
const without = createSync<SyncTypeMap, ErrorCode, ApiTypeMap>();
// @ts-expect-error no rule has presence
without.holdPresence("chat-1");
// @ts-expect-error no rule has presence
createSyncHooks(without).usePresence("chat-1");
createSyncHooks(without).usePresence(null);
// @ts-expect-error rooms are names
createSync<SyncTypeMap, ErrorCode, ApiTypeMap, { user: Person; data: never; dataInput: never; rooms: number }>();

// The connection.
const connection = useConnection();
expectTypeOf(connection.status).toEqualTypeOf<ConnectionStatus>();
expectTypeOf(connection.isOnline).toEqualTypeOf<boolean>();
expectTypeOf([connection.connect, connection.reconnect, connection.disconnect]).toEqualTypeOf<(() => void)[]>();
