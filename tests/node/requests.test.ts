/** Questions, as any Socket.IO client, any HTTP client and our own client ask them. */
import { type CallLimits, createSync, type SyncClient, type SyncOptions } from "syncwright";
import { afterEach, describe, expect, it } from "vitest";
import type { ApiTypeMap, ErrorCode, SyncTypeMap } from "../../app-template/web/src/_sockets/apiTypes.generated.ts";
import { startCuttableProxy } from "./cuttableProxy.ts";
import { framesToMark, mark } from "./marks.ts";
import type { Json, Peer } from "./peer.ts";
import { type RequestOptions, setStage } from "./stage.ts";
import { untilStatus } from "./until.ts";

const stage = setStage();

const NAME = "examples/readCounter";
const PATH = `/api/${NAME}/v1`;
const COUNTER = "examples/updateCounter/v1";

const success = (value: number) => ({ status: "success", result: { value } });
const refused = (httpStatus: number, errorCode: string, errorParams: object = {}, message: unknown = expect.any(String)) => ({
  status: "error",
  errorCode,
  errorParams,
  message,
  httpStatus,
});

type Headers = Readonly<Record<string, string>>;

const bearer = (token: string): Headers => ({ Authorization: `Bearer ${token}` });

/** Asks by socket. */
function ask(peer: Peer, room: string, more: Json = {}): Promise<Json> {
  return peer.call("request", { name: NAME, version: "v1", data: { room }, ...more });
}

/** Asks over HTTP, by GET unless there is a body. */
function fetchCounter(room: string, options: RequestOptions = {}): Promise<Response> {
  return stage.fetch(options.body === undefined ? `${PATH}?room=${encodeURIComponent(room)}` : PATH, options);
}

/** Somebody in a room of their own whose counter stands at `value`. */
async function counted(value: number) {
  const token = await stage.signIn("Ada");
  const peer = await (await stage.guest({ token })).show("/examples");
  const room = stage.room();
  await peer.join(room);
  await peer.sync(COUNTER, room, { amount: value });
  expect(await peer.frame()).toMatchObject({ serverOutput: { newValue: value } });
  return { token, peer, room };
}

