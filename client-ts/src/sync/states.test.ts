/** The values of rooms, over a network in the hands of the test. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeNetwork, FakeWakes } from "../testing/fakeSocket";
import { reconnect } from "../testing/reconnect";
import type { ApiTypeMap, ErrorCode, PresenceTypes, StateTypeMap, SyncTypeMap } from "../testing/routes";
import { failure } from "../testing/testServer";
import type { Operation } from "../wire/patch";
import { createSyncIn } from "./createSync";
import type { SyncProblem } from "./problems";
import type { SyncOptions } from "./syncClient";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const ROOM = "game-room-1";
const COUNTER = { name: "examples/counter", version: "v1", room: ROOM } as const;
const BOARD = { name: "board/notes", version: "v1", room: "board-1" } as const;
/** What `act` shows at once, where a test wants that. */
const OPTIMISTIC = {
  ...COUNTER,
  optimistic: (counter: Counter, action: Action): Counter =>
    action === "reset" ? { ...counter, value: 0 } : { ...counter, value: counter.value + action.add.amount },
};

type Counter = StateTypeMap["examples"]["counter"]["v1"]["view"];
type Action = StateTypeMap["examples"]["counter"]["v1"]["action"];

const add = (amount: number): Action => ({ add: { amount } });
const counter = (value: number): Counter => ({ value, by: null });

function setUp(options: SyncOptions = {}, random = 0) {
  const network = new FakeNetwork();
  const problems: SyncProblem[] = [];
  const sync = createSyncIn<SyncTypeMap, ErrorCode, ApiTypeMap, PresenceTypes, StateTypeMap>(
    { openSocket: network.openSocket, onWake: new FakeWakes().onWake, random: () => random },
    { lang: () => "en", timeoutMs: 1_000, onProblem: problem => void problems.push(problem), ...options },
  );
  /** What was sent on the socket of now, as short text; the names of calls are random, and are left out. */
  const sent = (): readonly string[] =>
    network.socket.sent.map(({ event, payload }) => {
      const { id, name, version, sentOn, ...said } = payload as Record<string, unknown>;
      return `${event} ${JSON.stringify(said)}`;
    });
  return { sync, network, problems, sent };
}

function setUpConnected(options?: SyncOptions, random?: number) {
  const all = setUp(options, random);
  all.sync.connect();
  all.network.socket.accept();
  return all;
}

/** A client that follows the counter, which is `value` in the version `1`. */
function setUpLive(value = 5, options?: SyncOptions, random?: number) {
  const all = setUpConnected(options, random);
  const state = all.sync.openState(OPTIMISTIC);
  all.network.socket.answer("joinRoom", JOINED);
  all.network.socket.answer("stateOpen", whole(counter(value), "1"));
  const shown: unknown[] = [];
  state.subscribe(() => void shown.push(state.get().value?.value));
  return { ...all, state, shown };
}

const JOINED = { status: "success", rooms: [ROOM], pos: "p1", recovered: false };
const OPEN = `stateOpen {"room":"${ROOM}"}`;
const have = (version: string): string => `stateOpen {"room":"${ROOM}","have":"${version}"}`;

function whole(view: unknown, stateVersion: string, room: string = ROOM): object {
  return { status: "success", room, stateVersion, view };
}

function since(stateVersion: string, ...patch: readonly Operation[]): object {
  return { status: "success", room: ROOM, stateVersion, patch };
}

function frame(from: string, to: string, ...patch: readonly Operation[]): object {
  return { cb: "examples/counter/v1", room: ROOM, pos: `p${to}`, from, to, patch };
}

function viewFrame(to: string, view: unknown): object {
  return { cb: "examples/counter/v1", room: ROOM, pos: `p${to}`, to, view };
}

const set = (value: number): Operation => ({ op: "replace", path: "/value", value });
const acted = (stateVersion: string): object => ({ status: "success", stateVersion });

/** Lets those go on who wait for an answer. */
const settled = async (): Promise<void> => void (await vi.advanceTimersByTimeAsync(0));

