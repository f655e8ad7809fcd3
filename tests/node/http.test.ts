import { describe, expect, it } from "vitest";
import { framesToMark, mark } from "./marks.ts";
import { type RequestOptions, setStage } from "./stage.ts";

const stage = setStage();

const COUNTER = "/sync/examples/updateCounter/v1";

/** Status, type and body of an answer, in one value. */
async function read(response: Response) {
  return { status: response.status, type: response.headers.get("content-type"), body: (await response.json()) as unknown };
}

const success = (result: unknown) => ({ status: 200, type: "application/json", body: { status: "success", result } });
const refused = (status: number, errorCode: string, errorParams: object = {}, message: unknown = expect.any(String)) => ({
  status,
  type: "application/json",
  body: { status: "error", errorCode, errorParams, message, httpStatus: status },
});

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

/** Somebody who shows the page of the counter, in a room of their own. */
async function player(name: string) {
  const token = await stage.signIn(name);
  const peer = await (await stage.guest({ token })).show("/examples");
  const room = stage.room();
  await peer.join(room);
  return { token, peer, room };
}

describe("a call over HTTP", () => {
  it("runs the same pipeline, and its event goes to the room", async () => {
    const { token, peer, room } = await player("Ada");
    const bob = await (await stage.person("Bob")).show("/examples");
    await bob.join(room);
    const post = (path: string, data: unknown) => stage.fetch(path, { headers: bearer(token), body: { data, receiver: room } });
    expect(await read(await post(COUNTER, { amount: 5 }))).toEqual(success({ newValue: 5 }));
    expect(await read(await post("/sync/examples/updateCounter/v2", { amount: 1 }))).toEqual(
      success({ newValue: 6, note: null, by: { userId: "ada", name: "Ada" } }),
    );
    expect(await read(await post("/sync/root/announce/v1", { text: "mark" }))).toMatchObject({ status: 200 });
    for (const [member, mine] of [[peer, true], [bob, false]] as const) {
      const frames = await framesToMark(member);
      expect(frames.map(({ cb, serverOutput, clientOutput }) => ({ cb, serverOutput, clientOutput }))).toEqual([
        { cb: "examples/updateCounter/v1", serverOutput: { newValue: 5 }, clientOutput: { mine } },
        {
          cb: "examples/updateCounter/v2",
          serverOutput: { newValue: 6, note: null, by: { userId: "ada", name: "Ada" } },
          clientOutput: { mine },
        },
      ]);
    }
  });

  it("reaches nested pages, the root page and client-only routes, and may leave out data that is empty", async () => {
    const { token, peer } = await player("Ada");
    for (const [kind, path, data] of [
      ["nested", "/sync/test/nestedTest/room/v1", { message: "hi" }],
      ["chat", "/sync/root/announce/v1", { text: "hi" }],
      ["lobby", "/sync/lobby/typing/v1", { active: true }],
    ] as const) {
      const receiver = stage.room(kind);
      await peer.join(receiver);
      const response = await stage.fetch(path, { headers: bearer(token), body: { data, receiver } });
      expect(response.status).toBe(200);
      expect(await peer.frame()).toMatchObject({ cb: path.slice("/sync/".length), room: receiver });
      // No route of the template takes an empty input, which shows that a missing one counts as `{}`.
      expect(await read(await stage.fetch(path, { headers: bearer(token), body: { receiver } }))).toMatchObject({
        status: 400,
        body: { errorCode: "sync-invalid-input", errorParams: { path: Object.keys(data)[0], reason: "missing" } },
      });
    }
  });

  it("is in the rooms that any socket of its session is in, and in no others", async () => {
    const { token, peer, room } = await player("Ada");
    const tab = await stage.guest({ token });
    const other = stage.room();
    await tab.join(other);
    const stranger = await stage.signIn("Ada");
    const post = async (token: string, receiver: string) => {
      const response = await stage.fetch(COUNTER, { headers: bearer(token), body: { data: { amount: 1 }, receiver } });
      return [response.status, ((await response.json()) as { errorCode?: string }).errorCode];
    };
    expect(await post(token, room)).toEqual([200, undefined]);
    expect(await post(token, other)).toEqual([200, undefined]);
    expect(await post(token, "game-room-nobody")).toEqual([403, "sync-not-in-room"]);
    // The same user in another session is not in them.
    expect(await post(stranger, room)).toEqual([403, "sync-not-in-room"]);
    await peer.call("leaveRoom", { room });
    expect(await post(token, room)).toEqual([403, "sync-not-in-room"]);
    tab.close();
    await expect.poll(() => post(token, other)).toEqual([403, "sync-not-in-room"]);
  });

  it("leaves out nobody by ignoreSelf: true, and the session's sockets by \"session\"", async () => {
    const { token, peer, room } = await player("Ada");
    const tab = await (await stage.guest({ token })).show("/examples");
    const bob = await (await stage.person("Bob")).show("/examples");
    for (const member of [tab, bob]) await member.join(room);
    for (const ignoreSelf of [true, "session", false]) {
      const body = { data: { amount: 1 }, receiver: room, ignoreSelf };
      expect((await stage.fetch(COUNTER, { headers: bearer(token), body })).status).toBe(200);
    }
    await mark(bob, room);
    const heard = await Promise.all([peer, tab, bob].map(framesToMark));
    expect(heard.map((frames) => frames.map(({ serverOutput }) => (serverOutput as { newValue: number }).newValue))).toEqual([
      [1, 3],
      [1, 3],
      [1, 2, 3],
    ]);
  });

  it("answers a repeated Idempotency-Key the same, and refuses one that is none", async () => {
    const { token, room } = await player("Ada");
    const body = { data: { amount: 1 }, receiver: room };
    const post = (key?: string) =>
      stage.fetch(COUNTER, { headers: { ...bearer(token), ...(key !== undefined && { "Idempotency-Key": key }) }, body });
    for (const key of ["", "k".repeat(65), "two words", "ké"]) {
      expect(await read(await post(key))).toEqual(refused(400, "sync-bad-request"));
    }
    for (const key of ["key-1", "key-1", "key-1"]) {
      expect(await read(await post(key))).toEqual(success({ newValue: 1 }));
    }
    expect(await read(await post("k".repeat(64)))).toEqual(success({ newValue: 2 }));
    expect(await read(await post())).toEqual(success({ newValue: 3 }));
  });

  it("ignores what a newer client may send beside the data", async () => {
    const { token, room } = await player("Ada");
    const body = { data: { amount: 1 }, receiver: room, later: [1], cb: "x", name: "chat/sendMessage", version: "v9", id: "an id" };
    expect(await read(await stage.fetch(COUNTER, { headers: bearer(token), body }))).toEqual(success({ newValue: 1 }));
  });
});

