/** The whole client against a real server in this process. */

import { afterEach, describe, expect, test } from "vitest";
import type { ErrorCode, SyncTypeMap } from "../testing/routes";
import { failure, TestServer, type TestServerOptions } from "../testing/testServer";
import { createSyncIn } from "./createSync";
import type { SyncProblem } from "./problems";
import type { SyncClient, SyncOptions } from "./syncClient";
import { FakeWakes } from "../testing/fakeSocket";

type Client = SyncClient<SyncTypeMap, ErrorCode>;

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function startServer(options?: TestServerOptions): Promise<TestServer> {
  const server = await TestServer.start(options);
  endings.push(() => server.close());
  return server;
}

/** A client of `server` that waits no longer than a millisecond before it tries again. */
function client(server: TestServer, options: SyncOptions = {}) {
  const problems: SyncProblem[] = [];
  const wakes = new FakeWakes();
  const sync = createSyncIn<SyncTypeMap, ErrorCode>(
    { onWake: wakes.onWake },
    {
      url: server.url,
      backoff: { baseMs: 1, capMs: 1 },
      lang: () => "en",
      onProblem: problem => void problems.push(problem),
      ...options,
    },
  );
  endings.push(() => sync.disconnect());
  return { sync, problems, wakes };
}

/** Resolves as soon as the connection stands so. */
function reach(sync: Client, status: string): Promise<void> {
  return new Promise(resolve => {
    const undo = sync.status.subscribe(check);
    check();
    function check(): void {
      if (sync.status.getSnapshot().status !== status) return;
      queueMicrotask(() => undo());
      resolve();
    }
  });
}

/** Resolves with the next event of the counter. */
function nextEvent(sync: Client): Promise<unknown> {
  return new Promise(resolve => {
    const undo = sync.upsertSyncEventCallback({
      name: "examples/updateCounter",
      version: "v1",
      callback: event => {
        undo();
        resolve(event);
      },
    });
  });
}

const ADD = { name: "examples/updateCounter", version: "v1", data: { amount: 5 }, receiver: "room" } as const;

