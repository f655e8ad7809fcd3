import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  parseActAnswer,
  parseCallAnswer,
  parseFailure,
  parseJoinAnswer,
  parseListenAnswer,
  parsePlainAnswer,
  parseRoomsAnswer,
  parseStateAnswer,
} from "./answers";
import { parseCallerStream, parseClosing, parseGap, parseRoomLost, parseStateFrame, parseSyncFrame } from "./frames";
import {
  parsePoke,
  parsePullAnswer,
  parsePushAnswer,
  parseSnapshotAnswer,
  parseSubscribeAnswer,
  parseUnsubscribed,
  type Pull,
  type Push,
  type Snapshot,
  type Subscribe,
  type Unsubscribe,
} from "./log";
import type {
  ApiCall,
  Handshake,
  JoinRoom,
  LeaveRoom,
  Listen,
  StateAct,
  StateOpen,
  StatePlace,
  SyncCall,
  SyncLocation,
  UpdatePresence,
} from "./payloads";
import { parsePresenceFrame } from "./presence";
import { isObject, type Read } from "./read";

const FOLDER = new URL("../../../tests/wire/", import.meta.url);

type Parse = (message: unknown) => Read<unknown>;

/** What the server sends: each file is read by the function that reads it in production. */
const RECEIVED: Readonly<Record<string, Parse>> = {
  closing: parseClosing,
  closing_for_restart: parseClosing,
  gap: parseGap,
  join_room_answer: parseJoinAnswer,
  join_room_answer_presence: parseJoinAnswer,
  join_room_answer_recovered: parseJoinAnswer,
  joined_rooms_answer: parseRoomsAnswer,
  leave_room_answer: parseRoomsAnswer,
  listen_answer: parseListenAnswer,
  poke: parsePoke,
  poke_without_changes: parsePoke,
  presence: parsePresenceFrame,
  pull_answer: parsePullAnswer,
  push_answer: parsePushAnswer,
  push_answer_out_of_order: parsePushAnswer,
  room_lost: parseRoomLost,
  snapshot_answer: parseSnapshotAnswer,
  state_act_answer: parseActAnswer,
  state_close_answer: parsePlainAnswer,
  state_open_answer: parseStateAnswer,
  state_open_answer_patch: parseStateAnswer,
  state_patch: parseStateFrame,
  state_view: parseStateFrame,
  subscribe_answer: parseSubscribeAnswer,
  sync_error_answer: parseCallAnswer,
  sync_error_answer_without_params: parseFailure,
  sync_event_client_only: parseSyncFrame,
  sync_event_error: parseSyncFrame,
  sync_event_server_only: parseSyncFrame,
  sync_event_stream: parseSyncFrame,
  sync_event_success: parseSyncFrame,
  sync_stream: parseCallerStream,
  sync_success_answer: parseCallAnswer,
  sync_success_answer_empty: parseCallAnswer,
  unsubscribe_answer: parsePlainAnswer,
  unsubscribed: parseUnsubscribed,
  update_location_answer: parsePlainAnswer,
  update_presence_answer: parsePlainAnswer,
};

interface Sent {
  readonly result: { readonly results: readonly { readonly id: string; readonly ok: boolean; readonly cursor?: number; readonly settled?: boolean }[] };
}

const unwrapped = ({ result, ...rest }: Sent): object => ({ ...rest, ...result });
const results = ({ status, result }: Sent & { readonly status: string }): object => ({
  status,
  results: result.results.map(({ id, ok, cursor, settled, ...refusal }) =>
    ok ? { id, ok, cursor } : { id, ok, isSettled: settled !== false, refusal },
  ),
});

/** What is read in another form than it is sent in. */
const READ_AS: Readonly<Record<string, (message: never) => unknown>> = {
  poke_without_changes: (message: object) => ({ ...message, changes: [] }),
  pull_answer: unwrapped,
  push_answer: results,
  push_answer_out_of_order: results,
  snapshot_answer: unwrapped,
};

const ROOM = "game-room-123";
const STATE: StatePlace = { name: "board/notes", version: "v1", room: "board-7" };
const SCOPE = "list-ada-1";
const PUT = { name: "lists/put", version: "v1", scope: SCOPE } as const;
const CALL: SyncCall = { name: "examples/updateCounter", version: "v1", data: { amount: 5 }, receiver: ROOM };

