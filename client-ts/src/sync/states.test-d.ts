/** What compiles and what does not. This file is never run: `npm run typecheck` is the test. */

import { expectTypeOf } from "vitest";
import { createSync } from "../index";
import type { ActedAnswer, ClientErrorCode, NoPresence, NoRoutes, SyncFailure } from "../index";
import { createSyncHooks } from "../react/index";
import type { ApiTypeMap, ErrorCode, Note, Person, StateTypeMap, SyncTypeMap } from "../testing/routes";

const sync = createSync<SyncTypeMap, ErrorCode, ApiTypeMap, NoPresence, StateTypeMap>();
const { useSyncState } = createSyncHooks(sync);
const id: string = "7";
const BOARD = { name: "board/notes", version: "v1", room: `board-${id}` } as const;
const COUNTER = { name: "examples/counter", version: "v1", room: "game-room-1" } as const;

type Board = { notes: { [key: string]: Note }; order: string[] };
type BoardAction = { put: { id: string; text: string } } | { remove: { id: string } } | "clear";
type Counter = { value: number; by: Person | null };

// The core and the hook name a value in the same way.
for (const follow of [sync.openState, sync.stateOf]) {
  const board = follow(BOARD);
  const { status, value, version, error, pending } = board.get();
  expectTypeOf(status).toEqualTypeOf<"loading" | "live" | "stale" | "error">();
  expectTypeOf(value).toEqualTypeOf<Board | undefined>();
  expectTypeOf(version).toEqualTypeOf<string | undefined>();
  expectTypeOf(error).toEqualTypeOf<SyncFailure<ErrorCode> | null>();
  expectTypeOf(pending).toEqualTypeOf<number>();
  expectTypeOf(board.act).parameter(0).toEqualTypeOf<BoardAction>();
  expectTypeOf(board.subscribe(() => {})).toEqualTypeOf<() => void>();
}
const opened = sync.openState(BOARD);
expectTypeOf(opened.close).toEqualTypeOf<() => void>();
expectTypeOf(useSyncState(BOARD).value).toEqualTypeOf<Board | undefined>();
expectTypeOf(useSyncState(COUNTER).value).toEqualTypeOf<Counter | undefined>();
expectTypeOf(useSyncState({ ...BOARD, version: "v2" }).value).toEqualTypeOf<
  { notes: { [key: string]: Note }; order: string[]; locked: boolean } | undefined
>();
expectTypeOf(useSyncState({ name: "root/news", version: "v1", room: "news" }).value).toEqualTypeOf<string | null | undefined>();

// Actions.
const acted = await opened.act({ put: { id: "a", text: "A" } });
expectTypeOf(acted).toEqualTypeOf<ActedAnswer<ErrorCode>>();
if (acted.status === "success") expectTypeOf(acted.stateVersion).toEqualTypeOf<string>();
else expectTypeOf(acted.errorCode).toEqualTypeOf<ErrorCode | ClientErrorCode>();
const { act } = useSyncState(BOARD);
expectTypeOf(act).toEqualTypeOf(opened.act);
void act("clear", { ifVersion: true, whenOffline: "fail", timeoutMs: 10, signal: AbortSignal.abort() });
void act({ remove: { id: "a" } }, { ifVersion: "7" });
// @ts-expect-error no such action
void act("lock");
// @ts-expect-error an action that is not whole
void act({ put: { id: "a" } });
// @ts-expect-error an action of another version
void act({ put: { id: "a", text: "A", color: null } });
// @ts-expect-error an action of another state
void act({ add: { amount: 1 } });
// @ts-expect-error no action
void act();
// @ts-expect-error a version is opaque
void act("clear", { ifVersion: 7 });
// @ts-expect-error `false` says nothing
void act("clear", { ifVersion: false });
// @ts-expect-error an option that does not exist
void act("clear", { timeout: 10 });