describe("a value that is opened", () => {
  test("is asked for once we are in its room, and is told from then on", () => {
    const { sync, network, sent } = setUpConnected();
    const state = sync.openState(COUNTER);
    expect(state.get()).toEqual({ status: "loading", value: undefined, version: undefined, error: null, pending: 0 });
    expect(sent()).toEqual([`joinRoom {"room":"${ROOM}"}`]);
    network.socket.answer("joinRoom", JOINED);
    expect(sent().slice(1)).toEqual([OPEN]);
    expect(network.socket.sent[1]?.payload).toEqual(COUNTER);
    expect(state.get().status).toBe("loading");
    network.socket.answer("stateOpen", whole(counter(5), "1"));
    expect(state.get()).toEqual({ status: "live", value: counter(5), version: "1", error: null, pending: 0 });
    network.socket.receive("state", frame("1", "2", set(6)));
    expect(state.get()).toEqual({ status: "live", value: counter(6), version: "2", error: null, pending: 0 });
    network.socket.receive("state", viewFrame("3", counter(7)));
    expect(state.get()).toEqual({ status: "live", value: counter(7), version: "3", error: null, pending: 0 });
  });

  test("is asked for at once in a room that we are in already", () => {
    const { sync, network, sent } = setUpConnected();
    sync.holdRoom(ROOM);
    network.socket.answer("joinRoom", JOINED);
    sync.openState(COUNTER);
    expect(sent().slice(1)).toEqual([OPEN]);
  });

  test("connects, and may be null", () => {
    const { sync, network } = setUp();
    const news = sync.openState({ name: "root/news", version: "v1", room: "news" });
    network.socket.accept();
    network.socket.answer("joinRoom", { ...JOINED, rooms: ["news"] });
    network.socket.answer("stateOpen", whole(null, "1", "news"));
    expect(news.get()).toMatchObject({ status: "live", value: null });
  });

  test("keeps what has not changed, and is the same object until something does", () => {
    const { sync, network } = setUpConnected();
    const state = sync.openState(BOARD);
    network.socket.answer("joinRoom", { ...JOINED, rooms: ["board-1"] });
    const board = { notes: { a: { text: "A" }, b: { text: "B" } }, order: ["a", "b"] };
    network.socket.answer("stateOpen", whole(board, "1", "board-1"));
    let changes = 0;
    state.subscribe(() => void (changes += 1));
    const before = state.get();
    expect(state.get()).toBe(before);
    const patch = [{ op: "replace", path: "/notes/a/text", value: "A!" }];
    network.socket.receive("state", { cb: "board/notes/v1", room: "board-1", pos: "p2", from: "1", to: "2", patch });
    const now = state.get();
    expect(now.value?.notes).toEqual({ a: { text: "A!" }, b: { text: "B" } });
    expect(now.value?.notes["b"]).toBe(before.value?.notes["b"]);
    expect(now.value?.order).toBe(before.value?.order);
    reconnect(network);
    network.socket.answer("joinRoom", { ...JOINED, rooms: ["board-1"] });
    network.socket.answer("stateOpen", whole(structuredClone(now.value), "2", "board-1"));
    expect(state.get().value).toBe(now.value);
    expect(state.get().status).toBe("live");
    expect(changes, "a patch, a loss, a return").toBe(3);
  });

  test("changes value and version together", () => {
    const { state, network } = setUpLive(1);
    const seen: unknown[] = [];
    state.subscribe(() => void seen.push([state.get().value?.value, state.get().version]));
    network.socket.receive("state", frame("1", "2", set(2)));
    network.socket.receive("state", viewFrame("3", counter(3)));
    expect(seen).toEqual([[2, "2"], [3, "3"]]);
  });

  test("is opened once, however many follow it", () => {
    const { sync, network, sent } = setUpConnected();
    const [one, other] = [sync.openState(COUNTER), sync.openState(COUNTER)];
    network.socket.answer("joinRoom", JOINED);
    network.socket.answer("stateOpen", whole(counter(5), "1"));
    const late = sync.openState(COUNTER);
    expect(sent().slice(1)).toEqual([OPEN]);
    expect(new Set([one.get(), other.get(), late.get()]).size).toBe(1);
    expect(late.get().value).toEqual(counter(5));
  });

  test("is another one than its other versions, and those of other rooms", () => {
    const { sync, network } = setUpConnected();
    const states = [BOARD, { ...BOARD, version: "v2" }, { ...BOARD, room: "board-2" }] as const;
    const opened = states.map(state => sync.openState(state as typeof BOARD));
    for (const { answered } of network.socket.sentAs("joinRoom")) answered(JOINED);
    for (const [at, { payload, answered }] of network.socket.sentAs("stateOpen").entries()) {
      answered(whole({ notes: {}, order: [`${at}`] }, "1", (payload as { room: string }).room));
    }
    network.socket.receive("state", { cb: "board/notes/v2", room: "board-1", pos: "p2", to: "2", view: { notes: {}, order: ["new"] } });
    expect(opened.map(state => state.get().value?.order)).toEqual([["0"], ["new"], ["2"]]);
  });

  test("leaves out what was sent before the answer, as the answer has it", () => {
    const { sync, network, sent } = setUpConnected();
    const state = sync.openState(COUNTER);
    network.socket.receive("state", viewFrame("9", counter(9)));
    network.socket.answer("joinRoom", JOINED);
    network.socket.receive("state", viewFrame("0", counter(0)));
    network.socket.receive("state", frame("0", "1", set(1)));
    expect(state.get().value).toBeUndefined();
    network.socket.answer("stateOpen", whole(counter(1), "1"));
    expect(state.get().value).toEqual(counter(1));
    expect(sent()).toHaveLength(2);
  });

  test("is told to nobody by frames that are none of its own", () => {
    const { state, network, sent } = setUpLive();
    const before = state.get();
    for (const cb of ["", "v1", "/", "examples/counter", "examples/counter/v2", "examples/counter/v1/v1"]) {
      network.socket.receive("state", { ...viewFrame("2", counter(6)), cb });
    }
    network.socket.receive("state", { ...viewFrame("2", counter(6)), room: "game-room-2" });
    expect(state.get()).toBe(before);
    expect(sent()).toHaveLength(2);
  });
});