describe("an error over HTTP", () => {
  it.each([
    ["app", 400, "example-refused"],
    ["conflict", 409, "example-conflict"],
    ["panic", 500, "sync-server-failed"],
    ["slow", 504, "sync-timeout"],
  ])("has the status of its code: %s", async (kind, status, code) => {
    const { token, room } = await player("Ada");
    const response = await stage.fetch("/sync/examples/fail/v1", { headers: bearer(token), body: { data: { kind }, receiver: room } });
    expect(await read(response)).toMatchObject({ status, body: { status: "error", errorCode: code, httpStatus: status } });
  });

  it("is in the language of the session, or else of Accept-Language", async () => {
    const say = async (headers: Readonly<Record<string, string>>) => {
      const answer = await stage.fetch(COUNTER, { headers, body: { receiver: "game-room-x" } });
      return ((await answer.json()) as { message: string }).message;
    };
    expect(await say({})).toBe("Please sign in first.");
    expect(await say({ "Accept-Language": "nl" })).toBe("Meld je eerst aan.");
    expect(await say({ "Accept-Language": "fr;q=0.5, de-AT" })).toBe("Bitte melde dich zuerst an.");
    const dutch = bearer(await stage.signIn("Ada", "nl"));
    expect(await say({ ...dutch, "Accept-Language": "fr" })).toBe("Je bent niet in deze ruimte.");
    const undecided = bearer(await stage.signIn("Ada"));
    expect(await say({ ...undecided, "Accept-Language": "fr" })).toBe("Vous n’êtes pas dans ce salon.");
  });

  const JSON_TYPE = { "Content-Type": "application/json" };
  const CASES: readonly (readonly [string, string, RequestOptions, number, string, object])[] = [
    ["no body", COUNTER, { method: "POST", headers: JSON_TYPE }, 400, "sync-bad-request", {}],
    ["no JSON", COUNTER, { body: "{", headers: JSON_TYPE }, 400, "sync-bad-request", {}],
    ["an array", COUNTER, { body: [1] }, 400, "sync-bad-request", {}],
    ["null", COUNTER, { body: "null", headers: JSON_TYPE }, 400, "sync-bad-request", {}],
    ["no receiver", COUNTER, { body: { data: { amount: 1 } } }, 400, "sync-bad-request", {}],
    ["an ignoreSelf of another type", COUNTER, { body: { receiver: "x", ignoreSelf: 1 } }, 400, "sync-bad-request", {}],
    ["no content type", COUNTER, { body: "{}", headers: { "Content-Type": "" } }, 415, "sync-unsupported-media-type", {}],
    ["a form", COUNTER, { body: "a=1", headers: { "Content-Type": "application/x-www-form-urlencoded" } }, 415, "sync-unsupported-media-type", {}],
    ["text", COUNTER, { body: "{}", headers: { "Content-Type": "text/plain" } }, 415, "sync-unsupported-media-type", {}],
    ["more than 1 MB", COUNTER, { body: { receiver: "x".repeat(1_000_000) } }, 413, "sync-too-large", { limit: 1_000_000 }],
    ["an unknown route", "/sync/examples/nothing/v1", { body: { receiver: "x" } }, 404, "sync-not-found", {}],
    ["an unknown version", "/sync/examples/updateCounter/v3", { body: { receiver: "x" } }, 404, "sync-not-found", {}],
    ["no version", "/sync/examples/updateCounter", { body: { receiver: "x" } }, 404, "sync-not-found", {}],
    ["no route", "/sync", { body: { receiver: "x" } }, 404, "sync-not-found", {}],
    ["no route and a slash", "/sync/", { body: { receiver: "x" } }, 404, "sync-not-found", {}],
    ["a slash too many", `${COUNTER}/`, { body: { receiver: "x" } }, 404, "sync-not-found", {}],
    ["names of JavaScript", "/sync/__proto__/constructor/v1", { body: { receiver: "x" } }, 404, "sync-not-found", {}],
    ["a path that is not UTF-8", "/sync/examples/%FF/v1", { body: { receiver: "x" } }, 404, "sync-not-found", {}],
  ];

  it.each(CASES)("answers with an envelope: %s", async (_, path, options, status, code, params) => {
    const headers = { ...bearer(await stage.signIn("Ada")), ...options.headers };
    expect(await read(await stage.fetch(path, { ...options, headers }))).toEqual(refused(status, code, params));
  });

  it("answers an unknown charset of JSON as JSON", async () => {
    const { token, room } = await player("Ada");
    const headers = { ...bearer(token), "Content-Type": "Application/JSON; charset=utf-8" };
    const response = await stage.fetch(COUNTER, { headers, body: JSON.stringify({ data: { amount: 1 }, receiver: room }) });
    expect(response.status).toBe(200);
  });

  it.each([["GET"], ["PUT"], ["PATCH"], ["DELETE"], ["HEAD"]])("refuses the method %s and names the right one", async (method) => {
    for (const path of [COUNTER, "/sync", "/sync/nothing"]) {
      const response = await stage.fetch(path, { method });
      expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
      if (method !== "HEAD") expect(await read(response)).toEqual(refused(405, "sync-method-not-allowed"));
    }
  });

  it("in the body tells invalid UTF-8", async () => {
    const response = await fetch(stage.server.url + COUNTER, {
      method: "POST",
      headers: { ...bearer(await stage.signIn("Ada")), ...JSON_TYPE },
      body: new Uint8Array([0x7b, 0xff, 0x7d]),
    });
    expect(await read(response)).toEqual(refused(400, "sync-bad-request"));
  });
});