describe("a request by socket", () => {
  it.each([[["polling"]], [["websocket"]]] as const)("is answered without a room, and nobody hears of it: %j", async (transports) => {
    const { peer: ada, room } = await counted(5);
    const bob = await stage.person("Bob", { transports });
    expect(await ask(bob, room)).toEqual(success(5));
    expect(await ask(bob, "game-room-nobody-was-in")).toEqual(success(0));
    // What Ada hears next is what comes behind the questions.
    await mark(ada, room);
    expect(await framesToMark(ada)).toEqual([]);
    expect(ada.heard.map(([event]) => event)).toEqual(["sync", "sync"]);
    expect(bob.heard).toEqual([]);
  });

  it("is answered in the order sent, among events, joins and leaves", async () => {
    const { peer, room } = await counted(1);
    const other = stage.room();
    const order: string[] = [];
    const note = async (what: string, answer: Promise<Json>) => {
      const { status, result } = await answer;
      order.push(`${what} ${String(status)} ${JSON.stringify(result ?? null)}`);
    };
    await Promise.all([
      note("read", ask(peer, room)),
      note("add", peer.sync(COUNTER, room, { amount: 2 })),
      note("read", ask(peer, room)),
      note("join", peer.call("joinRoom", { room: other })),
      note("add", peer.sync(COUNTER, other, { amount: 9 })),
      note("read", ask(peer, other)),
      note("leave", peer.call("leaveRoom", { room: other })),
      note("add", peer.sync(COUNTER, other, { amount: 9 })),
      note("read", ask(peer, other)),
    ]);
    expect(order).toEqual([
      'read success {"value":1}',
      'add success {"newValue":3}',
      'read success {"value":3}',
      "join success null",
      'add success {"newValue":9}',
      'read success {"value":9}',
      "leave success null",
      "add error null",
      'read success {"value":9}',
    ]);
  });

  it("needs a login, and says so in the language of the handshake", async () => {
    for (const [lang, message] of [
      [undefined, "Please sign in first."],
      ["nl", "Meld je eerst aan."],
      ["de-AT", "Bitte melde dich zuerst an."],
      ["fr", "Veuillez d’abord vous connecter."],
    ] as const) {
      const guest = await stage.guest(lang === undefined ? {} : { lang });
      expect(await ask(guest, "game-room-1")).toEqual(refused(401, "auth-required", {}, message));
    }
  });

  it.each<readonly [string, readonly unknown[], object]>([
    ["nothing", [], refused(400, "sync-bad-request")],
    ["null", [null], refused(400, "sync-bad-request")],
    ["an array", [[NAME, "v1", {}]], refused(400, "sync-bad-request")],
    ["no name", [{ version: "v1", data: { room: "r" } }], refused(400, "sync-bad-request")],
    ["no version", [{ name: NAME, data: { room: "r" } }], refused(400, "sync-bad-request")],
    ["a name that is a number", [{ name: 1, version: "v1" }], refused(400, "sync-bad-request")],
    ["an unknown name", [{ name: "examples/readCuonter", version: "v1", data: { room: "r" } }], refused(404, "sync-not-found")],
    ["an unknown version", [{ name: NAME, version: "v2", data: { room: "r" } }], refused(404, "sync-not-found")],
    ["an event's name", [{ name: "examples/updateCounter", version: "v1", data: { amount: 1 } }], refused(404, "sync-not-found")],
    ["a name of JavaScript", [{ name: "__proto__/constructor", version: "v1" }], refused(404, "sync-not-found")],
    ["no data", [{ name: NAME, version: "v1" }], refused(400, "sync-invalid-input", { path: "room", reason: "missing" })],
    ["a field of another type", [{ name: NAME, version: "v1", data: { room: 5 } }], refused(400, "sync-invalid-input", { path: "room", reason: "expected-string" })],
    ["an unknown field", [{ name: NAME, version: "v1", data: { room: "r", x: 1 } }], refused(400, "sync-invalid-input", { path: "x", reason: "unknown-field" })],
  ])("with %s is refused, and the connection goes on", async (_, payload, answer) => {
    const { peer, room } = await counted(3);
    expect(await peer.call("request", ...payload)).toEqual(answer);
    expect(await ask(peer, room)).toEqual(success(3));
  });

  it("ignores what a newer client may send beside the data", async () => {
    const { peer, room } = await counted(3);
    expect(await ask(peer, room, { receiver: "chat-x", ignoreSelf: 5, later: [1] })).toEqual(success(3));
  });

  it("is no event: its name is not known there", async () => {
    const { peer, room } = await counted(1);
    expect(await peer.sync(`${NAME}/v1`, room, { room })).toEqual(refused(404, "sync-not-found"));
  });
});

describe("an unknown event", () => {
  it.each([["en"], ["nl"], ["de"], ["fr"]])("is told which ones there are, requests among them: %s", async (lang) => {
    const guest = await stage.guest({ lang });
    expect((await guest.call("ask", {})).message).toMatch(/ sync, request, stateOpen, stateClose, stateAct, joinRoom, leaveRoom, joinedRooms, updateLocation, push, pull, snapshot, subscribe, unsubscribe, updatePresence \S+ syncCancel\.$/);
  });
});