describe("a patch that does not fit", () => {
  test.each([
    ["is for another version", frame("7", "8", set(8))],
    ["finds nothing at its place", frame("1", "2", { op: "replace", path: "/other", value: 1 })],
  ])("because it %s leaves the value, which is asked for anew", (_, misfit) => {
    const { state, network, sent, problems } = setUpLive();
    const before = state.get();
    network.socket.receive("state", misfit);
    expect(state.get()).toBe(before);
    expect(sent().slice(2)).toEqual([have("1")]);
    network.socket.receive("state", frame("8", "9", set(9)));
    network.socket.answer("stateOpen", since("9", set(9)));
    expect(state.get()).toMatchObject({ status: "live", value: counter(9), version: "9" });
    expect(sent()).toHaveLength(3);
    expect(problems).toEqual([]);
  });

  test("for the third time within a minute is told to developers, and the whole is asked for", () => {
    const { state, network, sent, problems } = setUpLive();
    const before = state.get();
    const misfit = since("8", { op: "remove", path: "/other" });
    network.socket.receive("state", frame("7", "8", set(8)));
    network.socket.answer("stateOpen", misfit);
    expect(problems).toEqual([]);
    network.socket.answer("stateOpen", misfit);
    expect(problems).toEqual([{ kind: "state-misfit", route: "examples/counter/v1", room: ROOM }]);
    expect(sent().slice(2)).toEqual([have("1"), have("1"), OPEN]);
    expect(state.get(), "what was there stays until the answer").toBe(before);
    network.socket.answer("stateOpen", whole({ ...counter(8), by: before.value?.by }, "8"));
    expect(state.get()).toMatchObject({ status: "live", value: counter(8) });
    network.socket.receive("state", frame("7", "9", set(9)));
    expect(sent().slice(5)).toEqual([have("8")]);
    expect(problems).toHaveLength(1);
  });

  test("now and then is nothing to report", () => {
    const { network, problems } = setUpLive();
    for (let at = 0; at < 10; at += 1) {
      network.socket.receive("state", frame("lost", "found", set(1)));
      network.socket.answer("stateOpen", since("1"));
      vi.advanceTimersByTime(31_000);
    }
    expect(problems).toEqual([]);
  });

  test("does no harm where the reporter of the app throws", () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const onProblem = (): never => {
      throw new Error("mine");
    };
    const { state, network } = setUpLive(5, { onProblem });
    for (let at = 0; at < 3; at += 1) network.socket.receive("state", frame("7", "8", set(8)));
    for (let at = 0; at < 2; at += 1) network.socket.answer("stateOpen", since("8", { op: "remove", path: "/other" }));
    network.socket.answer("stateOpen", whole(counter(8), "8"));
    expect(state.get().value).toEqual(counter(8));
  });
});

describe("a value that is closed", () => {
  test("is told to others who follow it, however often it is closed", async () => {
    const { state, network, sent, shown } = setUpLive();
    state.close();
    state.close();
    await settled();
    network.socket.receive("state", frame("1", "2", set(6)));
    expect(shown).toEqual([6]);
    expect(sent()).toHaveLength(2);
  });

  test("is closed when nobody follows it any more", async () => {
    const { sync, network, sent } = setUpConnected();
    const [one, other] = [sync.openState(COUNTER), sync.openState(COUNTER)];
    network.socket.answer("joinRoom", JOINED);
    network.socket.answer("stateOpen", whole(counter(5), "1"));
    one.close();
    one.close();
    await settled();
    expect(sent()).toHaveLength(2);
    other.close();
    expect(other.get().value, "somebody may take it over at once").toEqual(counter(5));
    await settled();
    expect(sent().slice(2)).toEqual([`stateClose {"room":"${ROOM}"}`, `leaveRoom {"room":"${ROOM}"}`]);
    expect(network.socket.sent[2]?.payload).toEqual(COUNTER);
    network.socket.receive("state", frame("1", "2", set(6)));
    expect(other.get()).toMatchObject({ status: "loading", value: undefined });
    expect(sent()).toHaveLength(4);
  });

  test("and followed again at once is not opened anew", async () => {
    const { sync, network, sent } = setUpConnected();
    const state = sync.openState(COUNTER);
    network.socket.answer("joinRoom", JOINED);
    network.socket.answer("stateOpen", whole(counter(5), "1"));
    const before = state.get();
    state.close();
    const again = sync.openState(COUNTER);
    await settled();
    expect(again.get()).toBe(before);
    expect(sent()).toHaveLength(2);
  });

  test("leaves the room to others who hold it, and can be opened again there", async () => {
    const { sync, network, sent } = setUpConnected();
    sync.holdRoom(ROOM);
    const state = sync.openState(COUNTER);
    network.socket.answer("joinRoom", JOINED);
    network.socket.answer("stateOpen", whole(counter(5), "1"));
    state.close();
    await settled();
    const again = sync.openState(COUNTER);
    expect(sent().slice(2)).toEqual([`stateClose {"room":"${ROOM}"}`, OPEN]);
    network.socket.receive("state", frame("1", "2", set(6)));
    expect(again.get().status).toBe("loading");
    network.socket.answer("stateOpen", whole(counter(6), "2"));
    expect(again.get().value).toEqual(counter(6));
  });

  test.each([
    ["is answered", whole(counter(5), "1")],
    ["is refused for now", failure("state-unavailable", 503)],
    ["is refused", failure("auth-required", 401)],
  ])("before it %s is not opened behind our back", async (_, answer) => {
    const { sync, network, sent } = setUpConnected();
    const state = sync.openState(COUNTER);
    network.socket.answer("joinRoom", JOINED);
    state.close();
    await settled();
    network.socket.sentAs("stateOpen")[0]?.answered(answer);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(state.get().status).toBe("loading");
    expect(sent().map(said => said.split(" ")[0])).toEqual(["joinRoom", "stateOpen", "stateClose", "leaveRoom"]);
  });

  test("before we are in its room was never opened", async () => {
    const { sync, network, sent } = setUpConnected();
    sync.openState(COUNTER).close();
    await settled();
    network.socket.answer("joinRoom", JOINED);
    expect(sent()).toEqual([`joinRoom {"room":"${ROOM}"}`, `leaveRoom {"room":"${ROOM}"}`]);
  });

  test("without a connection is not asked for again", async () => {
    const { sync, network } = setUpConnected();
    const state = sync.openState(COUNTER);
    network.socket.answer("joinRoom", JOINED);
    network.socket.answer("stateOpen", whole(counter(5), "1"));
    network.socket.lose();
    state.close();
    await vi.advanceTimersByTimeAsync(0);
    network.socket.accept();
    expect(network.socket.events).toEqual([]);
  });
});

