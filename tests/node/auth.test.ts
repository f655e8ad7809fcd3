import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AppServer, startAppServer } from "./appServer.ts";
import { freePort } from "./program.ts";
import { type RequestOptions, setStage } from "./stage.ts";

const stage = setStage();

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
const session = (name: string, rest: object = {}) => ({ userId: name.toLowerCase(), name, locale: null, muted: false, host: false, ...rest });
const GUEST = { userId: "", name: "", locale: null, muted: false, host: false };

const refused = (status: number, errorCode: string, errorParams: object = {}) => ({
  status: "error",
  errorCode,
  errorParams,
  message: expect.any(String),
  httpStatus: status,
});

async function json(path: string, options?: RequestOptions): Promise<[number, unknown]> {
  const response = await stage.fetch(path, options);
  expect(response.headers.get("content-type")).toBe("application/json");
  return [response.status, await response.json()];
}

/** The parts of a Set-Cookie header. */
function cookie(response: Response) {
  const [only, ...others] = response.headers.getSetCookie();
  expect(others).toEqual([]);
  const [pair = "", ...attributes] = (only ?? "").split(";").map((part) => part.trim());
  const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
  return { name, value, attributes: attributes.map((attribute) => attribute.toLowerCase()).sort() };
}

describe("POST /auth/login", () => {
  it("answers with a token and the session, and sets the cookie for pages alone", async () => {
    const response = await stage.fetch("/auth/login", { body: { name: "Ada", locale: "nl" } });
    const answer = (await response.json()) as { token: string };
    expect(response.status).toBe(200);
    expect(answer).toEqual({ token: expect.any(String), session: session("Ada", { locale: "nl" }) });
    expect(answer.token).toMatch(/^[\w-]{43}$/);
    expect(cookie(response)).toEqual({
      name: "app_session",
      value: answer.token,
      attributes: ["httponly", `max-age=${30 * 24 * 3600}`, "path=/", "samesite=lax"],
    });
  });

  it("gives the same name the same user, and every login a session of its own", async () => {
    const [one, two] = [await stage.signIn("Ada"), await stage.signIn("  ADA ")];
    expect(one).not.toBe(two);
    expect(await json("/auth/session", { headers: bearer(one) })).toEqual([200, { session: session("Ada") }]);
    expect(await json("/auth/session", { headers: bearer(two) })).toEqual([200, { session: session("ADA") }]);
  });

  it("ends the session that the cookie named, and closes its sockets", async () => {
    const before = await stage.signIn("Ada");
    const tab = await stage.guest({ token: before });
    const closed = tab.disconnected();
    const headers = { Cookie: `app_session=${before}`, Origin: stage.server.url };
    const response = await stage.fetch("/auth/login", { body: { name: "Bob" }, headers });
    const after = (await response.json()) as { token: string };
    await closed;
    expect(await json("/auth/session", { headers: bearer(before) })).toEqual([401, refused(401, "auth-required")]);
    expect(await json("/auth/session", { headers: bearer(after.token) })).toEqual([200, { session: session("Bob") }]);
  });

  it.each([["Zoë 汉字"], ["O’Brien"], ["x"], ["𝒮".repeat(40)], ["<b>"]])("takes the name %s", async (name) => {
    expect(await json("/auth/login", { body: { name } })).toMatchObject([200, { session: { name } }]);
  });

  it.each([
    ["no body", { method: "POST" }, ["", "expected-object"]],
    ["no JSON", { body: "name=Ada" }, ["", "expected-object"]],
    ["an array", { body: ["Ada"] }, ["", "expected-object"]],
    ["null", { body: "null" }, ["", "expected-object"]],
    ["no name", { body: {} }, ["name", "missing"]],
    ["a name that is a number", { body: { name: 5 } }, ["name", "expected-string"]],
    ["a name that is null", { body: { name: null } }, ["name", "expected-string"]],
    ["an empty name", { body: { name: "" } }, ["name", "length"]],
    ["a name of spaces", { body: { name: " \t\n " } }, ["name", "length"]],
    ["a name that is too long", { body: { name: "x".repeat(41) } }, ["name", "length"]],
    ["a name with control characters", { body: { name: "A\u0000da" } }, ["name", "length"]],
    ["a locale that is a number", { body: { name: "Ada", locale: 5 } }, ["locale", "invalid-format"]],
    ["a locale that is too long", { body: { name: "Ada", locale: "x".repeat(36) } }, ["locale", "invalid-format"]],
  ])("refuses %s", async (_, options, [path, reason]) => {
    expect(await json("/auth/login", options)).toEqual([400, refused(400, "sync-invalid-input", { path, reason })]);
  });

  it("refuses bytes that are no text, and more than it wants to read", async () => {
    const post = async (body: Uint8Array<ArrayBuffer>) => {
      const response = await fetch(`${stage.server.url}/auth/login`, { method: "POST", body });
      expect(response.headers.get("content-type")).toBe("application/json");
      return ((await response.json()) as { errorCode: string; httpStatus: number }).errorCode;
    };
    expect(await post(new Uint8Array([0x7b, 0xff, 0x7d]))).toBe("sync-invalid-input");
    expect(await post(new Uint8Array(100_000).fill(0x20))).toBe("sync-too-large");
  });

  it("answers in the language that the reader asks for", async () => {
    const [, answer] = await json("/auth/login", { body: {}, headers: { "Accept-Language": "de" } });
    expect(answer).toMatchObject({ message: "„name“ fehlt." });
  });
});