describe("who calls over HTTP", () => {
  const call = async (headers: Readonly<Record<string, string>>) => {
    const response = await stage.fetch(COUNTER, { headers, body: { data: { amount: 1 }, receiver: "game-room-none" } });
    return ((await response.json()) as { errorCode: string }).errorCode;
  };
  // Who is signed in gets as far as the room.
  const [SIGNED_IN, ANONYMOUS] = ["sync-not-in-room", "auth-required"];

  it("is known by the token", async () => {
    const token = await stage.signIn("Ada");
    expect(await call({ Authorization: `Bearer ${token}` })).toBe(SIGNED_IN);
    expect(await call({ Authorization: `bearer  ${token}` })).toBe(SIGNED_IN);
    expect(await call({ Authorization: `Bearer ${token}x` })).toBe("auth-required");
    expect(await call({ Authorization: `Basic ${token}` })).toBe(ANONYMOUS);
    expect(await call({})).toBe(ANONYMOUS);
  });

  it("is known by the cookie where a page of ours sends it", async () => {
    const Cookie = `app_session=${await stage.signIn("Ada")}`;
    const { url, port } = stage.server;
    expect(await call({ Cookie, Origin: url })).toBe(SIGNED_IN);
    for (const origin of [`http://localhost:${port}`, "http://localhost:5173", "https://127.0.0.1", "http://[::1]:1234"]) {
      expect(await call({ Cookie, Origin: origin })).toBe(SIGNED_IN);
    }
    expect(await call({ Cookie, "Sec-Fetch-Site": "same-origin" })).toBe(SIGNED_IN);
    expect(await call({ Cookie, "Sec-Fetch-Site": "none" })).toBe(SIGNED_IN);
    expect(await call({ Cookie, "Sec-Fetch-Site": "same-site" })).toBe(ANONYMOUS);
    expect(await call({ Cookie, "Sec-Fetch-Site": "cross-site" })).toBe(ANONYMOUS);
    expect(await call({ Cookie })).toBe(ANONYMOUS);
  });

  it("may bring a token from wherever there is no browser", async () => {
    const token = await stage.signIn("Ada");
    expect(await call({ ...bearer(token), "Sec-Fetch-Site": "cross-site" })).toBe(SIGNED_IN);
    expect(await call({ ...bearer(token), Cookie: "app_session=gone" })).toBe(SIGNED_IN);
  });

  it.each([
    ["https://evil.example"],
    ["http://localhost.evil.example"],
    ["http://127.0.0.1.evil.example"],
    ["null"],
    ["file://"],
    ["http://192.168.0.1"],
  ])("is refused on a page of %s, whatever it brings", async (origin) => {
    const headers = { ...bearer(await stage.signIn("Ada")), Origin: origin };
    for (const path of [COUNTER, "/auth/session", "/", "/socket.io/?EIO=4&transport=polling"]) {
      const response = await stage.fetch(path, { headers, ...(path === COUNTER && { body: {} }) });
      expect(await read(response)).toEqual(refused(403, "origin-forbidden", {}, "This website may not use this server."));
      expect(response.headers.get("access-control-allow-origin")).toBeNull();
    }
  });
});