describe("a lost connection", () => {
  test.each([
    ["what has changed", since("3", set(7))],
    ["the whole", whole(counter(7), "3")],
  ])("leaves what was there, marked, until the next one brings %s", (_, answer) => {
    const { state, network, sent } = setUpLive();
    const { value } = state.get();
    network.socket.lose();
    expect(state.get()).toEqual({ status: "stale", value: counter(5), version: "1", error: null, pending: 0 });
    expect(state.get().value).toBe(value);
    vi.advanceTimersByTime(0);
    network.socket.accept();
    expect(sent()).toEqual([`joinRoom {"room":"${ROOM}","after":"p1"}`]);
    network.socket.receive("state", frame("1", "2", set(6)));
    expect(state.get().status).toBe("stale");
    network.socket.answer("joinRoom", JOINED);
    expect(sent().slice(1)).toEqual([have("1")]);
    network.socket.answer("stateOpen", answer);
    expect(state.get()).toEqual({ status: "live", value: counter(7), version: "3", error: null, pending: 0 });
    expect(state.get().value?.by).toBe(value?.by);
  });

  test("that changed nothing leaves the same value", () => {
    const { state, network } = setUpLive();
    const { value } = state.get();
    reconnect(network);
    network.socket.answer("joinRoom", JOINED);
    network.socket.answer("stateOpen", since("1"));
    expect(state.get().value).toBe(value);
    expect(state.get().status).toBe("live");
  });

  test("while a value is opened opens it on the next", () => {
    const { sync, network, sent } = setUpConnected();
    const state = sync.openState(COUNTER);
    network.socket.answer("joinRoom", JOINED);
    const { socket } = network;
    reconnect(network);
    network.socket.answer("joinRoom", JOINED);
    expect(sent().slice(1)).toEqual([OPEN]);
    socket.answer("stateOpen", whole(counter(1), "1"));
    expect(state.get().status).toBe("loading");
    network.socket.answer("stateOpen", whole(counter(2), "2"));
    expect(state.get().value).toEqual(counter(2));
  });

  test("that will not come back by itself is why a value cannot be had, until somebody connects", () => {
    const { sync, state, network } = setUpLive();
    sync.disconnect();
    expect(state.get()).toMatchObject({ status: "error", error: { errorCode: "sync-disconnected" }, value: counter(5) });
    sync.connect();
    expect(state.get()).toMatchObject({ status: "stale", error: null, value: counter(5) });
    network.socket.accept();
    network.socket.answer("joinRoom", JOINED);
    network.socket.answer("stateOpen", whole(counter(6), "2"));
    expect(state.get()).toMatchObject({ status: "live", value: counter(6) });
  });

  test("that never was is why a value cannot be had, too", () => {
    const { sync, network } = setUp();
    const state = sync.openState(COUNTER);
    network.socket.refuse("auth-required");
    expect(state.get()).toMatchObject({ status: "error", error: { errorCode: "auth-required" }, value: undefined });
    const late = sync.openState(BOARD);
    expect(late.get()).toMatchObject({ status: "error", error: { errorCode: "auth-required" } });
    sync.reconnect();
    expect([state.get().status, late.get().status]).toEqual(["loading", "loading"]);
  });
});