describe("GET /auth/session", () => {
  it("shows a guest to whoever has not signed in", async () => {
    expect(await json("/auth/session")).toEqual([200, { session: GUEST }]);
  });

  it("shows the session of the token, and of the cookie where a page of ours asks", async () => {
    const token = await stage.signIn("Ada", "fr");
    const ada = { session: session("Ada", { locale: "fr" }) };
    const Cookie = `app_session=${token}`;
    expect(await json("/auth/session", { headers: bearer(token) })).toEqual([200, ada]);
    expect(await json("/auth/session", { headers: { Cookie, Origin: stage.server.url } })).toEqual([200, ada]);
    expect(await json("/auth/session", { headers: { Cookie, "Sec-Fetch-Site": "same-origin" } })).toEqual([200, ada]);
    expect(await json("/auth/session", { headers: { Cookie, "Sec-Fetch-Site": "cross-site" } })).toEqual([200, { session: GUEST }]);
    expect(await json("/auth/session", { headers: { Cookie } })).toEqual([200, { session: GUEST }]);
    // Over plain HTTP, a browser says where a page's own GET comes from in Referer alone.
    expect(await json("/auth/session", { headers: { Cookie, Referer: `${stage.server.url}/chat` } })).toEqual([200, ada]);
    expect(await json("/auth/session", { headers: { Cookie, Referer: "https://evil.example/" } })).toEqual([200, { session: GUEST }]);
    // The name that every app had once.
    const old = `session=${token}`;
    expect(await json("/auth/session", { headers: { Cookie: old, "Sec-Fetch-Site": "same-origin" } })).toEqual([200, ada]);
  });

  it("says when to ask again, as does every answer that shows a session", async () => {
    const token = await stage.signIn("Ada");
    for (const [path, options] of [
      ["/auth/login", { body: { name: "Ada" } }],
      ["/auth/session", { headers: bearer(token) }],
      ["/auth/session", { method: "PATCH", headers: bearer(token), body: { muted: true } }],
    ] as const) {
      const response = await stage.fetch(path, options);
      expect(response.headers.get("session-ask-again-ms")).toBe(`${(30 * 24 * 3600 * 1000) / 4}`);
    }
  });

  it("is kept by nobody on the way", async () => {
    for (const path of ["/auth/session", "/auth/login", "/auth/nothing"]) {
      expect((await stage.fetch(path)).headers.get("cache-control")).toBe("no-store");
    }
  });

  it("refuses a token that is not valid", async () => {
    expect(await json("/auth/session", { headers: bearer("x") })).toEqual([401, refused(401, "auth-required")]);
  });
});

