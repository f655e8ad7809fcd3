import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeNetwork, FakeWakes } from "../testing/fakeSocket";
import type { ApiTypeMap, ErrorCode, SyncTypeMap } from "../testing/routes";
import { failure, unnamed } from "../testing/testServer";
import { createSyncIn } from "./createSync";
import type { SyncProblem } from "./problems";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp() {
  const network = new FakeNetwork();
  const problems: SyncProblem[] = [];
  const sync = createSyncIn<SyncTypeMap, ErrorCode, ApiTypeMap>(
    { openSocket: network.openSocket, onWake: new FakeWakes().onWake, random: () => 0 },
    { lang: () => "en", onProblem: problem => void problems.push(problem) },
  );
  return { sync, network, problems };
}

function setUpConnected() {
  const all = setUp();
  all.sync.connect();
  all.network.socket.accept();
  return all;
}

const FIND = { name: "games/find", version: "v1", data: { id: "42" } } as const;
const FOUND = { status: "success", result: { title: "Go" } };

describe("a call of the request lane", () => {
  test("is answered with what the handler found", async () => {
    const { sync, network } = setUpConnected();
    const answer = sync.apiRequest(FIND);
    network.socket.answer("request", FOUND);
    expect(await answer).toEqual(FOUND);
  });

  test("says what was asked and nothing else", () => {
    const { sync, network } = setUpConnected();
    void sync.apiRequest({ name: "root/now", version: "v1" });
    void sync.apiRequest({ ...FIND, timeoutMs: 5, signal: new AbortController().signal });
    // A caller without types may say more; this call goes to no room.
    void sync.apiRequest({ ...FIND, ...{ receiver: "room", ignoreSelf: true, id: "x", stream: true } });
    expect(network.socket.sent.map(({ event, payload }) => `${event} ${JSON.stringify(unnamed({ ...payload }))}`)).toEqual([
      'request {"name":"root/now","version":"v1"}',
      'request {"name":"games/find","version":"v1","data":{"id":"42"}}',
      'request {"name":"games/find","version":"v1","data":{"id":"42"}}',
    ]);
  });

  test("is refused with the server's error, as a value", async () => {
    const { sync, network } = setUpConnected();
    const answer = sync.apiRequest(FIND);
    network.socket.answer("request", failure("sync-rate-limited", 429, { seconds: 2 }));
    expect(await answer).toEqual(failure("sync-rate-limited", 429, { seconds: 2 }));
  });

  test("connects when it is the first to need a connection, and waits for it", async () => {
    const { sync, network } = setUp();
    const answer = sync.apiRequest(FIND);
    expect(network.sockets).toHaveLength(1);
    network.socket.accept();
    network.socket.answer("request", FOUND);
    expect(await answer).toEqual(FOUND);
  });

  test("without a connection waits its turn among the calls, behind the rooms", () => {
    const { sync, network } = setUpConnected();
    void sync.joinRoom("a");
    network.socket.answer("joinRoom", { status: "success", rooms: ["a"], pos: "p1", recovered: false });
    network.socket.lose();
    void sync.apiRequest(FIND);
    void sync.syncRequest({ name: "root/ping", version: "v1", receiver: "a" });
    void sync.apiRequest({ name: "games/count", version: "v1" });
    vi.advanceTimersByTime(0);
    network.socket.accept();
    expect(network.socket.events).toEqual(["joinRoom", "request", "sync", "request"]);
  });

  test("that waited for a connection among too many is sent once more when the server asks for it", async () => {
    const { sync, network } = setUp();
    const answer = sync.apiRequest(FIND);
    network.socket.accept();
    network.socket.answer("request", failure("sync-rate-limited", 429, { seconds: 2 }));
    expect(network.socket.events).toEqual(["request"]);
    vi.advanceTimersByTime(1999);
    expect(network.socket.events).toEqual(["request"]);
    vi.advanceTimersByTime(1);
    expect(network.socket.events).toEqual(["request", "request"]);
    network.socket.answer("request", FOUND);
    expect(await answer).toEqual(FOUND);
  });

  test("that waits for the server to take it survives a loss, and ends with its signal or its time", async () => {
    const { sync, network } = setUp();
    const controller = new AbortController();
    const answers = [
      sync.apiRequest(FIND),
      sync.apiRequest({ ...FIND, signal: controller.signal }),
      sync.apiRequest({ ...FIND, timeoutMs: 2000 }),
    ];
    network.socket.accept();
    for (const { answered } of network.socket.sent) answered(failure("sync-rate-limited", 429, { seconds: 2 }));
    // It would be too late for the last one.
    expect(await answers[2]).toEqual(failure("sync-rate-limited", 429, { seconds: 2 }));
    controller.abort();
    expect(await answers[1]).toMatchObject({ errorCode: "sync-cancelled" });
    network.socket.lose();
    vi.advanceTimersByTime(0);
    network.socket.accept();
    expect(network.socket.events).toEqual(["request"]);
    network.socket.answer("request", FOUND);
    expect(await answers[0]).toEqual(FOUND);
    vi.advanceTimersByTime(10_000);
    expect(network.socket.events).toEqual(["request"]);
  });

  test("that was on its way when the socket was lost is sent again under its name, and first", async () => {
    const { sync, network } = setUpConnected();
    const answer = sync.apiRequest(FIND);
    const [first] = network.socket.sent;
    network.socket.lose();
    const behind = sync.apiRequest({ ...FIND, data: { id: "43" } });
    expect(sync.offlineCalls.getSnapshot().map(({ status }) => status)).toEqual(["queued", "queued"]);
    vi.advanceTimersByTime(0);
    network.socket.accept();
    const [again, other] = network.socket.sent;
    expect(again?.payload).toEqual({ ...first?.payload, sentOn: "socket-1" });
    expect(other?.payload).toMatchObject({ data: { id: "43" } });
    expect(other?.payload).not.toHaveProperty("sentOn");
    again?.answered(FOUND);
    other?.answered(failure("game-not-found", 404));
    expect(await answer).toMatchObject({ status: "success" });
    expect(await behind).toMatchObject({ errorCode: "game-not-found" });
    expect(sync.offlineCalls.getSnapshot()).toMatchObject([
      { status: "accepted" },
      { status: "rejected", error: { errorCode: "game-not-found" } },
    ]);
  });

  test("hears what is streamed to it until it is answered, and ends with the socket", async () => {
    const { sync, network, problems } = setUpConnected();
    const heard: unknown[] = [];
    const onStream = (chunk: unknown): void => void heard.push(chunk);
    const answer = sync.apiRequest({ ...FIND, onStream });
    const thrower = sync.apiRequest({ ...FIND, onStream: () => { throw new Error("planted"); } });
    const ids = network.socket.sent.map(({ payload }) => payload as { id: string; stream: boolean });
    expect(ids).toMatchObject([{ stream: true }, { stream: true }]);
    const chunk = (call: number, stream: unknown): void => network.socket.receive("syncStream", { id: ids[call]?.id, stream });
    chunk(0, { page: 1 });
    chunk(1, { page: 9 });
    chunk(0, { page: 2 });
    network.socket.receive("syncStream", { id: "nobody", stream: {} });
    network.socket.receive("syncStream", { id: 7 });
    network.socket.sent[0]?.answered(FOUND);
    await answer;
    chunk(0, { page: 3 });
    expect(heard).toEqual([{ page: 1 }, { page: 2 }]);
    expect(problems.map(({ kind }) => kind)).toEqual(["callback-failed", "unreadable-message"]);
    network.socket.lose();
    expect(await thrower).toMatchObject({ errorCode: "sync-disconnected" });
  });

  test("that is aborted or late is given up at the server, once it has been sent", async () => {
    const { sync, network } = setUpConnected();
    const [first, second] = [new AbortController(), new AbortController()];
    const aborted = sync.apiRequest({ ...FIND, signal: first.signal });
    first.abort();
    expect(await aborted).toMatchObject({ errorCode: "sync-cancelled" });
    const late = sync.apiRequest(FIND);
    vi.advanceTimersByTime(30_000);
    expect(await late).toMatchObject({ errorCode: "sync-timeout" });
    const ids = network.socket.sentAs("request").map(({ payload }) => (payload as { id: string }).id);
    const given = network.socket.sentAs("syncCancel").map(({ payload }) => payload);
    expect(given).toEqual(ids.map(id => ({ id })));
    network.socket.lose();
    const waiting = sync.apiRequest({ ...FIND, signal: second.signal });
    second.abort();
    expect(await waiting).toMatchObject({ errorCode: "sync-cancelled" });
    vi.advanceTimersByTime(0);
    network.socket.accept();
    expect(network.socket.events).toEqual([]);
  });

  test.each([
    ["its own time", 20],
    ["that of every call", undefined],
  ])("ends after %s", async (_, timeoutMs) => {
    const { sync, network } = setUpConnected();
    const answer = sync.apiRequest({ ...FIND, timeoutMs });
    vi.advanceTimersByTime((timeoutMs ?? 30_000) - 1);
    const ended = vi.fn();
    void answer.then(ended);
    await Promise.resolve();
    expect(ended).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(await answer).toMatchObject({ errorCode: "sync-timeout", httpStatus: 504 });
    network.socket.answer("request", FOUND);
  });

  test("ends with its signal, and an answer that comes later is nobody's", async () => {
    const { sync, network, problems } = setUpConnected();
    const controller = new AbortController();
    const answer = sync.apiRequest({ ...FIND, signal: controller.signal });
    controller.abort();
    expect(await answer).toMatchObject({ errorCode: "sync-cancelled", httpStatus: 499 });
    network.socket.answer("request", null);
    expect(problems).toEqual([]);
  });

  test("that is aborted while it waits is not sent", async () => {
    const { sync, network } = setUp();
    const controller = new AbortController();
    const answer = sync.apiRequest({ ...FIND, signal: controller.signal });
    controller.abort();
    network.socket.accept();
    expect(await answer).toMatchObject({ errorCode: "sync-cancelled" });
    expect(network.socket.events).toEqual([]);
  });

  test("fails at once when no connection will come", async () => {
    const { sync, network } = setUp();
    const waiting = sync.apiRequest(FIND);
    network.socket.refuse("auth-required");
    const refused = { errorCode: "auth-required", message: "Please sign in first.", httpStatus: 401 };
    expect(await waiting).toMatchObject(refused);
    expect(await sync.apiRequest(FIND)).toMatchObject(refused);
    sync.disconnect();
    expect(await sync.apiRequest(FIND)).toMatchObject({ errorCode: "sync-disconnected" });
  });

  test.each([undefined, "yes", { status: "success" }, { status: "error" }])("whose answer is %j ends all the same", async malformed => {
    const { sync, network, problems } = setUpConnected();
    const answer = sync.apiRequest(FIND);
    network.socket.answer("request", malformed);
    expect(await answer).toMatchObject({ errorCode: "sync-server-failed", httpStatus: 500 });
    expect(problems).toMatchObject([{ kind: "unreadable-message", event: "request" }]);
  });

  test("that cannot be written as JSON ends without being sent", async () => {
    const { sync, network, problems } = setUpConnected();
    const data: { id: string; self?: unknown } = { id: "1" };
    data.self = data;
    expect(await sync.apiRequest({ ...FIND, data })).toMatchObject({ errorCode: "sync-bad-request", httpStatus: 400 });
    expect(network.socket.events).toEqual([]);
    expect(problems).toMatchObject([{ kind: "unsendable-data", event: "request" }]);
  });
});