describe("a request over HTTP", () => {
  it("takes the bare input as a body, or as a query", async () => {
    const { token, peer, room } = await counted(5);
    const answers = [
      await fetchCounter(room, { headers: bearer(token) }),
      await fetchCounter(room, { headers: bearer(token), body: { room } }),
    ];
    for (const answer of answers) {
      expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/json"]);
      expect(await answer.json()).toEqual(success(5));
    }
    await mark(peer, room);
    expect(await framesToMark(peer)).toEqual([]);
  });

  it("reads a query as browsers write it", async () => {
    const { token, room } = await counted(5);
    const headers = bearer(token);
    const get = async (query: string) => [query, await (await stage.fetch(`${PATH}?${query}`, { headers })).json()];
    const dashed = room.replaceAll("-", "%2D");
    for (const query of [`room=${room}`, `room=${dashed}`, `&room=${room}&`, `%72oom=${room}`]) {
      expect(await get(query)).toEqual([query, success(5)]);
    }
    // Rooms that have no counter: that the handler refuses them shows that a text was read.
    for (const query of ["room=a+b", "room=%C3%A9%F0%9F%91%A9", "room=", "room=a=b", "room=5", "room=true"]) {
      expect(await get(query)).toEqual([query, refused(400, "room-invalid")]);
    }
  });

  it("keeps the answer to a GET out of caches, refusals included", async () => {
    const { token, room } = await counted(1);
    for (const [headers, status] of [[bearer(token), 200], [{}, 401]] as const) {
      const answer = await fetchCounter(room, { headers });
      expect([answer.status, answer.headers.get("cache-control")]).toEqual([status, "no-store"]);
    }
  });

  it("is refused in the language of the session, or else of Accept-Language", async () => {
    const say = async (headers: Headers, query: string) => {
      const answer = await stage.fetch(`${PATH}?${query}`, { headers });
      return ((await answer.json()) as { message: string }).message;
    };
    expect(await say({}, "room=x")).toBe("Please sign in first.");
    expect(await say({ "Accept-Language": "nl" }, "room=x")).toBe("Meld je eerst aan.");
    expect(await say({ "Accept-Language": "fr;q=0.5, de-AT" }, "room=x")).toBe("Bitte melde dich zuerst an.");
    const [dutch, french] = [
      await say({ ...bearer(await stage.signIn("Ada", "nl")), "Accept-Language": "fr" }, "rooms=x"),
      await say({ ...bearer(await stage.signIn("Ada")), "Accept-Language": "fr" }, "rooms=x"),
    ];
    expect([dutch, french]).toEqual([expect.stringContaining("rooms"), expect.stringContaining("rooms")]);
    expect(dutch).not.toBe(french);
  });

  it.each<readonly [string, string, RequestOptions, number, string, object]>([
    ["an unknown route", "/api/examples/nothing/v1?room=x", {}, 404, "sync-not-found", {}],
    ["an unknown version", `/api/${NAME}/v2?room=x`, {}, 404, "sync-not-found", {}],
    ["no version", `/api/${NAME}?room=x`, {}, 404, "sync-not-found", {}],
    ["no route", "/api", {}, 404, "sync-not-found", {}],
    ["a slash too many", `${PATH}/?room=x`, {}, 404, "sync-not-found", {}],
    ["an event's name", "/api/examples/updateCounter/v1", { body: { amount: 1 } }, 404, "sync-not-found", {}],
    ["its name among the events", `/sync/${NAME}/v1`, { body: { data: { room: "x" }, receiver: "x" } }, 404, "sync-not-found", {}],
    ["a path that is not UTF-8", "/api/examples/%FF/v1?room=x", {}, 404, "sync-not-found", {}],
    ["no query", PATH, {}, 400, "sync-invalid-input", { path: "room", reason: "missing" }],
    ["an unknown field in the query", `${PATH}?room=x&y=1`, {}, 400, "sync-invalid-input", { path: "y", reason: "unknown-field" }],
    ["a body in the form of an event", PATH, { body: { data: { room: "x" } } }, 400, "sync-invalid-input", { path: "data", reason: "unknown-field" }],
    ["a field of another type in the body", PATH, { body: { room: 5 } }, 400, "sync-invalid-input", { path: "room", reason: "expected-string" }],
    ["a form", PATH, { body: "room=x", headers: { "Content-Type": "application/x-www-form-urlencoded" } }, 415, "sync-unsupported-media-type", {}],
    ["more than 1 MB", PATH, { body: { room: "x".repeat(1_000_000) } }, 413, "sync-too-large", { limit: 1_000_000 }],
    ["an array in the body", PATH, { body: ["x"] }, 400, "sync-invalid-input", { path: "", reason: "expected-object" }],
  ])("is refused with %s", async (_, path, options, status, code, params) => {
    const answer = await stage.fetch(path, { ...options, headers: { ...bearer(await stage.signIn("Ada")), ...options.headers } });
    expect([answer.status, await answer.json()]).toEqual([status, refused(status, code, params)]);
  });

  it.each([["PUT"], ["PATCH"], ["DELETE"]])("refuses the method %s and names those that are right", async (method) => {
    for (const [path, allowed] of [
      [`${PATH}?room=x`, "GET, HEAD, POST"],
      ["/api", "POST"],
      ["/api/nothing", "POST"],
    ] as const) {
      const answer = await stage.fetch(path, { method });
      expect([answer.status, answer.headers.get("allow")]).toEqual([405, allowed]);
      expect(await answer.json()).toEqual(refused(405, "sync-method-not-allowed"));
    }
  });

  it("answers HEAD as GET, without the body", async () => {
    const headers = bearer(await stage.signIn("Ada"));
    const answer = await stage.fetch(`${PATH}?room=game-room-x`, { method: "HEAD", headers });
    expect([answer.status, answer.headers.get("cache-control"), await answer.text()]).toEqual([200, "no-store", ""]);
  });
});