describe("PATCH /auth/session", () => {
  const patch = (token: string, body: unknown) => json("/auth/session", { method: "PATCH", headers: bearer(token), body });

  it("changes what it names and nothing else", async () => {
    const token = await stage.signIn("Ada", "en");
    const changed = (rest: object) => [200, { session: session("Ada", rest) }];
    expect(await patch(token, { muted: true })).toEqual(changed({ locale: "en", muted: true }));
    expect(await patch(token, { locale: "nl" })).toEqual(changed({ locale: "nl", muted: true }));
    expect(await patch(token, { host: true })).toEqual(changed({ locale: "nl", muted: true, host: true }));
    expect(await patch(token, { locale: null, muted: false, host: false })).toEqual(changed({}));
    expect(await patch(token, {})).toEqual(changed({}));
    expect(await patch(token, { name: "Eve", userId: "eve" })).toEqual(changed({}));
    expect(await json("/auth/session", { headers: bearer(token) })).toEqual(changed({}));
  });

  it("reaches every socket of the session, and no other session of the same user", async () => {
    const [token, other] = [await stage.signIn("Ada"), await stage.signIn("Ada")];
    const tabs = [await stage.guest({ token }), await stage.guest({ token }), await stage.guest({ token: other })];
    await patch(token, { locale: "fr" });
    const told = await Promise.all(tabs.map(async (tab) => (await tab.call("joinRoom", { room: "secret" })).message));
    expect(told).toEqual([
      "Vous n’avez pas accès à ce salon.",
      "Vous n’avez pas accès à ce salon.",
      "You may not enter this room.",
    ]);
  });

  it("refuses guests and wrong values, and changes nothing then", async () => {
    expect(await json("/auth/session", { method: "PATCH", body: { muted: true } })).toEqual([401, refused(401, "auth-required")]);
    const token = await stage.signIn("Ada", "nl");
    for (const [body, path, reason] of [
      [[], "", "expected-object"],
      [{ locale: 5 }, "locale", "invalid-format"],
      [{ locale: "de", muted: "yes" }, "muted", "expected-boolean"],
      [{ host: 1 }, "host", "expected-boolean"],
    ] as const) {
      expect(await patch(token, body)).toEqual([400, refused(400, "sync-invalid-input", { path, reason })]);
    }
    expect(await json("/auth/session", { headers: bearer(token) })).toEqual([200, { session: session("Ada", { locale: "nl" }) }]);
  });
});

describe("POST /auth/logout", () => {
  it("ends the session: its cookie, its token and its sockets, and no other session", async () => {
    const [token, other] = [await stage.signIn("Ada"), await stage.signIn("Ada")];
    const tabs = [
      await stage.guest({ token }),
      await stage.guest({ token, transports: ["polling"] }),
      await stage.guest({ token, transports: ["websocket"] }),
    ];
    const stays = await stage.guest({ token: other });
    const room = stage.room();
    for (const tab of [...tabs, stays]) await tab.join(room);
    const closed = Promise.all(tabs.map((tab) => tab.disconnected()));

    const response = await stage.fetch("/auth/logout", { method: "POST", headers: bearer(token) });
    expect([response.status, await response.json()]).toEqual([200, { status: "success" }]);
    expect(cookie(response)).toMatchObject({ name: "app_session", value: "", attributes: expect.arrayContaining(["max-age=0", "path=/"]) });

    await closed;
    expect(await json("/auth/session", { headers: bearer(token) })).toEqual([401, refused(401, "auth-required")]);
    expect(await stays.call("joinedRooms", {})).toEqual({ status: "success", rooms: [room] });
    expect(await json("/auth/session", { headers: bearer(other) })).toEqual([200, { session: session("Ada") }]);
  });

  it("succeeds for whoever is signed out already", async () => {
    expect(await json("/auth/logout", { method: "POST" })).toEqual([200, { status: "success" }]);
    expect(await json("/auth/logout", { method: "POST", headers: bearer("gone") })).toEqual([200, { status: "success" }]);
  });

  it("by the cookie works on a page of ours alone", async () => {
    const token = await stage.signIn("Ada");
    const Cookie = `app_session=${token}`;
    await stage.fetch("/auth/logout", { method: "POST", headers: { Cookie, "Sec-Fetch-Site": "cross-site" } });
    const foreign = await stage.fetch("/auth/logout", { method: "POST", headers: { Cookie, Origin: "https://evil.example" } });
    expect(foreign.status).toBe(403);
    expect(await json("/auth/session", { headers: bearer(token) })).toMatchObject([200, {}]);
    await stage.fetch("/auth/logout", { method: "POST", headers: { Cookie, Origin: stage.server.url } });
    expect(await json("/auth/session", { headers: bearer(token) })).toMatchObject([401, {}]);
  });
});