describe("a call", () => {
  test.each([["websocket"], ["polling"]] as const)("over %s is answered, and brings its event to the room", async transport => {
    const server = await startServer();
    const { sync } = client(server, { transports: [transport] });
    const other = client(server, { transports: [transport] }).sync;
    await Promise.all([sync.joinRoom("room"), other.joinRoom("room")]);
    const events = [nextEvent(sync), nextEvent(other)];

    expect(await sync.syncRequest(ADD)).toEqual({ status: "success", result: { amount: 5 } });
    const event = { serverOutput: { amount: 5 }, room: "room", pos: "epoch-1" };
    expect(await Promise.all(events)).toEqual([
      { ...event, clientOutput: { mine: true } },
      { ...event, clientOutput: { mine: false } },
    ]);
  });

  test("to everybody brings its event to those who are in no room", async () => {
    const server = await startServer();
    const { sync } = client(server);
    const other = client(server).sync;
    await Promise.all([reach(sync, "connected"), reach(other, "connected")]);
    const heard = nextEvent(other);
    expect(await sync.syncRequest({ ...ADD, receiver: "all", ignoreSelf: true })).toMatchObject({ status: "success" });
    expect(await heard).toMatchObject({ serverOutput: { amount: 5 }, room: "all" });
    expect(await other.joinedRooms()).toMatchObject({ rooms: [] });
  });

  test("sends what was asked for and nothing else", async () => {
    const server = await startServer();
    const { sync } = client(server);
    await sync.syncRequest({ name: "root/ping", version: "v1", receiver: "room" });
    await sync.syncRequest({ ...ADD, ignoreSelf: "session" });
    await sync.syncRequest({ ...ADD, ignoreSelf: false });
    expect(server.log).toEqual([
      'sync {"name":"root/ping","version":"v1","receiver":"room"}',
      'sync {"name":"examples/updateCounter","version":"v1","receiver":"room","data":{"amount":5},"ignoreSelf":"session"}',
      'sync {"name":"examples/updateCounter","version":"v1","receiver":"room","data":{"amount":5},"ignoreSelf":false}',
    ]);
  });

  test("is refused with the server's error, as a value", async () => {
    const server = await startServer();
    const { sync } = client(server);
    expect(await sync.syncRequest(ADD)).toEqual(failure("sync-not-in-room", 403));
  });

  test("ends after its time", async () => {
    const server = await startServer();
    server.reply("sync", () => {});
    const { sync } = client(server);
    expect(await sync.syncRequest({ ...ADD, timeoutMs: 20 })).toEqual({
      status: "error",
      errorCode: "sync-timeout",
      errorParams: {},
      message: "The answer took too long. Please try again.",
      httpStatus: 504,
    });
  });

  test("ignores an answer that comes after its end", async () => {
    const server = await startServer();
    let answerLate = (): void => {};
    server.reply("sync", (_, answer) => (answerLate = () => answer({ status: "success", result: {} })));
    const { sync, problems } = client(server);
    const controller = new AbortController();
    const call = sync.syncRequest({ ...ADD, signal: controller.signal });
    await server.hear("sync");
    controller.abort();
    expect(await call).toMatchObject({ errorCode: "sync-cancelled", httpStatus: 499 });
    answerLate();
    expect(await sync.joinedRooms()).toEqual({ status: "success", rooms: [] });
    expect(problems).toEqual([]);
  });

  test("that is aborted before it starts is not sent", async () => {
    const server = await startServer();
    const { sync } = client(server);
    expect(await sync.syncRequest({ ...ADD, signal: AbortSignal.abort() })).toMatchObject({ errorCode: "sync-cancelled" });
    await sync.joinedRooms();
    expect(server.log).toEqual(["joinedRooms {}"]);
  });

  test("asks what becomes of its event, and is told", async () => {
    const server = await startServer();
    const report = { delivered: 2, skipped: 1, failed: 0 };
    server.reply("sync", ({ report: asked }, answer) => answer({ status: "success", result: { newValue: 1 }, ...(asked === true && { report }) }));
    const { sync } = client(server);
    expect(await sync.syncRequest({ ...ADD, report: true })).toEqual({ status: "success", result: { newValue: 1 }, report });
    expect(await sync.syncRequest(ADD)).toEqual({ status: "success", result: { newValue: 1 } });
  });

  test("that the connection breaks under is sent again under its name, and says where it was sent first", async () => {
    const server = await startServer();
    server.reply("sync", (_, answer) => (calls().length > 1 ? answer({ status: "success", result: { newValue: 5 } }) : server.cut()));
    const calls = () => server.heard.filter(({ event }) => event === "sync").map(({ payload }) => payload);
    const { sync } = client(server);
    expect(await sync.syncRequest(ADD)).toMatchObject({ status: "success", result: { newValue: 5 } });
    const [first, again] = calls();
    expect(again).toEqual({ ...first, sentOn: expect.stringMatching(/^.{20}$/) });
    expect(first?.["id"]).toMatch(/^[0-9a-f]{32}-1$/);
    expect(sync.offlineCalls.getSnapshot()).toMatchObject([{ id: first?.["id"], status: "accepted", data: ADD.data }]);
  });

  test.each([undefined, null, [], "yes", { status: "success" }, { status: "error", errorCode: "x" }])(
    "whose answer is %j ends all the same",
    async malformed => {
      const server = await startServer();
      server.reply("sync", (_, answer) => answer(malformed));
      const { sync, problems } = client(server, { lang: () => "de-AT" });
      expect(await sync.syncRequest(ADD)).toEqual({
        status: "error",
        errorCode: "sync-server-failed",
        errorParams: {},
        message: "Bei uns ist etwas schiefgegangen.",
        httpStatus: 500,
      });
      expect(problems).toMatchObject([{ kind: "unreadable-message", event: "sync" }]);
    },
  );

  test("that cannot be written as JSON ends without being sent", async () => {
    const server = await startServer();
    const { sync, problems } = client(server);
    await sync.joinRoom("room");
    const data: { amount: number; self?: unknown } = { amount: 1 };
    data.self = data;
    expect(await sync.syncRequest({ ...ADD, data })).toMatchObject({ errorCode: "sync-bad-request", httpStatus: 400 });
    expect(problems).toMatchObject([{ kind: "unsendable-data", event: "sync" }]);
    expect(await sync.syncRequest(ADD)).toMatchObject({ status: "success" });
  });
});