/** What the client sends: each file is written by a value of the type that production sends. */
const SENT: {
  readonly [File in string]:
    | SyncCall
    | ApiCall
    | JoinRoom
    | LeaveRoom
    | Listen
    | SyncLocation
    | UpdatePresence
    | Handshake
    | StateAct
    | StateOpen
    | Push
    | Pull
    | Snapshot
    | Subscribe
    | Unsubscribe
    | Record<string, never>;
} = {
  handshake: { token: "c2Vzc2lvbi10b2tlbg", lang: "nl", tab: "0f8e2a7b6c5d4e3f2a1b0c9d8e7f6a5b" } satisfies Handshake,
  join_room: { room: ROOM } satisfies JoinRoom,
  join_room_after: {
    room: ROOM,
    after: "5f3a9c01-42",
    membership: "xsuHd5rWf4IWUrVuFs0tNwGMxvA2FNBtMGPwSqNcI_GQ",
  } satisfies JoinRoom,
  join_room_presence: { room: "chat-1", presence: true } satisfies JoinRoom,
  joined_rooms: {},
  leave_room: { room: ROOM } satisfies LeaveRoom,
  listen: { routes: ["versions/aged/v2", "chat/message/v1"], contract: "0123456789abcdef" } satisfies Listen,
  pull: { user: "ada", scope: SCOPE, cursor: 0, limit: 100 } satisfies Pull,
  push: {
    user: "ada",
    client: "0f8e2a7b6c5d4e3f2a1b0c9d8e7f6a5b",
    mutations: [
      { ...PUT, id: "m1", seq: 1, args: { id: "milk", text: "Milk" } },
      { ...PUT, name: "lists/add", id: "m2", seq: 2, args: { id: "bread", amount: 1 } },
      { ...PUT, id: "m3", seq: 3, args: { id: "milk", text: "Oat milk" }, after: "success" },
    ],
  } satisfies Push,
  request_call: { name: "examples/readCounter", version: "v1", data: { room: ROOM } } satisfies ApiCall,
  snapshot: { user: "ada", scope: SCOPE } satisfies Snapshot,
  state_act: {
    ...STATE,
    action: { put: { id: "n1", text: "milk, and bread for the weekend", x: 120, y: 80, color: "green" } },
  } satisfies StateAct,
  state_act_full: {
    ...STATE,
    action: { move: { id: "n1", x: 300, y: 40 } },
    id: "0f8e2a7b6c5d4e3f2a1b0c9d8e7f6a5b-1",
    ifVersion: "2.5f3a9c01",
  } satisfies StateAct,
  state_close: STATE,
  state_open: STATE,
  state_open_have: { ...STATE, have: "2.5f3a9c01" } satisfies StateOpen,
  subscribe: { user: "ada", scopes: [SCOPE, "list-all-1000"], client: "0f8e2a7b6c5d4e3f2a1b0c9d8e7f6a5b" } satisfies Subscribe,
  sync_call: CALL,
  sync_call_full: { ...CALL, ignoreSelf: "session", id: "0f8e2a7b6c5d4e3f2a1b0c9d8e7f6a5b-1", stream: true } satisfies SyncCall,
  sync_call_without_data: { name: "test/nestedTest/room", version: "v1", receiver: "nested-1" } satisfies SyncCall,
  unsubscribe: { scopes: [SCOPE] } satisfies Unsubscribe,
  update_location: { pathName: "/examples", searchParams: { room: "123" } } satisfies SyncLocation,
  update_presence: { away: false, room: "chat-1", data: { text: "at lunch", color: "green" } } satisfies UpdatePresence,
};

/** Not spoken by this package. */
const ELSEWHERE = ["handshake_refusal", "http_call", "sync_status", "sync_status_answer"];

describe("the messages in tests/wire", () => {
  const files = readdirSync(FOLDER)
    .filter(file => file.endsWith(".json"))
    .map(file => file.slice(0, -".json".length));

  test("are all known here", () => {
    const known = [...Object.keys(RECEIVED), ...Object.keys(SENT), ...ELSEWHERE];
    expect(known.sort()).toEqual([...files].sort());
  });

  test.each(files)("%s says what it is", file => {
    expect(Object.keys(wireFile(file))).toEqual(["description", "message"]);
    expect(wireFile(file).description).toMatch(/\.$/);
  });

  test.each(Object.entries(RECEIVED))("%s is read without loss", (file, parse) => {
    const { message } = wireFile(file);
    expect(parse(message)).toEqual({ ok: true, value: READ_AS[file]?.(message as never) ?? message });
  });

  test.each(Object.entries(SENT))("%s is what we send", (file, payload) => {
    expect(JSON.parse(JSON.stringify(payload))).toEqual(wireFile(file).message);
  });

  test("an HTTP call says the same as a socket's, less the route", () => {
    const { name, version, ...rest } = CALL;
    expect(wireFile("http_call").message).toEqual({ ...rest, ignoreSelf: false });
    expect([name, version]).toEqual(["examples/updateCounter", "v1"]);
  });
});

function wireFile(name: string): { description: unknown; message: unknown } {
  const file: unknown = JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8"));
  if (!isObject(file) || !("description" in file) || !("message" in file)) throw new Error(`${name} is no wire message`);
  return { ...file, description: file.description, message: file.message };
}