describe("a value that cannot be had", () => {
  test("says why the room is closed", () => {
    const { sync, network, sent } = setUpConnected();
    const state = sync.openState(COUNTER);
    network.socket.answer("joinRoom", failure("room-forbidden", 403));
    expect(state.get()).toMatchObject({ status: "error", error: failure("room-forbidden", 403), value: undefined });
    expect(sent()).toHaveLength(1);
    reconnect(network);
    expect(state.get().status).toBe("loading");
  });

  test("keeps what was there when we are taken out of its room, and hears no more of it", () => {
    const { state, network, sent } = setUpLive();
    network.socket.receive("roomLost", { room: ROOM, error: failure("room-forbidden", 403) });
    expect(state.get()).toMatchObject({ status: "error", error: { errorCode: "room-forbidden" }, value: counter(5) });
    network.socket.receive("state", frame("1", "2", set(6)));
    network.socket.receive("state", frame("7", "8", set(6)));
    expect(state.get()).toMatchObject({ status: "error", value: counter(5) });
    expect(sent()).toHaveLength(2);
  });

  test("comes back when we are let in again", () => {
    const { sync, state, network, sent } = setUpLive();
    network.socket.receive("roomLost", { room: ROOM, error: failure("room-forbidden", 403) });
    void sync.joinRoom(ROOM);
    expect(state.get()).toMatchObject({ status: "stale", error: null });
    network.socket.answer("joinRoom", JOINED);
    expect(sent().at(-1)).toBe(have("1"));
    network.socket.answer("stateOpen", since("2", set(6)));
    expect(state.get()).toMatchObject({ status: "live", value: counter(6) });
  });

  test("is opened anew where we were taken out and had asked to be let in meanwhile", () => {
    const { sync, network, state, sent } = setUpLive();
    void sync.joinRoom(ROOM);
    network.socket.receive("roomLost", { room: ROOM, error: failure("room-forbidden", 403) });
    network.socket.answer("joinRoom", JOINED);
    expect(sent().at(-1)).toBe(have("1"));
    network.socket.answer("stateOpen", since("1"));
    expect(state.get().status).toBe("live");
  });

  test.each([
    ["state-unavailable", failure("state-unavailable", 503)],
    ["sync-rate-limited", failure("sync-rate-limited", 429)],
    ["sync-server-failed", "not an answer"],
    ["sync-server-failed", { status: "success", room: ROOM, stateVersion: "1", patch: "none" }],
  ])("for now (%s) is asked for again and again, at longer and longer intervals", (code, answer) => {
    const { sync, network, sent } = setUpConnected({}, 0.5);
    const state = sync.openState(COUNTER);
    network.socket.answer("joinRoom", JOINED);
    let waitMs = 500;
    for (let time = 2; time < 9; time += 1) {
      network.socket.answer("stateOpen", answer);
      expect(state.get()).toMatchObject({ status: "error", error: { errorCode: code } });
      vi.advanceTimersByTime(waitMs - 1);
      expect(network.socket.sentAs("stateOpen")).toHaveLength(time - 1);
      vi.advanceTimersByTime(1);
      expect(network.socket.sentAs("stateOpen")).toHaveLength(time);
      waitMs = Math.min(waitMs * 2, 15_000);
    }
    network.socket.answer("stateOpen", whole(counter(5), "1"));
    expect(state.get()).toMatchObject({ status: "live", value: counter(5), error: null });
    vi.advanceTimersByTime(120_000);
    expect(sent()).toHaveLength(9);
    network.socket.receive("state", frame("7", "8"));
    network.socket.answer("stateOpen", answer);
    vi.advanceTimersByTime(500);
    expect(sent(), "the intervals begin anew").toHaveLength(11);
  });

  test("because nobody answers is asked for again", () => {
    const { sync, network } = setUpConnected();
    const state = sync.openState(COUNTER);
    network.socket.answer("joinRoom", JOINED);
    vi.advanceTimersByTime(1_000);
    expect(state.get()).toMatchObject({ status: "error", error: { errorCode: "sync-timeout" } });
    vi.advanceTimersByTime(1);
    expect(network.socket.sentAs("stateOpen")).toHaveLength(2);
    network.socket.sentAs("stateOpen")[0]?.answered(whole(counter(1), "1"));
    network.socket.receive("state", frame("1", "2", set(2)));
    expect(state.get().value).toBeUndefined();
    network.socket.answer("stateOpen", whole(counter(2), "2"));
    expect(state.get()).toMatchObject({ status: "live", value: counter(2) });
  });

  test("for good stays so, whatever else becomes of its room", () => {
    const { sync, network } = setUpConnected();
    const state = sync.openState(COUNTER);
    network.socket.answer("joinRoom", JOINED);
    network.socket.answer("stateOpen", failure("sync-not-found", 404));
    vi.advanceTimersByTime(3_600_000);
    sync.openState({ ...COUNTER, name: "examples/other" as "examples/counter" });
    expect(state.get()).toMatchObject({ status: "error", error: { errorCode: "sync-not-found" } });
    const opened = network.socket.sentAs("stateOpen").map(({ payload }) => (payload as { name: string }).name);
    expect(opened).toEqual(["examples/counter", "examples/other"]);
    reconnect(network);
    expect(state.get().status).toBe("loading");
    network.socket.answer("joinRoom", JOINED);
    expect(network.socket.sentAs("stateOpen"), "the next socket may be another server's").toHaveLength(2);
  });
});