describe("events", () => {
  const route = { name: "examples/updateCounter", version: "v1" } as const;
  const frame = { cb: "examples/updateCounter/v1", room: "room", pos: "p", status: "success", serverOutput: {}, clientOutput: {} };

  test("reach every callback of their route in the order added, even when one throws", async () => {
    const server = await startServer();
    const { sync, problems } = client(server);
    const called: string[] = [];
    sync.upsertSyncEventCallback({ ...route, callback: () => void called.push("first") });
    sync.upsertSyncEventCallback({
      ...route,
      callback: () => {
        throw new Error("second");
      },
    });
    const undo = sync.upsertSyncEventCallback({ ...route, callback: () => void called.push("third") });
    sync.upsertSyncEventCallback({ ...route, version: "v2", callback: () => void called.push("other version") });
    await reach(sync, "connected");
    server.emit("sync", frame);
    await sync.joinedRooms();
    undo();
    undo();
    server.emit("sync", frame);
    await sync.joinedRooms();
    expect(called).toEqual(["first", "third", "first"]);
    expect(problems).toMatchObject([{ kind: "callback-failed", route: frame.cb }, { kind: "callback-failed" }]);
  });

  test("that are errors and streams reach their own callbacks", async () => {
    const server = await startServer();
    const { sync } = client(server);
    const heard: unknown[] = [];
    sync.upsertSyncEventCallback({
      ...route,
      callback: event => void heard.push(event),
      onStream: (chunk, room) => void heard.push([chunk, room]),
      onError: error => void heard.push(error),
    });
    sync.upsertSyncEventCallback({ ...route, callback: event => void heard.push(event) });
    await reach(sync, "connected");
    const { cb, room, pos } = frame;
    server.emit("sync", { cb, room, status: "stream", stream: { percent: 30 } });
    const error = { errorCode: "counter-full", errorParams: { max: 3 }, message: "Full." };
    server.emit("sync", { cb, room, pos, status: "error", ...error });
    await sync.joinedRooms();
    expect(heard).toEqual([[{ percent: 30 }, "room"], { ...error, room, pos }]);
  });

  test("that are malformed, unknown or nobody's are left out", async () => {
    const server = await startServer();
    const { sync, problems } = client(server);
    const called: unknown[] = [];
    sync.upsertSyncEventCallback({ ...route, callback: event => void called.push(event.pos) });
    await reach(sync, "connected");
    server.emit("sync", null);
    server.emit("sync", { ...frame, pos: 1 });
    server.emit("syncStream", { id: "x", stream: 1 });
    server.emit("sync", { ...frame, cb: "__proto__" });
    server.emit("sync", { ...frame, cb: "examples/nobody/v1" });
    server.emit("gap", { room: "room", pos: "p1" });
    server.emit("presence", { room: "room", changes: [{ kind: "left", id: "1", user: {} }] });
    server.emit("sync", frame);
    await sync.joinedRooms();
    expect(called).toEqual(["p"]);
    expect(problems.map(problem => ("event" in problem ? problem.event : problem.kind))).toEqual(["sync", "sync"]);
  });

  test("do not reach a callback that another one removed", async () => {
    const server = await startServer();
    const { sync } = client(server);
    const called: string[] = [];
    sync.upsertSyncEventCallback({ ...route, callback: () => undoSecond() });
    const undoSecond = sync.upsertSyncEventCallback({ ...route, callback: () => void called.push("second") });
    await reach(sync, "connected");
    server.emit("sync", frame);
    await sync.joinedRooms();
    expect(called).toEqual([]);
  });
});