// Names, versions, rooms.
// @ts-expect-error no such state
void sync.openState({ ...BOARD, name: "board/note" });
// @ts-expect-error a page is not a state
void sync.openState({ ...BOARD, name: "board" });
// @ts-expect-error a route of another lane
void sync.openState({ name: "examples/updateCounter", version: "v1", room: "game-room-1" });
// @ts-expect-error no such version
void sync.openState({ ...BOARD, version: "v3" });
// @ts-expect-error a version of another state
void sync.openState({ ...COUNTER, version: "v2" });
// @ts-expect-error a room of another kind
void sync.openState({ ...BOARD, room: "game-room-1" });
// @ts-expect-error nobody knows of which kind it is
void sync.openState({ ...BOARD, room: id });
// @ts-expect-error the whole app has one room
void sync.openState({ name: "root/news", version: "v1", room: "news-1" });
// @ts-expect-error no room
void sync.openState({ name: "board/notes", version: "v1" });
// @ts-expect-error what is opened is in a room
void sync.openState({ ...BOARD, room: null });
// @ts-expect-error no such state
useSyncState({ ...BOARD, name: "board/note" });
// @ts-expect-error no such version
useSyncState({ ...BOARD, version: "v3" });
// @ts-expect-error a room of another kind
useSyncState({ ...BOARD, room: "game-room-1" });
// @ts-expect-error nobody knows of which kind it is
useSyncState({ ...BOARD, room: id });
// @ts-expect-error a room that is not known yet is null
useSyncState({ ...BOARD, room: undefined });
// @ts-expect-error an option that does not exist
useSyncState({ ...BOARD, select: (board: Board) => board.order });

// A room that is not known yet.
const game: string | null = id;
const waiting = useSyncState({ ...BOARD, room: game === null ? null : `board-${game}` });
expectTypeOf(waiting.value).toEqualTypeOf<Board | undefined>();
expectTypeOf(useSyncState({ ...BOARD, room: null }).value).toEqualTypeOf<Board | undefined>();
expectTypeOf(sync.stateOf({ ...BOARD, room: null }).get().value).toEqualTypeOf<Board | undefined>();

// What is shown at once.
useSyncState({
  ...COUNTER,
  optimistic: (value, action) => {
    expectTypeOf(value).toEqualTypeOf<Counter>();
    expectTypeOf(action).toEqualTypeOf<{ add: { amount: number } } | "reset">();
    return action === "reset" ? { ...value, value: 0 } : { ...value, value: value.value + action.add.amount };
  },
});
useSyncState({ ...COUNTER, optimistic: undefined });
void sync.openState({ ...COUNTER, optimistic: value => ({ ...value, by: null }) });
// @ts-expect-error it returns a value
useSyncState({ ...COUNTER, optimistic: () => {} });
// @ts-expect-error it returns a whole value
useSyncState({ ...COUNTER, optimistic: () => ({ value: 1 }) });
// @ts-expect-error it returns a value of this state
void sync.openState({ ...COUNTER, optimistic: () => ({ notes: {}, order: [] }) });
// @ts-expect-error it is given an action of this state
void sync.openState({ ...COUNTER, optimistic: (value: Counter, _: { put: string }) => value });

// A part.
const note = useSyncState(BOARD, board => {
  expectTypeOf(board).toEqualTypeOf<Board>();
  return board.notes[id];
});
expectTypeOf(note).toEqualTypeOf<Note | undefined>();
expectTypeOf(useSyncState({ ...COUNTER, room: null }, ({ value }) => value)).toEqualTypeOf<number | undefined>();
expectTypeOf(useSyncState(BOARD, ({ order }) => order.length > 0)).toEqualTypeOf<boolean | undefined>();
// @ts-expect-error no such part
useSyncState(BOARD, board => board.title);
// @ts-expect-error a part acts in nobody's name
useSyncState(BOARD, board => board.order).act;

// An app without states has none to follow.
const without = createSync<SyncTypeMap, ErrorCode, ApiTypeMap>();
// @ts-expect-error no such state
void without.openState(BOARD);
// @ts-expect-error no such state
createSyncHooks(without).useSyncState(BOARD);

// A map that is none.
// @ts-expect-error a version has a view and actions
createSync<NoRoutes, ErrorCode, NoRoutes, NoPresence, { board: { notes: { v1: { view: string } } } }>();

// Without kinds of rooms, any room will do.
interface Plain {
  'board': { 'notes': { v1: { view: number; action: 'add' } } };
}
void createSync<NoRoutes, ErrorCode, NoRoutes, NoPresence, Plain>().openState({ name: "board/notes", version: "v1", room: id });