describe("act", () => {
  test("sends the action under a name of its own, and answers what the server says", async () => {
    const { state, network } = setUpLive();
    const answer = state.act(add(2));
    expect(network.socket.sent.at(-1)?.payload).toEqual({ ...COUNTER, action: add(2), id: expect.any(String) });
    expect(state.get().pending).toBe(1);
    network.socket.answer("stateAct", acted("2"));
    expect(await answer).toEqual(acted("2"));
    expect(state.get().pending).toBe(0);
    const refused = state.act("reset");
    network.socket.answer("stateAct", failure("counter-full", 409));
    expect(await refused).toEqual(failure("counter-full", 409));
    expect(state.get()).toMatchObject({ status: "live", pending: 0, error: null });
  });

  test("needs nobody who follows the value", async () => {
    const { sync, network } = setUpConnected();
    const state = sync.stateOf(OPTIMISTIC);
    const answer = state.act(add(2));
    expect(state.get()).toMatchObject({ status: "loading", pending: 0 });
    network.socket.answer("stateAct", acted("2"));
    expect(await answer).toEqual(acted("2"));
    expect(network.socket.events).toEqual(["stateAct"]);
  });

  test("in no room does nothing, and says so", async () => {
    const { sync, network } = setUp();
    const state = sync.stateOf({ ...COUNTER, room: null });
    const undo = state.subscribe(() => {});
    expect(await state.act(add(1))).toMatchObject({ status: "error", errorCode: "sync-cancelled" });
    expect(state.get()).toMatchObject({ status: "loading", pending: 0 });
    undo();
    expect(network.sockets).toEqual([]);
  });

  test("in a room that would not have us back says why", async () => {
    const { state, network } = setUpLive();
    reconnect(network);
    network.socket.answer("joinRoom", failure("room-forbidden", 403));
    const answer = state.act(add(1));
    network.socket.answer("stateAct", failure("sync-not-in-room", 403));
    expect(await answer).toMatchObject({ errorCode: "room-forbidden" });
  });

  test.each([
    ["the version that is here now", true, "1"],
    ["a version that was here", "0", "0"],
    ["any version", undefined, undefined],
  ] as const)("means %s", (_, ifVersion, expected) => {
    const { state, network } = setUpLive();
    void state.act(add(1), { ifVersion });
    expect((network.socket.sent.at(-1)?.payload as { ifVersion?: string }).ifVersion).toBe(expected);
  });

  test("on what is here now, where nothing is, is a conflict and no action on anything", () => {
    const { sync, network } = setUpConnected();
    const state = sync.openState(COUNTER);
    void state.act(add(1), { ifVersion: true });
    network.socket.answer("joinRoom", JOINED);
    // No version is called that.
    expect(network.socket.sentAs("stateAct")[0]?.payload).toMatchObject({ ifVersion: "" });
  });

  test("ends as calls do: late, cancelled, unsendable, or with the client", async () => {
    const { sync, state, network, problems } = setUpLive();
    const controller = new AbortController();
    const cancelled = state.act(add(1), { signal: controller.signal });
    controller.abort();
    expect(await cancelled).toMatchObject({ errorCode: "sync-cancelled" });
    const late = state.act(add(1), { timeoutMs: 10 });
    vi.advanceTimersByTime(10);
    expect(await late).toMatchObject({ errorCode: "sync-timeout" });
    expect(await sync.stateOf(COUNTER).act(add(1n as unknown as number))).toMatchObject({ errorCode: "sync-bad-request" });
    expect(problems).toMatchObject([{ kind: "unsendable-data", event: "stateAct" }]);
    const sent = state.act(add(1));
    sync.disconnect();
    expect(await sent).toMatchObject({ errorCode: "sync-disconnected" });
    expect(await state.act(add(1))).toMatchObject({ errorCode: "sync-disconnected" });
    expect(state.get()).toMatchObject({ status: "error", value: counter(5), pending: 0 });
    expect(network.socket.isClosed).toBe(true);
  });

  test("whose answer cannot be read is reported, and taken back", async () => {
    const { state, network, problems } = setUpLive();
    const answer = state.act(add(1));
    network.socket.answer("stateAct", { status: "success", stateVersion: 7 });
    expect(await answer).toMatchObject({ errorCode: "sync-server-failed" });
    expect(problems).toEqual([{ kind: "unreadable-message", event: "stateAct", problem: "`stateVersion` is not a string" }]);
    expect(state.get().value).toEqual(counter(5));
  });
});

