/** Rooms over a network in the hands of the test. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeNetwork, FakeWakes } from "../testing/fakeSocket";
import { reconnect } from "../testing/reconnect";
import type { ErrorCode, SyncTypeMap } from "../testing/routes";
import { failure } from "../testing/testServer";
import { createSyncIn } from "./createSync";
import type { SyncOptions } from "./syncClient";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp(options: SyncOptions = {}) {
  const network = new FakeNetwork();
  const wakes = new FakeWakes();
  const sync = createSyncIn<SyncTypeMap, ErrorCode>(
    { openSocket: network.openSocket, onWake: wakes.onWake, random: () => 0 },
    { lang: () => "en", timeoutMs: 1_000, ...options },
  );
  const gaps: string[] = [];
  const losses: string[] = [];
  sync.onGap(({ room }) => void gaps.push(room));
  sync.onRoomLost(({ room, error }) => void losses.push(`${room}: ${error.errorCode}`));
  return { sync, network, gaps, losses };
}

function setUpConnected(options?: SyncOptions) {
  const all = setUp(options);
  all.sync.connect();
  all.network.socket.accept();
  return all;
}

function joined(pos: string, recovered = false): object {
  return { status: "success", rooms: ["a"], pos, recovered };
}

const frame = (pos: string): object => ({ cb: "root/ping/v1", room: "a", pos, status: "success", serverOutput: {}, clientOutput: {} });

const lost = (): object => ({ room: "a", error: failure("room-forbidden", 403) });

describe("a room that the app takes us out of", () => {
  test("is lost, is told, and is not joined again", async () => {
    const { sync, network, losses } = setUpConnected();
    const answer = sync.joinRoom("a");
    network.socket.answer("joinRoom", joined("p1"));
    await answer;
    network.socket.receive("roomLost", lost());
    expect(losses).toEqual(["a: room-forbidden"]);
    expect(sync.roomStatus("a")).toMatchObject({ status: "error", error: { errorCode: "room-forbidden" } });
    await Promise.resolve();
    reconnect(network);
    expect(network.socket.events).toEqual([]);
  });

  test("shows the error to whoever holds it, until the rule is asked again", () => {
    const { sync, network, losses } = setUpConnected();
    const release = sync.holdRoom("a");
    network.socket.answer("joinRoom", joined("p1"));
    network.socket.receive("roomLost", lost());
    expect(sync.roomStatus("a")).toMatchObject({ status: "error" });
    reconnect(network);
    network.socket.answer("joinRoom", joined("p2"));
    expect(sync.roomStatus("a")).toEqual({ status: "joined" });
    expect(losses).toEqual(["a: room-forbidden"]);
    release();
  });

  test("that we had asked to join again is where the answer says", async () => {
    const { sync, network } = setUpConnected();
    void sync.joinRoom("a");
    network.socket.answer("joinRoom", joined("p1"));
    const again = sync.joinRoom("a");
    network.socket.receive("roomLost", lost());
    network.socket.answer("joinRoom", joined("p3"));
    expect(await again).toMatchObject({ status: "success" });
    expect(sync.roomStatus("a")).toEqual({ status: "joined" });
  });

  test("that nobody here knows is nothing", () => {
    const { network, losses } = setUpConnected();
    network.socket.receive("roomLost", lost());
    expect(losses).toEqual([]);
  });
});

describe("joinRoom", () => {
  test("asks, and answers what the server says", async () => {
    const { sync, network } = setUpConnected();
    const answer = sync.joinRoom("a");
    expect(sync.roomStatus("a")).toEqual({ status: "joining" });
    expect(network.socket.sent).toMatchObject([{ event: "joinRoom", payload: { room: "a" } }]);
    network.socket.answer("joinRoom", joined("p1"));
    expect(sync.roomStatus("a")).toEqual({ status: "joined" });
    expect(await answer).toEqual(joined("p1"));
  });

  test("again asks again, without a gap", async () => {
    const { sync, network, gaps } = setUpConnected();
    void sync.joinRoom("a");
    network.socket.answer("joinRoom", joined("p1"));
    const again = sync.joinRoom("a");
    expect(sync.roomStatus("a")).toEqual({ status: "joined" });
    network.socket.answer("joinRoom", joined("p5"));
    expect(await again).toEqual(joined("p5"));
    expect(network.socket.sent[1]?.payload).toEqual({ room: "a" });
    expect(gaps).toEqual([]);
  });

  test("that is refused does not stay wanted", async () => {
    const { sync, network, losses } = setUpConnected();
    const answer = sync.joinRoom("a");
    network.socket.answer("joinRoom", failure("room-forbidden", 403));
    expect(await answer).toEqual(failure("room-forbidden", 403));
    expect(sync.roomStatus("a")).toEqual({ status: "idle" });
    reconnect(network);
    expect(network.socket.events).toEqual([]);
    expect(losses).toEqual([]);
  });

  test("waits for a connection, until its own time", async () => {
    const { sync, network } = setUp();
    const short = sync.joinRoom("a", { timeoutMs: 10 });
    const long = sync.joinRoom("a", { timeoutMs: Number.POSITIVE_INFINITY });
    vi.advanceTimersByTime(10);
    expect(await short).toMatchObject({ errorCode: "sync-timeout" });
    vi.advanceTimersByTime(2 ** 31);
    network.socket.accept();
    expect(network.socket.events).toEqual(["joinRoom"]);
    network.socket.answer("joinRoom", joined("p1"));
    expect(await long).toMatchObject({ status: "success" });
  });

  test("that nobody waits for any more is undone on the server", async () => {
    const { sync, network } = setUpConnected();
    const controller = new AbortController();
    const answer = sync.joinRoom("a", { signal: controller.signal });
    controller.abort();
    expect(await answer).toMatchObject({ errorCode: "sync-cancelled" });
    expect(network.socket.events).toEqual(["joinRoom", "leaveRoom"]);
    network.socket.answer("joinRoom", joined("p1"));
    expect(sync.roomStatus("a")).toEqual({ status: "idle" });
  });

  test("that is aborted already is not sent", async () => {
    const { sync, network } = setUpConnected();
    expect(await sync.joinRoom("a", { signal: AbortSignal.abort() })).toMatchObject({ errorCode: "sync-cancelled" });
    expect(network.socket.events).toEqual([]);
    reconnect(network);
    expect(network.socket.events).toEqual([]);
  });

  test("lives through a broken connection", async () => {
    const { sync, network } = setUpConnected();
    const answer = sync.joinRoom("a");
    reconnect(network);
    network.socket.answer("joinRoom", joined("p1"));
    expect(await answer).toMatchObject({ status: "success" });
  });

  test("ends when the server says nothing", async () => {
    const { sync, network } = setUpConnected();
    const answer = sync.joinRoom("a");
    vi.advanceTimersByTime(1_000);
    expect(await answer).toMatchObject({ errorCode: "sync-timeout" });
    expect(network.socket.events).toEqual(["joinRoom", "leaveRoom"]);
  });

  test("with a malformed answer ends, too", async () => {
    const { sync, network } = setUpConnected({ onProblem: () => {} });
    const answer = sync.joinRoom("a");
    network.socket.answer("joinRoom", { status: "success" });
    expect(await answer).toMatchObject({ errorCode: "sync-server-failed" });
  });
});

describe("leaveRoom", () => {
  test("leaves, and the room is not joined again", async () => {
    const { sync, network } = setUpConnected();
    void sync.joinRoom("a");
    network.socket.answer("joinRoom", joined("p1"));
    const answer = sync.leaveRoom("a");
    network.socket.answer("leaveRoom", { status: "success", rooms: [] });
    expect(await answer).toEqual({ status: "success", rooms: [] });
    reconnect(network);
    expect(network.socket.events).toEqual([]);
  });

  test("ends a join that waits", async () => {
    const { sync, network } = setUp();
    const join = sync.joinRoom("a");
    const leave = sync.leaveRoom("a");
    expect(await join).toMatchObject({ errorCode: "sync-cancelled" });
    expect(await leave).toEqual({ status: "success", rooms: [] });
    network.socket.accept();
    expect(network.socket.events).toEqual([]);
  });

  test("without a connection answers at once, also for a room that somebody holds", async () => {
    const { sync, network } = setUpConnected();
    sync.holdRoom("a");
    network.socket.answer("joinRoom", joined("p1"));
    network.socket.lose();
    expect(await sync.leaveRoom("a")).toEqual({ status: "success", rooms: ["a"] });
  });

  test("keeps a room that somebody holds", async () => {
    const { sync, network } = setUpConnected();
    sync.holdRoom("a");
    void sync.joinRoom("a");
    network.socket.answer("joinRoom", joined("p1"));
    const answer = sync.leaveRoom("a");
    expect(network.socket.events).toEqual(["joinRoom", "joinRoom", "joinedRooms"]);
    network.socket.answer("joinedRooms", { status: "success", rooms: ["a"] });
    expect(await answer).toEqual({ status: "success", rooms: ["a"] });
    expect(sync.roomStatus("a")).toEqual({ status: "joined" });
  });
});

describe("holdRoom", () => {
  test("joins for the first and leaves after the last", async () => {
    const { sync, network } = setUpConnected();
    const first = sync.holdRoom("a");
    const second = sync.holdRoom("a");
    network.socket.answer("joinRoom", joined("p1"));
    first();
    await Promise.resolve();
    expect(network.socket.events).toEqual(["joinRoom"]);
    second();
    second();
    await Promise.resolve();
    expect(network.socket.events).toEqual(["joinRoom", "leaveRoom"]);
    expect(sync.roomStatus("a")).toEqual({ status: "idle" });
  });

  test("does not let go of what joinRoom keeps", async () => {
    const { sync, network } = setUpConnected();
    const release = sync.holdRoom("a");
    void sync.joinRoom("a");
    network.socket.answer("joinRoom", joined("p1"));
    release();
    await Promise.resolve();
    expect(network.socket.events).toEqual(["joinRoom", "joinRoom"]);
    expect(sync.roomStatus("a")).toEqual({ status: "joined" });
  });

  test("handed over at once, neither leaves nor joins", async () => {
    const { sync, network } = setUpConnected();
    sync.holdRoom("a")();
    sync.holdRoom("a");
    await Promise.resolve();
    expect(network.socket.events).toEqual(["joinRoom"]);
  });

  test("tells each change, with a snapshot that stays the same in between", () => {
    const { sync, network } = setUp();
    const seen: unknown[] = [];
    sync.holdRoom("a", () => void seen.push(sync.roomStatus("a")));
    network.socket.accept();
    network.socket.answer("joinRoom", joined("p1"));
    expect(sync.roomStatus("a")).toBe(sync.roomStatus("a"));
    network.socket.lose();
    expect(seen).toEqual([{ status: "joining" }, { status: "joined" }, { status: "joining" }]);
  });

  test("that hears of a broken connection may call at once, and the call waits", async () => {
    const { sync, network } = setUpConnected();
    const calls: Promise<unknown>[] = [];
    sync.holdRoom("a", () => {
      if (sync.roomStatus("a").status === "joining" && network.socket.events.includes("joinRoom")) calls.push(sync.joinedRooms());
    });
    network.socket.answer("joinRoom", joined("p1"));
    reconnect(network);
    expect(network.socket.events).toEqual(["joinRoom", "joinedRooms"]);
    network.socket.answer("joinedRooms", { status: "success", rooms: ["a"] });
    expect(await Promise.all(calls)).toEqual([{ status: "success", rooms: ["a"] }]);
  });

  test("that is refused is tried again on the next connection", () => {
    const { sync, network, losses } = setUpConnected();
    sync.holdRoom("a");
    network.socket.answer("joinRoom", failure("auth-required", 401));
    expect(sync.roomStatus("a")).toMatchObject({ status: "error", error: { errorCode: "auth-required" } });
    sync.reconnect();
    network.socket.accept();
    network.socket.answer("joinRoom", joined("p1"));
    expect(sync.roomStatus("a")).toEqual({ status: "joined" });
    expect(losses).toEqual([]);
  });

  test("without a connection to come is an error until there is one", () => {
    const { sync, network } = setUp();
    sync.holdRoom("a");
    network.socket.refuse("auth-required");
    sync.holdRoom("b");
    const refused = { status: "error", error: { errorCode: "auth-required", message: "Please sign in first." } };
    expect([sync.roomStatus("a"), sync.roomStatus("b")]).toMatchObject([refused, refused]);
    sync.reconnect();
    network.socket.accept();
    expect(network.socket.sent.map(({ payload }) => payload)).toEqual([{ room: "a" }, { room: "b" }]);
  });
});

test.each([
  ["disconnect() and connect()", "disconnect", "connect"],
  ["a refusal and reconnect()", "refuse", "reconnect"],
] as const)("after %s a room is being joined again, and no longer an error", (_, stop, start) => {
  const { sync, network } = setUpConnected();
  const seen: string[] = [];
  sync.holdRoom("a", () => void seen.push(`${sync.status.getSnapshot().status}: ${sync.roomStatus("a").status}`));
  network.socket.answer("joinRoom", joined("p1"));
  if (stop === "disconnect") sync.disconnect();
  else {
    sync.reconnect();
    network.socket.refuse("auth-required");
  }
  seen.length = 0;
  sync[start]();
  expect(seen).toEqual(["connecting: joining"]);
});

describe("a page that is loaded again", () => {
  test("asks for what happened meanwhile, under the name of the page before, once", () => {
    const texts = new Map<string, string>();
    const store = { read: (key: string) => texts.get(key) ?? null, write: (key: string, text: string | null) => void (text === null ? texts.delete(key) : texts.set(key, text)) };
    let left = (): void => {};
    const load = () => {
      const network = new FakeNetwork();
      const sync = createSyncIn<SyncTypeMap, ErrorCode>({ openSocket: network.openSocket, store, watchLeaving: leave => void (left = leave) }, {});
      const gaps: string[] = [];
      sync.onGap(({ room }) => void gaps.push(room));
      sync.holdRoom("a");
      network.socket.accept();
      return { sync, network, gaps };
    };
    const before = load();
    before.network.socket.answer("joinRoom", joined("p1"));
    before.network.socket.receive("sync", frame("p2"));
    left();
    const after = load();
    expect(after.network.socket.sent[0]?.payload).toEqual({ room: "a", after: "p2" });
    after.network.socket.answer("joinRoom", joined("p2", true));
    expect(after.gaps).toEqual([]);
    expect(load().network.socket.sent[0]?.payload).toEqual({ room: "a" });
  });
});

describe("after a reconnect", () => {
  test("asks for what has happened since, as far as it has seen", () => {
    const { sync, network, gaps } = setUpConnected();
    sync.holdRoom("a");
    network.socket.answer("joinRoom", joined("p1"));
    reconnect(network);
    expect(network.socket.sent[0]?.payload).toEqual({ room: "a", after: "p1" });
    network.socket.receive("sync", frame("p2"));
    // The answer does not come: what was shown meanwhile counts.
    reconnect(network);
    expect(network.socket.sent[0]?.payload).toEqual({ room: "a", after: "p2" });
    network.socket.answer("joinRoom", joined("p9"));
    expect(gaps).toEqual(["a"]);
    reconnect(network);
    expect(network.socket.sent[0]?.payload).toEqual({ room: "a", after: "p9" });
  });

  test("tells another server what proves that it was there", () => {
    const { sync, network } = setUpConnected();
    sync.holdRoom("a");
    network.socket.answer("joinRoom", { ...joined("p1"), membership: "m1" });
    reconnect(network);
    expect(network.socket.sent[0]?.payload).toEqual({ room: "a", after: "p1", membership: "m1" });
    network.socket.answer("joinRoom", { ...joined("p2", true), membership: "m2" });
    reconnect(network);
    expect(network.socket.sent[0]?.payload).toEqual({ room: "a", after: "p2", membership: "m2" });
    network.socket.receive("gap", { room: "a", pos: "p3", membership: "m3" });
    reconnect(network);
    expect(network.socket.sent[0]?.payload).toEqual({ room: "a", after: "p3", membership: "m3" });
    // A server of its own has nothing to prove to others.
    network.socket.answer("joinRoom", joined("p3", true));
    reconnect(network);
    expect(network.socket.sent[0]?.payload).toEqual({ room: "a", after: "p3" });
  });

  test("and in between, the server may say that something was missed for good", () => {
    const { sync, network, gaps } = setUpConnected();
    sync.holdRoom("a");
    network.socket.answer("joinRoom", joined("p1"));
    network.socket.receive("gap", { room: "a", pos: "p5" });
    network.socket.receive("gap", { room: "of nobody", pos: "p5" });
    expect(gaps).toEqual(["a"]);
    reconnect(network);
    expect(network.socket.sent[0]?.payload).toEqual({ room: "a", after: "p5" });
  });

  test("a room of which the server sent what was missed has no gap", () => {
    const { sync, network, gaps } = setUpConnected();
    void sync.joinRoom("a");
    network.socket.answer("joinRoom", joined("p1"));
    reconnect(network);
    network.socket.receive("sync", frame("p2"));
    network.socket.answer("joinRoom", joined("p2", true));
    expect(gaps).toEqual([]);
  });

  test.each([
    ["before the first answer", ["join", "frame p2", "answer p1"], "p2"],
    ["before a repeated join", ["join", "answer p1", "frame p2", "join", "answer p3"], "p3"],
    ["before the answer to a repeated join", ["join", "answer p1", "join", "frame p3", "answer p2"], "p3"],
    ["between two joins that wait", ["join", "frame p2", "join", "answer p2"], "p2"],
  ])("what arrived last counts, and a frame %s is not forgotten", async (_, steps, last) => {
    const { sync, network } = setUpConnected();
    let answer: Promise<unknown> = Promise.resolve();
    const step: Readonly<Record<string, (pos: string) => void>> = {
      join: () => void (answer = sync.joinRoom("a")),
      frame: pos => network.socket.receive("sync", frame(pos)),
      answer: pos => network.socket.answer("joinRoom", joined(pos)),
    };
    for (const [what = "", pos = ""] of steps.map(text => text.split(" "))) step[what]?.(pos);
    expect(await answer).toEqual(joined(last));
  });

  test("what was missed for good is told", () => {
    const { sync, network, gaps } = setUpConnected();
    void sync.joinRoom("a");
    network.socket.answer("joinRoom", joined("p1"));
    expect(gaps).toEqual([]);
    reconnect(network);
    network.socket.answer("joinRoom", joined("q7"));
    expect(gaps).toEqual(["a"]);
  });

  test("a room that would not have us back is told, once, and given up", async () => {
    const { sync, network, losses } = setUpConnected();
    void sync.joinRoom("a");
    network.socket.answer("joinRoom", joined("p1"));
    reconnect(network);
    network.socket.answer("joinRoom", failure("room-forbidden", 403));
    await Promise.resolve();
    expect(losses).toEqual(["a: room-forbidden"]);
    expect(sync.roomStatus("a")).toEqual({ status: "idle" });
    reconnect(network);
    expect(network.socket.events).toEqual([]);
  });

  test("a room of a server in trouble is tried again, neither lost nor with a gap that nobody hears of", () => {
    const { sync, network, losses, gaps } = setUpConnected();
    void sync.joinRoom("a");
    network.socket.answer("joinRoom", joined("p1"));
    reconnect(network);
    network.socket.answer("joinRoom", failure("sync-server-failed", 500));
    expect(sync.roomStatus("a")).toMatchObject({ status: "error" });
    vi.advanceTimersByTime(0);
    network.socket.answer("joinRoom", failure("sync-rate-limited", 429, { seconds: 1 }));
    vi.advanceTimersByTime(0);
    expect(network.socket.sent.map(({ payload }) => payload)).toEqual(Array(3).fill({ room: "a", after: "p1" }));
    network.socket.answer("joinRoom", joined("p9"));
    expect(sync.roomStatus("a")).toEqual({ status: "joined" });
    expect([losses, gaps]).toEqual([[], ["a"]]);
  });

  test("a room that is refused after a server was in trouble is lost all the same", () => {
    const { sync, network, losses } = setUpConnected();
    void sync.joinRoom("a");
    network.socket.answer("joinRoom", joined("p1"));
    reconnect(network);
    network.socket.answer("joinRoom", failure("sync-server-failed", 500));
    vi.advanceTimersByTime(0);
    network.socket.answer("joinRoom", failure("room-forbidden", 403));
    expect(losses).toEqual(["a: room-forbidden"]);
  });

  test("a room is not tried again once it was left, or the connection broke", async () => {
    const { sync, network } = setUpConnected();
    const release = sync.holdRoom("a");
    network.socket.answer("joinRoom", failure("sync-server-failed", 500));
    const first = network.socket;
    reconnect(network);
    expect(first.events).toEqual(["joinRoom"]);
    network.socket.answer("joinRoom", failure("sync-server-failed", 500));
    release();
    await Promise.resolve();
    vi.advanceTimersByTime(60_000);
    expect(network.socket.events).toEqual(["joinRoom", "leaveRoom"]);
  });

  test("an answer of the connection before is nobody's", () => {
    const { sync, network } = setUpConnected();
    void sync.joinRoom("a");
    const old = network.socket;
    reconnect(network);
    old.answer("joinRoom", joined("p1"));
    expect(sync.roomStatus("a")).toEqual({ status: "joining" });
  });
});

describe("updateLocation", () => {
  test("is sent once for all that wait, with the last", async () => {
    const { sync, network } = setUp();
    const first = sync.updateLocation({ pathName: "/a" });
    const second = sync.updateLocation({ pathName: "/b", searchParams: { tab: "1" } });
    network.socket.accept();
    expect(network.socket.sent.map(({ payload }) => payload)).toEqual([{ pathName: "/b", searchParams: { tab: "1" } }]);
    network.socket.answer("updateLocation", { status: "success" });
    expect(await Promise.all([first, second])).toEqual([{ status: "success" }, { status: "success" }]);
  });

  test("goes out again with each connection", () => {
    const { sync, network } = setUpConnected();
    void sync.updateLocation({ pathName: "/a" });
    network.socket.lose();
    void sync.updateLocation({ pathName: "/b" });
    vi.advanceTimersByTime(0);
    network.socket.accept();
    expect(network.socket.sent.map(({ payload }) => payload)).toEqual([{ pathName: "/b", searchParams: {} }]);
  });
});