describe("who asks over HTTP", () => {
  /** The status of a GET with these headers. */
  const get = async (headers: Headers) => (await fetchCounter("game-room-x", { headers })).status;

  it("is known by the token, from wherever there is no browser", async () => {
    const token = await stage.signIn("Ada");
    expect(await get(bearer(token))).toBe(200);
    expect(await get({ ...bearer(token), "Sec-Fetch-Site": "cross-site" })).toBe(200);
    expect(await get(bearer(`${token}x`))).toBe(401);
    expect(await get({})).toBe(401);
  });

  it("is known by the cookie where a page of ours, or the address bar, sends it", async () => {
    const Cookie = `app_session=${await stage.signIn("Ada")}`;
    const { url } = stage.server;
    const ours: readonly Headers[] = [
      { Origin: url },
      { Origin: "http://localhost:5173" },
      // A page's own GET has no Origin.
      { "Sec-Fetch-Site": "same-origin" },
      { "Sec-Fetch-Site": "none" },
      { Referer: `${url}/examples` },
    ];
    for (const headers of ours) {
      expect([headers, await get({ Cookie, ...headers })]).toEqual([headers, 200]);
    }
    const others: readonly Headers[] = [
      {},
      { "Sec-Fetch-Site": "same-site" },
      { "Sec-Fetch-Site": "cross-site" },
      { Referer: "https://evil.example/page" },
    ];
    for (const headers of others) {
      expect([headers, await get({ Cookie, ...headers })]).toEqual([headers, 401]);
    }
  });

  it.each([["https://evil.example"], ["http://localhost.evil.example"], ["null"]])(
    "is refused on a page of %s, by GET too and whatever it brings",
    async (Origin) => {
      const token = await stage.signIn("Ada");
      const brought: readonly Headers[] = [{}, bearer(token), { Cookie: `app_session=${token}` }];
      for (const own of brought) {
        const answer = await fetchCounter("game-room-x", { headers: { ...own, Origin } });
        expect([answer.status, await answer.json()]).toEqual([403, refused(403, "origin-forbidden")]);
        expect(answer.headers.get("access-control-allow-origin")).toBeNull();
      }
    },
  );
});