describe("a page of another allowed origin", () => {
  it("may ask before it calls, and read the answer", async () => {
    const Origin = "http://localhost:5173";
    const asked = await stage.fetch(COUNTER, {
      method: "OPTIONS",
      headers: {
        Origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
      },
    });
    expect(asked.status).toBe(200);
    const listed = (name: string) => (asked.headers.get(name) ?? "").toLowerCase().split(",").map((word) => word.trim());
    expect(asked.headers.get("access-control-allow-origin")).toBe(Origin);
    expect(asked.headers.get("access-control-allow-credentials")).toBe("true");
    expect(listed("access-control-allow-methods")).toEqual(expect.arrayContaining(["post", "patch"]));
    expect(listed("access-control-allow-headers")).toEqual(
      expect.arrayContaining(["authorization", "content-type", "idempotency-key"]),
    );
    expect(listed("vary")).toContain("origin");

    const answered = await stage.fetch(COUNTER, { headers: { Origin }, body: {} });
    expect(answered.headers.get("access-control-allow-origin")).toBe(Origin);
    expect(answered.headers.get("access-control-allow-credentials")).toBe("true");
  });

  it("is not allowed when it is a foreign one", async () => {
    const headers = { Origin: "https://evil.example", "Access-Control-Request-Method": "POST" };
    const asked = await stage.fetch(COUNTER, { method: "OPTIONS", headers });
    expect(asked.status).toBe(403);
    expect(asked.headers.get("access-control-allow-origin")).toBeNull();
  });
});
