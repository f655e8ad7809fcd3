/** Who is there, over a network and a page in the hands of the test. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeAttention, FakeNetwork, FakeWakes } from "../testing/fakeSocket";
import { reconnect } from "../testing/reconnect";
import type { ApiTypeMap, ErrorCode, PresenceTypes, SyncTypeMap } from "../testing/routes";
import { failure } from "../testing/testServer";
import { createSyncIn } from "./createSync";
import type { SyncProblem } from "./problems";
import type { SyncOptions } from "./syncClient";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const ROOM = "chat-1";

function setUp(options: SyncOptions = {}) {
  const network = new FakeNetwork();
  const attention = new FakeAttention();
  const problems: SyncProblem[] = [];
  const sync = createSyncIn<SyncTypeMap, ErrorCode, ApiTypeMap, PresenceTypes>(
    { openSocket: network.openSocket, onWake: new FakeWakes().onWake, watchAway: attention.watchAway, random: () => 0 },
    { lang: () => "en", timeoutMs: 1_000, onProblem: problem => void problems.push(problem), ...options },
  );
  const ids = (): readonly string[] => sync.roomPresence(ROOM).people.map(({ id }) => id);
  const sent = (): readonly string[] => network.socket.sent.map(({ event, payload }) => `${event} ${JSON.stringify(payload)}`);
  return { sync, network, attention, problems, ids, sent };
}

function setUpConnected(options?: SyncOptions) {
  const all = setUp(options);
  all.sync.connect();
  all.network.socket.accept();
  return all;
}

const person = (id: string, data: unknown = null): object => ({ id, user: { userId: id, name: id }, away: false, data });

function joined(...people: readonly object[]): object {
  return { status: "success", rooms: [ROOM], pos: "p1", recovered: false, presence: { me: "ada", people, more: 0 } };
}

const JOINED_WITHOUT = { status: "success", rooms: [ROOM], pos: "p1", recovered: false };
const SUCCESS = { status: "success" };
const JOIN_WITH = `joinRoom {"room":"${ROOM}","presence":true}`;
const REJOIN_WITH = `joinRoom {"room":"${ROOM}","after":"p1","presence":true}`;
const JOIN = `joinRoom {"room":"${ROOM}"}`;

function frame(...changes: readonly object[]): object {
  return { room: ROOM, changes };
}

describe("a room that is held with presence", () => {
  test("is joined, and asks who is there", () => {
    const { sync, network, ids, sent } = setUpConnected();
    sync.holdPresence(ROOM);
    expect(sync.roomPresence(ROOM)).toEqual({ people: [], me: null, more: 0, isOff: false, isCurrent: false });
    network.socket.answer("joinRoom", joined(person("ada"), person("bob")));
    expect(sent()).toEqual([JOIN_WITH]);
    expect(sync.roomStatus(ROOM)).toEqual({ status: "joined" });
    expect(ids()).toEqual(["ada", "bob"]);
    expect(sync.roomPresence(ROOM)).toMatchObject({ me: "ada", more: 0, isOff: false, isCurrent: true });
  });

  test("is kept current by frames, and tells each change", () => {
    const { sync, network, ids } = setUpConnected();
    const seen: string[] = [];
    sync.holdPresence(ROOM, () => void seen.push(ids().join()));
    network.socket.answer("joinRoom", joined(person("ada")));
    seen.length = 0;
    const before = sync.roomPresence(ROOM);
    expect(sync.roomPresence(ROOM)).toBe(before);
    network.socket.receive("presence", frame({ kind: "joined", ...person("bob") }));
    network.socket.receive("presence", { ...frame({ kind: "joined", ...person("eve") }), room: "chat-2" });
    network.socket.receive("presence", frame({ kind: "left", id: "ada", user: {} }));
    expect(seen).toEqual(["ada,bob", "bob"]);
    expect(sync.roomPresence(ROOM)).not.toBe(before);
  });

  test("keeps its last roster when the connection is lost, marked, until the next answer", () => {
    const { sync, network, ids, sent } = setUpConnected();
    sync.holdPresence(ROOM);
    network.socket.answer("joinRoom", joined(person("ada"), person("bob")));
    network.socket.lose();
    expect([ids(), sync.roomPresence(ROOM).isCurrent]).toEqual([["ada", "bob"], false]);
    vi.advanceTimersByTime(0);
    network.socket.accept();
    expect(sent()).toEqual([REJOIN_WITH]);
    network.socket.answer("joinRoom", joined(person("eve"), person("ada")));
    expect([ids(), sync.roomPresence(ROOM).isCurrent]).toEqual([["eve", "ada"], true]);
  });

  test("knows nobody after it was lost", () => {
    const { sync, network, ids } = setUpConnected();
    sync.holdPresence(ROOM);
    network.socket.answer("joinRoom", joined(person("ada")));
    network.socket.receive("roomLost", { room: ROOM, error: failure("room-forbidden", 403) });
    expect([ids(), sync.roomPresence(ROOM).me, sync.roomStatus(ROOM).status]).toEqual([[], null, "error"]);
  });

  test.each([
    ["held already", (sync: ReturnType<typeof setUp>["sync"]) => void sync.holdRoom(ROOM)],
    ["joined already", (sync: ReturnType<typeof setUp>["sync"]) => void sync.joinRoom(ROOM)],
  ])("and was %s without, is joined again with it", (_, before) => {
    const { sync, network, ids, sent } = setUpConnected();
    before(sync);
    network.socket.answer("joinRoom", JOINED_WITHOUT);
    sync.holdPresence(ROOM);
    expect(sync.roomStatus(ROOM)).toEqual({ status: "joined" });
    network.socket.answer("joinRoom", joined(person("ada")));
    expect(sent()).toEqual([JOIN, JOIN_WITH]);
    expect(ids()).toEqual(["ada"]);
  });

  test("while a join without it is on its way, is joined again", () => {
    const { sync, network, ids, sent } = setUpConnected();
    sync.holdRoom(ROOM);
    const first = network.socket.sent[0];
    sync.holdPresence(ROOM);
    first?.answered(JOINED_WITHOUT);
    expect(sync.roomStatus(ROOM)).toEqual({ status: "joining" });
    network.socket.answer("joinRoom", joined(person("ada")));
    expect([sent(), ids()]).toEqual([[JOIN, JOIN_WITH], ["ada"]]);
  });

  test("is held by several with one join, handed over, and left after the last", async () => {
    const { sync, network, ids, sent } = setUpConnected();
    const first = sync.holdPresence(ROOM);
    const second = sync.holdPresence(ROOM);
    network.socket.answer("joinRoom", joined(person("ada")));
    first();
    second();
    const third = sync.holdPresence(ROOM);
    await vi.advanceTimersByTimeAsync(0);
    expect([sent(), ids()]).toEqual([[JOIN_WITH], ["ada"]]);
    third();
    await vi.advanceTimersByTimeAsync(0);
    expect(sent()).toEqual([JOIN_WITH, `leaveRoom {"room":"${ROOM}"}`]);
    expect(ids()).toEqual([]);
  });

  test("that is still held without it, and then with it, asks anew", async () => {
    const { sync, network, ids, sent } = setUpConnected();
    sync.holdRoom(ROOM);
    const release = sync.holdPresence(ROOM);
    network.socket.answer("joinRoom", joined(person("ada")));
    release();
    await vi.advanceTimersByTimeAsync(0);
    network.socket.receive("presence", frame({ kind: "joined", ...person("bob") }));
    sync.holdPresence(ROOM);
    network.socket.receive("presence", frame({ kind: "joined", ...person("eve") }));
    expect(ids()).toEqual([]);
    network.socket.answer("joinRoom", joined(person("ada"), person("bob"), person("eve")));
    expect(ids()).toEqual(["ada", "bob", "eve"]);
    expect(sent()).toEqual([JOIN, JOIN_WITH, JOIN, JOIN_WITH]);
  });

  test("that is still held by others when nobody looks any more is joined without it", async () => {
    const { sync, network, sent } = setUpConnected();
    sync.holdRoom(ROOM);
    const letGo = sync.holdPresence(ROOM);
    network.socket.answer("joinRoom", joined(person("ada")));
    network.socket.answer("joinRoom", joined(person("ada")));
    const before = sent().length;
    letGo();
    await vi.advanceTimersByTimeAsync(0);
    expect(sent().slice(before)).toEqual([JOIN]);
    expect(sync.roomStatus(ROOM).status).toBe("joined");
    network.socket.answer("joinRoom", JOINED_WITHOUT);
    sync.holdPresence(ROOM);
    expect(sent().slice(before)).toEqual([JOIN, JOIN_WITH]);
  });

  test("does not show what it knows in the answer to a join", async () => {
    const { sync, network } = setUpConnected();
    sync.holdPresence(ROOM);
    const answer = sync.joinRoom(ROOM);
    network.socket.answer("joinRoom", joined(person("ada")));
    expect(await answer).toEqual(JOINED_WITHOUT);
  });

  test("whose rule has none is off, and a developer is told once", () => {
    const { sync, network, problems } = setUpConnected();
    sync.holdPresence(ROOM);
    network.socket.answer("joinRoom", JOINED_WITHOUT);
    expect(sync.roomPresence(ROOM)).toEqual({ people: [], me: null, more: 0, isOff: true, isCurrent: true });
    reconnect(network);
    network.socket.answer("joinRoom", JOINED_WITHOUT);
    expect(problems).toEqual([{ kind: "no-presence", room: ROOM }]);
    expect(sync.roomStatus(ROOM)).toEqual({ status: "joined" });
  });
});

describe("setPresence", () => {
  const say = (text: string): string => `updatePresence {"room":"${ROOM}","data":{"text":"${text}"}}`;

  function setUpInRoom(options?: SyncOptions) {
    const all = setUpConnected(options);
    all.sync.holdPresence(ROOM);
    all.network.socket.answer("joinRoom", joined(person("ada")));
    all.network.socket.sent.length = 0;
    return all;
  }

  test("says it, and answers what the server says", async () => {
    const { sync, network, sent } = setUpInRoom();
    const answer = sync.setPresence(ROOM, { text: "lunch" });
    expect(sent()).toEqual([say("lunch")]);
    network.socket.answer("updatePresence", SUCCESS);
    expect(await answer).toEqual(SUCCESS);
  });

  test("waits for the room, and its own time", async () => {
    const { sync, network, sent } = setUp();
    sync.holdPresence(ROOM);
    const short = sync.setPresence(ROOM, { text: "a" }, { timeoutMs: 10 });
    const long = sync.setPresence(ROOM, { text: "b" });
    vi.advanceTimersByTime(10);
    expect(await short).toMatchObject({ errorCode: "sync-timeout" });
    network.socket.accept();
    expect(sent()).toEqual([JOIN_WITH]);
    network.socket.answer("joinRoom", joined(person("ada")));
    expect(sent()).toEqual([JOIN_WITH, say("b")]);
    network.socket.answer("updatePresence", SUCCESS);
    expect(await long).toEqual(SUCCESS);
  });

  test("called quickly sends the first and the newest, one at a time, and all are answered", async () => {
    const { sync, network, sent } = setUpInRoom();
    const answers = ["a", "b", "c"].map(text => sync.setPresence(ROOM, { text }));
    vi.advanceTimersByTime(500);
    expect(sent()).toEqual([say("a")]);
    network.socket.answer("updatePresence", SUCCESS);
    expect(sent()).toEqual([say("a"), say("c")]);
    network.socket.answer("updatePresence", SUCCESS);
    expect(await Promise.all(answers)).toEqual([SUCCESS, SUCCESS, SUCCESS]);
  });

  test("is sent five times a second at most", () => {
    const { sync, network, sent } = setUpInRoom();
    for (let tick = 0; tick < 100; tick += 1) {
      void sync.setPresence(ROOM, { text: `${tick}` });
      if (sent().length > 0) network.socket.answer("updatePresence", SUCCESS);
      vi.advanceTimersByTime(10);
    }
    // At 0, 200, 400 … ms, each time the newest.
    expect(sent()).toEqual(["0", "19", "39", "59", "79", "99"].map(say));
  });

  test.each([
    ["again after a reconnect, when the server has nothing of us", [{ text: "a" }], person("ada"), [say("a")]],
    ["not again, when it still has something of us, which may be newer", [{ text: "a" }], person("ada", { text: "b" }), []],
    ["not again, when it was taken back", [{ text: "a" }, null], person("ada"), []],
  ])("is said %s", async (_, said, me, expected) => {
    const { sync, network, sent } = setUpInRoom();
    for (const data of said) {
      void sync.setPresence(ROOM, data);
      vi.advanceTimersByTime(200);
      network.socket.answer("updatePresence", SUCCESS);
    }
    vi.advanceTimersByTime(200);
    reconnect(network);
    network.socket.answer("joinRoom", joined(me));
    vi.advanceTimersByTime(200);
    expect(sent()).toEqual([REJOIN_WITH, ...expected]);
  });

  test("on its way when the connection is lost is answered, and said again", async () => {
    const { sync, network, sent } = setUpInRoom();
    const answer = sync.setPresence(ROOM, { text: "a" });
    reconnect(network);
    expect(await answer).toMatchObject({ errorCode: "sync-disconnected" });
    network.socket.answer("joinRoom", joined(person("ada", { text: "older" })));
    expect(sent()).toEqual([REJOIN_WITH, say("a")]);
  });

  test("is not said for somebody else who has signed in since", async () => {
    const { sync, network, sent } = setUpInRoom();
    void sync.setPresence(ROOM, { text: "a" });
    network.socket.answer("updatePresence", SUCCESS);
    vi.advanceTimersByTime(200);
    const answer = sync.setPresence(ROOM, { text: "b" });
    reconnect(network);
    expect(await answer).toMatchObject({ errorCode: "sync-disconnected" });
    network.socket.answer("joinRoom", {
      status: "success", rooms: [ROOM], pos: "p1", recovered: false, presence: { me: "bob", people: [person("bob")], more: 0 },
    });
    vi.advanceTimersByTime(10_000);
    expect(sent()).toEqual([REJOIN_WITH]);
  });

  test("that is refused is not said again, but what was said before it", async () => {
    const { sync, network, sent } = setUpInRoom();
    void sync.setPresence(ROOM, { text: "a" });
    network.socket.answer("updatePresence", SUCCESS);
    vi.advanceTimersByTime(200);
    const answer = sync.setPresence(ROOM, { text: "far too long" });
    network.socket.answer("updatePresence", failure("sync-too-large", 413));
    expect(await answer).toMatchObject({ errorCode: "sync-too-large" });
    reconnect(network);
    network.socket.answer("joinRoom", joined(person("ada")));
    expect(sent()).toEqual([REJOIN_WITH, say("a")]);
  });

  test("that came too early is said again when the server says", async () => {
    const { sync, network, sent } = setUpInRoom();
    const answer = sync.setPresence(ROOM, { text: "a" });
    network.socket.answer("updatePresence", { ...failure("sync-rate-limited", 429), errorParams: { seconds: 2 } });
    expect(await answer).toMatchObject({ errorCode: "sync-rate-limited" });
    vi.advanceTimersByTime(1_999);
    expect(sent()).toEqual([say("a")]);
    vi.advanceTimersByTime(1);
    expect(sent()).toEqual([say("a"), say("a")]);
  });

  test("is not said every moment to a server in trouble", () => {
    const { sync, network, sent } = setUpInRoom();
    void sync.setPresence(ROOM, { text: "a" });
    for (let second = 0; second < 10; second += 1) {
      network.socket.answer("updatePresence", failure("sync-unavailable", 503));
      vi.advanceTimersByTime(1_000);
    }
    expect(sent().length).toBeLessThanOrEqual(3);
  });

  test("in a room that nobody wants to be in is the server's to refuse", async () => {
    const { sync, network, sent } = setUpConnected();
    const answer = sync.setPresence(ROOM, { text: "a" });
    expect(sent()).toEqual([say("a")]);
    network.socket.answer("updatePresence", failure("sync-not-in-room", 403));
    expect(await answer).toMatchObject({ errorCode: "sync-not-in-room" });
    vi.advanceTimersByTime(200);
    void sync.joinRoom(ROOM);
    network.socket.answer("joinRoom", JOINED_WITHOUT);
    expect(sent()).toEqual([say("a"), JOIN]);
  });

  test("is forgotten when the room is left", async () => {
    const { sync, network, sent } = setUpConnected();
    void sync.joinRoom(ROOM);
    network.socket.answer("joinRoom", JOINED_WITHOUT);
    void sync.setPresence(ROOM, { text: "a" });
    network.socket.answer("updatePresence", SUCCESS);
    void sync.leaveRoom(ROOM);
    vi.advanceTimersByTime(200);
    void sync.joinRoom(ROOM);
    network.socket.answer("joinRoom", JOINED_WITHOUT);
    expect(sent()).toEqual([JOIN, say("a"), `leaveRoom {"room":"${ROOM}"}`, JOIN]);
  });

  test.each([
    ["in no room", null, undefined, "sync-cancelled"],
    ["that nobody wants any more", ROOM, AbortSignal.abort(), "sync-cancelled"],
  ] as const)("%s says nothing", async (_, room, signal, errorCode) => {
    const { sync, sent } = setUpInRoom();
    expect(await sync.setPresence(room, { text: "a" }, { signal })).toMatchObject({ errorCode });
    expect(sent()).toEqual([]);
  });

  test("after disconnect() is an error, and said when there is a connection again", async () => {
    const { sync, network, sent } = setUpInRoom();
    sync.disconnect();
    expect(await sync.setPresence(ROOM, { text: "a" })).toMatchObject({ errorCode: "sync-disconnected" });
    sync.connect();
    network.socket.accept();
    network.socket.answer("joinRoom", joined(person("ada")));
    expect(sent()).toEqual([REJOIN_WITH, say("a")]);
  });
});

describe("somebody who is away", () => {
  const AWAY = 'updatePresence {"away":true}';
  const BACK = 'updatePresence {"away":false}';

  test("and comes back is told, each once", () => {
    const { sync, attention, sent } = setUpConnected();
    sync.holdPresence(ROOM);
    for (const isAway of [true, true, false, false]) attention.turn(isAway);
    expect(sent()).toEqual([JOIN_WITH, AWAY, BACK]);
  });

  test("is nobody's business while no room is looked at", () => {
    const { sync, attention, sent } = setUpConnected();
    sync.holdRoom(ROOM);
    attention.turn(true);
    expect([attention.size, sent()]).toEqual([0, [JOIN]]);
    sync.holdPresence(ROOM);
    attention.turn(true);
    expect(sent()).toEqual([JOIN, JOIN_WITH, AWAY]);
  });

  test("is told on each new socket, before the rooms", () => {
    const { sync, network, attention, sent } = setUpConnected();
    sync.holdPresence(ROOM);
    attention.turn(true);
    reconnect(network);
    expect(sent()).toEqual([AWAY, JOIN_WITH]);
    attention.turn(false);
    reconnect(network);
    expect(sent()).toEqual([JOIN_WITH]);
  });

  test("without a connection is told when there is one, if it is still so", () => {
    const { sync, network, attention, sent } = setUp();
    sync.holdPresence(ROOM);
    attention.turn(true);
    attention.turn(false);
    network.socket.accept();
    expect(sent()).toEqual([JOIN_WITH]);
  });

  test("is told again, if the server did not take it", () => {
    const { sync, network, attention, sent } = setUpConnected();
    sync.holdPresence(ROOM);
    network.socket.answer("joinRoom", joined(person("ada")));
    attention.turn(true);
    network.socket.answer("updatePresence", failure("sync-rate-limited", 429));
    vi.advanceTimersByTime(5_000);
    network.socket.answer("updatePresence", SUCCESS);
    vi.advanceTimersByTime(60_000);
    expect(sent()).toEqual([JOIN_WITH, AWAY, AWAY]);
  });

  test("is not watched after disconnect(), and again after connect()", () => {
    const { sync, network, attention, sent } = setUpConnected();
    sync.holdPresence(ROOM);
    expect(attention.size).toBe(1);
    sync.disconnect();
    expect(attention.size).toBe(0);
    sync.connect();
    network.socket.accept();
    attention.turn(true);
    expect([attention.size, sent()]).toEqual([1, [JOIN_WITH, AWAY]]);
  });

  test.each([
    [{}, 300_000],
    [{ awayAfterMs: 10 }, 10],
    [{ awayAfterMs: 0 }, null],
    [{ awayAfterMs: false }, null],
  ] as const)("counts as such with %j after %j ms", (options, expected) => {
    const { sync, attention } = setUpConnected(options);
    sync.holdPresence(ROOM);
    expect(attention.awayAfterMs).toBe(expected);
  });
});