describe("our own client", () => {
  type Client = SyncClient<SyncTypeMap, ErrorCode, ApiTypeMap>;
  const ASK = { name: NAME, version: "v1" } as const;

  const endings: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end();
  });

  function client(options: SyncOptions = {}): Client {
    const made = createSync<SyncTypeMap, ErrorCode, ApiTypeMap>({
      url: stage.server.url,
      backoff: { baseMs: 20, capMs: 100 },
      onProblem: (problem) => {
        throw new Error(`unexpected: ${JSON.stringify(problem)}`);
      },
      ...options,
    });
    endings.push(() => made.disconnect());
    return made;
  }

  it.each([[["websocket"]], [["polling"]], [["polling", "websocket"]]] as const)("asks by %j, without a room", async (transports) => {
    const { token, room } = await counted(5);
    const ada = client({ token: () => token, transports });
    const answer = await ada.apiRequest({ ...ASK, data: { room } });
    expect(answer).toEqual(success(5));
    if (answer.status === "success") expect(answer.result.value satisfies number).toBe(5);
    expect(await ada.joinedRooms()).toEqual({ status: "success", rooms: [] });
  });

  it("tells a refusal as a value, in the reader's language", async () => {
    const guest = client({ lang: () => "de" });
    expect(await guest.apiRequest({ ...ASK, data: { room: "game-room-1" } })).toEqual(
      refused(401, "auth-required", {}, "Bitte melde dich zuerst an."),
    );
  });

  it("keeps the order of events and requests", async () => {
    const { token, room } = await counted(1);
    const ada = client({ token: () => token });
    await ada.joinRoom(room);
    const read = () => ada.apiRequest({ ...ASK, data: { room } });
    const add = () => ada.syncRequest({ name: "examples/updateCounter", version: "v1", data: { amount: 1 }, receiver: room });
    const [first, , second, , third] = await Promise.all([read(), add(), read(), add(), read()]);
    expect([first, second, third]).toEqual([success(1), success(2), success(3)]);
  });

  it("keeps what is asked without a connection, and sends it in its turn when there is one", async () => {
    const { token, room } = await counted(1);
    const network = await startCuttableProxy(stage.server.port);
    endings.push(() => network.close());
    const ada = client({ token: () => token, url: network.url });
    await ada.joinRoom(room);
    network.cut();
    await untilStatus(ada, "reconnecting");

    const read = (limits: CallLimits = {}) => ada.apiRequest({ ...ASK, data: { room }, ...limits });
    const add = () => ada.syncRequest({ name: "examples/updateCounter", version: "v1", data: { amount: 1 }, receiver: room });
    const answered: unknown[] = [];
    const kept = [read(), add(), read(), add(), read()];
    for (const answer of kept) void answer.then((now) => answered.push(now));
    // What waits can be given up like what is on its way.
    const controller = new AbortController();
    const aborted = read({ signal: controller.signal });
    controller.abort();
    expect(await aborted).toMatchObject({ errorCode: "sync-cancelled", httpStatus: 499 });
    expect(await read({ timeoutMs: 1 })).toMatchObject({ errorCode: "sync-timeout", httpStatus: 504 });
    expect(answered).toEqual([]);

    network.mend();
    await Promise.all(kept);
    const added = (newValue: number) => ({ status: "success", result: { newValue } });
    expect(answered).toEqual([success(1), added(2), success(2), added(3), success(3)]);
  });

  it("ends a request that is on its way when its time is over or its caller gives up, and goes on", async () => {
    const { token, room } = await counted(5);
    const ada = client({ token: () => token });
    await ada.joinRoom(room);
    // What is behind a slow call of the same socket waits for it.
    const slow = ada.syncRequest({ name: "examples/fail", version: "v1", data: { kind: "slow" }, receiver: room });
    const controller = new AbortController();
    const timedOut = ada.apiRequest({ ...ASK, data: { room }, timeoutMs: 20 });
    const aborted = ada.apiRequest({ ...ASK, data: { room }, signal: controller.signal });
    const kept = ada.apiRequest({ ...ASK, data: { room } });
    expect(await timedOut).toMatchObject({ errorCode: "sync-timeout", httpStatus: 504 });
    controller.abort();
    expect(await aborted).toMatchObject({ errorCode: "sync-cancelled", httpStatus: 499 });
    expect(await kept).toEqual(success(5));
    expect(await slow).toMatchObject({ errorCode: "sync-timeout" });
  });

  it("ends a request that was on its way when somebody else may have signed in, and does not ask again", async () => {
    const { token, room } = await counted(5);
    const ada = client({ token: () => token });
    await ada.joinRoom(room);
    void ada.syncRequest({ name: "examples/fail", version: "v1", data: { kind: "slow" }, receiver: room });
    const behind = ada.apiRequest({ ...ASK, data: { room } });
    ada.reconnect();
    expect(await behind).toMatchObject({ errorCode: "sync-disconnected" });
    expect(await ada.apiRequest({ ...ASK, data: { room } })).toEqual(success(5));
  });
});