describe("after a reconnect", () => {
  test("the location comes first, then the rooms, then the calls that waited", async () => {
    const server = await startServer();
    const { sync } = client(server);
    await sync.updateLocation({ pathName: "/examples", searchParams: new URLSearchParams("a=1&b=2&a=3") });
    await sync.joinRoom("one");
    await sync.joinRoom("room");
    await sync.syncRequest(ADD);
    server.heard.length = 0;
    await server.close();
    await reach(sync, "reconnecting");

    const calls = [sync.syncRequest(ADD), sync.syncRequest({ ...ADD, data: { amount: 6 } }), sync.joinedRooms()];
    await server.listen();
    expect(await Promise.all(calls)).toMatchObject([
      { status: "success", result: { amount: 5 } },
      { status: "success", result: { amount: 6 } },
      { status: "success", rooms: ["one", "room"] },
    ]);
    expect(server.log).toEqual([
      'updateLocation {"pathName":"/examples","searchParams":{"a":"1","b":"2"}}',
      'joinRoom {"room":"one","after":"epoch-0"}',
      'joinRoom {"room":"room","after":"epoch-1"}',
      'sync {"name":"examples/updateCounter","version":"v1","receiver":"room","data":{"amount":5}}',
      'sync {"name":"examples/updateCounter","version":"v1","receiver":"room","data":{"amount":6}}',
      "joinedRooms {}",
    ]);
  });

  test.each([
    ["by itself", (server: TestServer) => server.cut()],
    ["also when the server dropped it", (server: TestServer) => server.kick()],
  ])("events arrive again, %s", async (_, end) => {
    const server = await startServer();
    const { sync } = client(server);
    await sync.joinRoom("room");
    end(server);
    await reach(sync, "reconnecting");
    await reach(sync, "connected");
    const event = nextEvent(sync);
    await sync.syncRequest(ADD);
    expect(await event).toMatchObject({ serverOutput: { amount: 5 } });
  });

  test.each(["websocket", "polling"] as const)("the status says why the server ended it, over %s", async transport => {
    const server = await startServer();
    const { sync, problems } = client(server, { transports: [transport] });
    await sync.joinRoom("room");
    for (const malformed of [null, "write-timeout", { reason: 1 }]) server.emit("closing", malformed);
    server.emit("closing", { reason: "filters-too-slow", newer: true });
    if (transport === "polling") server.kick();
    else server.hangUp();
    await reach(sync, "reconnecting");
    expect(sync.status.getSnapshot()).toEqual({ status: "reconnecting", attempt: 1, closing: "filters-too-slow" });
    await reach(sync, "connected");
    expect(sync.status.getSnapshot()).not.toHaveProperty("closing");
    expect(await sync.joinedRooms()).toMatchObject({ rooms: ["room"] });
    expect(problems.map(problem => "event" in problem && problem.event)).toEqual(["closing", "closing", "closing"]);
  });

  test("a wake-up makes the attempt at once", async () => {
    const server = await startServer();
    const { sync, wakes } = client(server, { backoff: { baseMs: 3_600_000, capMs: 3_600_000 } });
    await sync.joinRoom("room");
    server.cut();
    await reach(sync, "reconnecting");
    wakes.wake();
    await reach(sync, "connected");
  });

  test("a call that waited too long is not sent any more", async () => {
    const server = await startServer();
    const { sync } = client(server);
    await sync.joinRoom("room");
    await server.close();
    await reach(sync, "reconnecting");
    expect(await sync.syncRequest({ ...ADD, timeoutMs: 10 })).toMatchObject({ errorCode: "sync-timeout" });
    await server.listen();
    await sync.joinedRooms();
    expect(server.log.some(line => line.startsWith("sync "))).toBe(false);
  });
});