describe("an action that is shown at once", () => {
  test("gives way to the server's word: first the answer, then the frame", async () => {
    const { state, network, shown } = setUpLive();
    void state.act(add(2));
    expect(state.get()).toMatchObject({ value: counter(7), version: "1", pending: 1 });
    network.socket.answer("stateAct", acted("2"));
    await settled();
    expect(state.get()).toMatchObject({ value: counter(7), version: "1", pending: 0 });
    const { value } = state.get();
    network.socket.receive("state", frame("1", "2", set(7)));
    expect(state.get()).toMatchObject({ value: counter(7), version: "2" });
    expect(state.get().value, "what is equal is the same").toBe(value);
    expect(new Set(shown)).toEqual(new Set([7]));
  });

  test("does not show twice where the frame comes first", async () => {
    const { state, network, shown } = setUpLive();
    void state.act(add(2));
    network.socket.receive("state", frame("1", "2", set(7)));
    expect(state.get()).toMatchObject({ value: counter(7), version: "1", pending: 1 });
    vi.advanceTimersByTime(10);
    network.socket.answer("stateAct", acted("2"));
    await settled();
    expect(state.get()).toMatchObject({ value: counter(7), version: "2", pending: 0 });
    network.socket.receive("state", frame("2", "3", set(8)));
    expect(state.get()).toMatchObject({ value: counter(8), version: "3" });
    expect(shown).toEqual([7, 7, 8]);
  });

  test("is taken back by a refusal", async () => {
    const { state, network } = setUpLive();
    const before = state.get();
    void state.act(add(2));
    network.socket.answer("stateAct", failure("counter-full", 409));
    await settled();
    expect(state.get()).toEqual(before);
  });

  test("is made anew of what others do meanwhile", async () => {
    const { state, network, shown } = setUpLive();
    void state.act(add(2));
    network.socket.receive("state", frame("1", "2", set(100)));
    // As long as it may be our own doing, it is not shown.
    expect(state.get().value).toEqual(counter(7));
    vi.advanceTimersByTime(50);
    expect(state.get()).toMatchObject({ value: counter(102), version: "2", pending: 1 });
    network.socket.receive("state", frame("2", "3", set(102)));
    network.socket.answer("stateAct", acted("3"));
    await settled();
    expect(state.get()).toMatchObject({ value: counter(102), version: "3", pending: 0 });
    expect(shown).toEqual([7, 102, 102]);
  });

  test("is shown on top of the one before, which may be refused", async () => {
    const { state, network, shown } = setUpLive();
    void state.act(add(1));
    void state.act(add(10));
    expect(state.get()).toMatchObject({ value: counter(16), pending: 2 });
    const [first, second] = network.socket.sentAs("stateAct");
    first?.answered(failure("counter-full", 409));
    await settled();
    expect(state.get()).toMatchObject({ value: counter(15), pending: 1 });
    network.socket.receive("state", frame("1", "2", set(15)));
    second?.answered(acted("2"));
    await settled();
    expect(state.get()).toMatchObject({ value: counter(15), version: "2", pending: 0 });
    expect(shown).toEqual([6, 16, 15, 15]);
  });

  test("does not show twice beside others of our own, whose frames come in one go", async () => {
    const { state, network, shown } = setUpLive();
    for (const amount of [1, 10, 100]) void state.act(add(amount));
    for (const [at, value] of [6, 16, 116].entries()) network.socket.receive("state", frame(`${at + 1}`, `${at + 2}`, set(value)));
    for (const [at, { answered }] of network.socket.sentAs("stateAct").entries()) {
      answered(acted(`${at + 2}`));
      await settled();
    }
    expect(state.get()).toMatchObject({ value: counter(116), version: "4", pending: 0 });
    expect(shown).toEqual([6, 16, 116, 116]);
  });

  test("and whose version is never told, as that of a change that was merged into others, is shown for two seconds at most", async () => {
    const { state, network } = setUpLive();
    void state.act(add(2));
    network.socket.answer("stateAct", acted("2"));
    network.socket.receive("state", frame("1", "3", set(8)));
    await settled();
    vi.advanceTimersByTime(1_999);
    expect(state.get().value).toEqual(counter(10));
    vi.advanceTimersByTime(1);
    expect(state.get()).toMatchObject({ value: counter(8), version: "3" });
  });

  test("is shown no more by an opening that comes after its answer", async () => {
    const { state, network } = setUpLive();
    void state.act(add(2));
    network.socket.answer("stateAct", acted("2"));
    await settled();
    network.socket.lose();
    await vi.advanceTimersByTimeAsync(5_000);
    network.socket.accept();
    expect(state.get(), "nobody has said otherwise").toMatchObject({ status: "stale", value: counter(7) });
    network.socket.answer("joinRoom", JOINED);
    network.socket.answer("stateOpen", since("3", set(8)));
    expect(state.get()).toMatchObject({ status: "live", value: counter(8) });
  });

  test("and was sent again over a new connection is not shown on top of what shows it already", async () => {
    const { state, network, shown } = setUpLive();
    void state.act(add(2));
    reconnect(network);
    const again = network.socket.sentAs("stateAct")[0];
    expect(again?.payload).toMatchObject({ action: add(2), sentOn: "socket-1" });
    network.socket.answer("joinRoom", JOINED);
    network.socket.answer("stateOpen", since("3", set(8)));
    again?.answered(acted("2"));
    await settled();
    expect(state.get()).toMatchObject({ status: "live", value: counter(8), version: "3", pending: 0 });
    expect(shown).not.toContain(10);
  });

  test("is reported once where that throws, and shows nothing", async () => {
    const { sync, network, problems } = setUpLive();
    const error = new Error("mine");
    const optimistic = (): never => {
      throw error;
    };
    const state = sync.openState({ ...COUNTER, optimistic });
    const answer = state.act(add(2));
    network.socket.receive("state", frame("1", "2", set(6)));
    network.socket.receive("state", frame("2", "3", set(8)));
    expect(state.get()).toMatchObject({ value: counter(8), pending: 1 });
    network.socket.answer("stateAct", acted("3"));
    expect(await answer).toEqual(acted("3"));
    expect(problems).toEqual([{ kind: "callback-failed", route: "examples/counter/v1", error }]);
  });

  test("shows nothing where that returns nothing, and may show null", () => {
    const { sync, network } = setUpLive();
    const forgetful = sync.openState({ ...COUNTER, optimistic: () => undefined as unknown as Counter });
    void forgetful.act(add(2));
    expect(forgetful.get().value).toEqual(counter(5));
    const news = sync.openState({ name: "root/news", version: "v1", room: "news", optimistic: () => null });
    network.socket.answer("joinRoom", { ...JOINED, rooms: ["news"] });
    network.socket.answer("stateOpen", whole("old", "1", "news"));
    void news.act("forget");
    expect(news.get()).toMatchObject({ status: "live", value: null });
  });

  test("leaves the objects that it has made where the server has come to the same", async () => {
    const { sync, network } = setUpConnected();
    const optimistic = (board: typeof view): typeof view => ({ ...board, notes: { ...board.notes, a: { text: "A!" } } });
    const view = { notes: { a: { text: "A" }, b: { text: "B" } } as { [key: string]: { text: string } }, order: ["a", "b"] };
    const state = sync.openState({ ...BOARD, optimistic });
    const told = (from: string, to: string, path: string, value: string): void =>
      network.socket.receive("state", { cb: "board/notes/v1", room: BOARD.room, pos: "p2", from, to, patch: [{ op: "replace", path, value }] });
    network.socket.answer("joinRoom", { ...JOINED, rooms: [BOARD.room] });
    network.socket.answer("stateOpen", whole(view, "1", BOARD.room));
    const answer = state.act({ put: { id: "a", text: "A!" } });
    const note = state.get().value?.notes["a"];
    network.socket.answer("stateAct", acted("2"));
    await answer;
    told("1", "2", "/notes/a/text", "A!");
    told("2", "3", "/notes/b/text", "B!");
    expect(state.get().value).toEqual({ notes: { a: { text: "A!" }, b: { text: "B!" } }, order: ["a", "b"] });
    expect(state.get().value?.notes["a"]).toBe(note);
  });

  test("before the value has come is shown with it", () => {
    const { sync, network } = setUpConnected();
    const state = sync.openState(OPTIMISTIC);
    void state.act(add(2));
    expect(state.get()).toMatchObject({ status: "loading", value: undefined, pending: 1 });
    network.socket.answer("joinRoom", JOINED);
    network.socket.answer("stateOpen", whole(counter(5), "1"));
    expect(state.get()).toMatchObject({ status: "live", value: counter(7), version: "1" });
  });

  test("leaves nothing behind when the value is closed meanwhile", async () => {
    const { sync, network } = setUpConnected();
    const state = sync.openState(OPTIMISTIC);
    network.socket.answer("joinRoom", JOINED);
    network.socket.answer("stateOpen", whole(counter(5), "1"));
    const answers = [state.act(add(2)), state.act(add(3))];
    const [first, second] = network.socket.sentAs("stateAct");
    first?.answered(acted("2"));
    await settled();
    state.close();
    await settled();
    second?.answered(acted("3"));
    expect(await Promise.all(answers)).toEqual([acted("2"), acted("3")]);
    network.socket.answer("stateClose", { status: "success" });
    network.socket.answer("leaveRoom", { status: "success", rooms: [] });
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("without a connection", () => {
  test("actions wait, are shown, and go out in order", async () => {
    const { state, network, sent } = setUpLive();
    network.socket.lose();
    const answers = [state.act(add(1)), state.act(add(10), { ifVersion: true })];
    expect(state.get()).toMatchObject({ status: "stale", value: counter(16), pending: 2 });
    vi.advanceTimersByTime(0);
    network.socket.accept();
    network.socket.answer("joinRoom", JOINED);
    expect(sent()).toEqual([
      `joinRoom {"room":"${ROOM}","after":"p1"}`,
      `stateAct {"room":"${ROOM}","action":{"add":{"amount":1}}}`,
      `stateAct {"room":"${ROOM}","action":{"add":{"amount":10}},"ifVersion":"1"}`,
      have("1"),
    ]);
    const [first, second] = network.socket.sentAs("stateAct");
    first?.answered(acted("2"));
    second?.answered(failure("counter-full", 409));
    network.socket.answer("stateOpen", since("2", set(6)));
    expect(await Promise.all(answers)).toMatchObject([acted("2"), { errorCode: "counter-full" }]);
    expect(state.get()).toMatchObject({ status: "live", value: counter(6), version: "2", pending: 0 });
  });

  test("actions are among the calls that wait", () => {
    const { sync, state, network } = setUpLive();
    network.socket.lose();
    void state.act(add(1));
    expect(sync.offlineCalls.getSnapshot()).toMatchObject([
      { name: "examples/counter", version: "v1", receiver: ROOM, data: add(1), status: "queued" },
    ]);
  });

  test("what is of no use later fails at once, and is taken back", async () => {
    const { state, network } = setUpLive();
    network.socket.lose();
    const answer = state.act(add(1), { whenOffline: "fail" });
    expect(await answer).toMatchObject({ errorCode: "sync-disconnected" });
    expect(state.get()).toMatchObject({ status: "stale", value: counter(5), pending: 0 });
  });
});

test("a server that says too much is not remembered for ever", async () => {
  const { state, network } = setUpLive(0);
  const answer = state.act(add(1));
  for (let version = 1; version < 100; version += 1) network.socket.receive("state", frame(`${version}`, `${version + 1}`, set(version)));
  vi.advanceTimersByTime(50);
  network.socket.answer("stateAct", acted("2"));
  expect(await answer).toEqual(acted("2"));
  expect(state.get().value, "the version is too old to be known").toEqual(counter(100));
  vi.advanceTimersByTime(2_000);
  expect(state.get().value).toEqual(counter(99));
});

test.each([
  ["no object", "text", "a frame is not an object"],
  ["no version", { ...frame("1", "2"), to: undefined }, "`to` is not a string"],
  ["an unknown operation", { ...frame("1", "2"), patch: [{ op: "copy", from: "/a", path: "/b" }] }, "an operation is none of `add`, `remove`, `replace`, `move`"],
])("a frame with %s is reported, and does no harm", (_, message, problem) => {
  const { state, network, problems, sent } = setUpLive();
  const before = state.get();
  network.socket.receive("state", message);
  expect(problems).toEqual([{ kind: "unreadable-message", event: "state", problem }]);
  expect(state.get()).toBe(before);
  expect(sent()).toHaveLength(2);
  network.socket.receive("state", frame("1", "2", set(6)));
  expect(state.get().value).toEqual(counter(6));
});