describe("addresses and methods under /auth", () => {
  it.each([["/auth"], ["/auth/"], ["/auth/nothing"], ["/auth/login/more"], ["/auth/session/"]])("that are not there, such as %s, are told with an envelope", async (path) => {
    for (const method of ["GET", "POST"]) {
      expect(await json(path, { method })).toEqual([404, refused(404, "sync-not-found")]);
    }
  });

  it.each([
    ["/auth/login", "GET", ["POST"]],
    ["/auth/logout", "GET", ["POST"]],
    ["/auth/session", "POST", ["GET", "HEAD", "PATCH"]],
    ["/auth/session", "DELETE", ["GET", "HEAD", "PATCH"]],
  ])("%s refuse %s with the methods that there are", async (path, method, allowed) => {
    const response = await stage.fetch(path, { method });
    expect(response.status).toBe(405);
    expect((response.headers.get("allow") ?? "").split(",").map((word) => word.trim()).sort()).toEqual(allowed);
    expect(await response.json()).toEqual(refused(405, "sync-method-not-allowed"));
  });
});

describe("two copies of an app on two ports of a host", () => {
  it("leave each other's sign-in alone, though nobody has named their cookies", async () => {
    const [one, other] = [await startAppServer({ port: await freePort() }), await startAppServer({ port: await freePort() })];
    try {
      // A browser: it has one set of cookies for both.
      const jar = new Map<string, string>();
      const ask = async (url: string, path: string, body?: object) => {
        const Cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
        const response = await fetch(url + path, {
          method: body === undefined ? "GET" : "POST",
          headers: { Cookie, "Sec-Fetch-Site": "same-origin" },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        });
        if (response.headers.getSetCookie().length > 0) jar.set(cookie(response).name, cookie(response).value);
        return ((await response.json()) as { session?: { name: string } }).session?.name;
      };
      await ask(one.url, "/auth/login", { name: "Ada" });
      await ask(other.url, "/auth/login", { name: "Bob" });
      expect([await ask(one.url, "/auth/session"), await ask(other.url, "/auth/session")]).toEqual(["Ada", "Bob"]);
      await ask(other.url, "/auth/logout", {});
      expect([await ask(one.url, "/auth/session"), await ask(other.url, "/auth/session")]).toEqual(["Ada", ""]);
      expect([...jar.keys()]).toEqual([`app_session_${one.port}`, `app_session_${other.port}`]);
    } finally {
      await Promise.all([one.stop(), other.stop()]);
    }
  });
});

describe("in production", () => {
  let server: AppServer;
  beforeAll(async () => {
    server = await startAppServer({ env: { SYNC_ENV: "production" } });
  });
  afterAll(() => server.stop());

  it("the cookie travels over HTTPS only, and is that of one host", async () => {
    const response = await fetch(`${server.url}/auth/login`, { method: "POST", body: '{"name":"Ada"}' });
    const { name, value, attributes } = cookie(response);
    expect([name, attributes]).toEqual(["__Host-app_session", expect.arrayContaining(["secure", "path=/"])]);
    const who = async (Cookie: string) => {
      const answer = await fetch(`${server.url}/auth/session`, { headers: { Cookie, Origin: server.url } });
      return ((await answer.json()) as { session: { name: string } }).session.name;
    };
    expect(await who(`__Host-app_session=${value}`)).toBe("Ada");
    // Whoever owns a neighbouring host can set one without the prefix.
    expect(await who(`app_session=${value}`)).toBe("");
    expect(await who(`session=${value}`)).toBe("");
  });

  it("pages of this machine are as foreign as others, and its own address is not", async () => {
    const status = async (origin: string) => (await fetch(`${server.url}/auth/session`, { headers: { Origin: origin } })).status;
    expect(await status("http://localhost:5173")).toBe(403);
    expect(await status(server.url)).toBe(200);
  });
});