describe("credentials", () => {
  test("that are refused fail what needs a connection, until there are others", async () => {
    const server = await startServer({ refuse: auth => (JSON.stringify(auth).includes("good") ? null : "auth-required") });
    let token: string | null = null;
    const { sync } = client(server, { token: () => token, lang: () => "nl" });
    const refused = {
      status: "error",
      errorCode: "auth-required",
      errorParams: {},
      message: "Meld je eerst aan.",
      httpStatus: 401,
    };
    expect(await sync.syncRequest(ADD)).toEqual(refused);
    expect(sync.status.getSnapshot()).toMatchObject({ status: "refused", errorCode: "auth-required", message: "Meld je eerst aan." });
    expect(await Promise.all([sync.joinRoom("room"), sync.joinedRooms(), sync.updateLocation({ pathName: "/" })])).toEqual([
      refused,
      refused,
      refused,
    ]);

    token = "good";
    sync.reconnect();
    expect(await sync.joinRoom("room")).toMatchObject({ status: "success", rooms: ["room"] });
    const tab: unknown = expect.stringMatching(/^[0-9a-f]{32}$/);
    expect(server.handshakes).toEqual([{ lang: "nl", tab }, { token: "good", lang: "nl", tab }]);
    expect(server.log).toEqual(['updateLocation {"pathName":"/","searchParams":{}}', 'joinRoom {"room":"room"}']);
  });

  test("of now are used by reconnect, and the rooms come along", async () => {
    const server = await startServer();
    let token = "guest";
    const { sync } = client(server, { token: () => token });
    await sync.joinRoom("room");
    token = "ada";
    sync.reconnect();
    expect(await sync.joinedRooms()).toEqual({ status: "success", rooms: ["room"] });
    const tab: unknown = expect.any(String);
    expect(server.handshakes).toEqual([
      { token: "guest", lang: "en", tab },
      { token: "ada", lang: "en", tab },
    ]);
    expect(new Set(server.handshakes.map(handshake => (handshake as { tab: string }).tab)).size, "one page").toBe(1);
  });

  test("that cannot be had are reported, and asked for again", async () => {
    const server = await startServer();
    let tries = 0;
    const { sync, problems } = client(server, {
      token: () => {
        tries += 1;
        if (tries === 1) throw new Error("storage is locked");
        return "t";
      },
    });
    expect(await sync.joinRoom("room")).toMatchObject({ status: "success" });
    expect(problems).toMatchObject([{ kind: "cannot-connect" }]);
  });
});

describe("the life of a client", () => {
  test("begins with its first use", async () => {
    const server = await startServer();
    const { sync } = client(server);
    expect(sync.status.getSnapshot()).toEqual({ status: "idle" });
    expect(sync.roomStatus("room")).toEqual({ status: "idle" });
    await sync.joinedRooms();
    expect(sync.status.getSnapshot()).toEqual({ status: "connected", transport: "websocket", isWebSocketFailing: false });
  });

  test("begins with connect() when the app says so, and calls wait for it", async () => {
    const server = await startServer();
    const { sync } = client(server, { autoConnect: false });
    const rooms = sync.joinedRooms();
    expect(sync.status.getSnapshot()).toEqual({ status: "idle" });
    sync.connect();
    expect(await rooms).toEqual({ status: "success", rooms: [] });
  });

  test("pauses with disconnect(), which ends all that wait", async () => {
    const server = await startServer();
    const { sync } = client(server);
    await sync.joinRoom("room");
    server.reply("sync", () => {});
    const call = sync.syncRequest(ADD);
    await server.hear("sync");
    sync.disconnect();
    expect(await call).toMatchObject({ errorCode: "sync-disconnected" });
    expect(await sync.syncRequest(ADD)).toMatchObject({ errorCode: "sync-disconnected" });
    await server.has(0);
    sync.connect();
    expect(await sync.joinedRooms()).toEqual({ status: "success", rooms: ["room"] });
  });

  test("is not disturbed by a listener that throws", async () => {
    const server = await startServer();
    const { sync, problems } = client(server);
    sync.status.subscribe(() => {
      throw new Error("listener");
    });
    expect(await sync.joinedRooms()).toEqual({ status: "success", rooms: [] });
    expect(problems.map(({ kind }) => kind)).toEqual(["callback-failed", "callback-failed"]);
  });

  test("works with functions taken out of the client", async () => {
    const server = await startServer();
    const { syncRequest, joinRoom, leaveRoom, joinedRooms } = client(server).sync;
    await joinRoom("room");
    expect(await syncRequest(ADD)).toMatchObject({ status: "success" });
    await leaveRoom("room");
    expect(await joinedRooms()).toEqual({ status: "success", rooms: [] });
  });
});
