import { describe, expect, it } from "vitest";
import type { PeerOptions } from "./peer.ts";
import { setStage } from "./stage.ts";

const stage = setStage();

const TRANSPORTS = [["polling"], ["websocket"]] as const;

/** The code of what the server says to a call of somebody who must be signed in. */
async function isSignedIn(options: PeerOptions): Promise<boolean> {
  const peer = await stage.guest(options);
  const answer = await peer.call("joinRoom", { room: stage.room() });
  return answer.status === "success";
}

/** "connected", or why it was refused. */
function outcome(options: PeerOptions): Promise<string> {
  return stage.guest(options).then(
    () => "connected",
    (error: Error) => error.message,
  );
}

describe("a handshake", () => {
  it("without a token and a cookie is anonymous", async () => {
    expect(await isSignedIn({})).toBe(false);
    expect(await isSignedIn({ auth: { token: null, lang: null, later: 1 } })).toBe(false);
  });

  it("with a token is that session", async () => {
    const token = await stage.signIn("Ada");
    for (const transports of TRANSPORTS) expect(await isSignedIn({ token, transports })).toBe(true);
  });

  it("with the cookie is that session only where a page of ours sends it", async () => {
    const Cookie = `other=1; app_session=${await stage.signIn("Ada")}; theme=dark`;
    const { url, port } = stage.server;
    for (const transports of TRANSPORTS) {
      const withCookie = (headers: PeerOptions["headers"]) => isSignedIn({ transports, headers: { Cookie, ...headers } });
      expect(await withCookie({ Origin: url })).toBe(true);
      expect(await withCookie({ Origin: `http://localhost:${port + 1}` })).toBe(true);
      expect(await withCookie({ "Sec-Fetch-Site": "same-origin" })).toBe(true);
      expect(await withCookie({ "Sec-Fetch-Site": "none" })).toBe(true);
      expect(await withCookie({ "Sec-Fetch-Site": "cross-site" })).toBe(false);
      expect(await withCookie({ "Sec-Fetch-Site": "same-site" })).toBe(false);
      expect(await withCookie({ Referer: `${url}/chat?room=1` })).toBe(true);
      expect(await withCookie({ Referer: "https://evil.example/" })).toBe(false);
      expect(await withCookie({ Referer: url, "Sec-Fetch-Site": "cross-site" })).toBe(false);
      expect(await withCookie({})).toBe(false);
    }
  });

  it("with a token and a cookie is the session of the token", async () => {
    const [token, other] = [await stage.signIn("Ada"), await stage.signIn("Bob")];
    const peer = await stage.guest({ token, headers: { Cookie: `app_session=${other}`, Origin: stage.server.url } });
    const room = stage.room("nested");
    await peer.join(room);
    expect((await peer.sync("test/nestedTest/room/v1", room, { message: "hi" })).result).toMatchObject({
      from: { name: "Ada" },
    });
  });

  it.each([
    ["a token that never was", { token: "x".repeat(43) }, "auth-required"],
    ["an empty token", { token: "" }, "auth-required"],
    ["a token that is a number", { token: 5 }, "sync-bad-request"],
    ["a token that is an object", { token: { toString: "x" } }, "sync-bad-request"],
    ["a language that is a number", { lang: 5 }, "sync-bad-request"],
  ])("with %s is refused with a code", async (_, auth, code) => {
    for (const transports of TRANSPORTS) {
      expect(await outcome({ auth, transports })).toBe(code);
    }
    expect((await stage.fetch("/healthz")).status).toBe(200);
  });

  it("with a cookie that is not valid any more is refused, not anonymous", async () => {
    const headers = { Cookie: "app_session=gone", Origin: stage.server.url };
    expect(await outcome({ headers })).toBe("auth-required");
    // Where the cookie does not count, there is nothing to refuse.
    await stage.peer({ headers: { Cookie: "app_session=gone" } }).connected();
  });

  it("after the logout of its session is refused", async () => {
    const token = await stage.signIn("Ada");
    await stage.fetch("/auth/logout", { method: "POST", headers: { Authorization: `Bearer ${token}` } });
    expect(await outcome({ token })).toBe("auth-required");
  });

  it("of a page of another origin is refused with 403 before anything else", async () => {
    const token = await stage.signIn("Ada");
    const headers = { Origin: "https://evil.example" };
    for (const transports of TRANSPORTS) {
      const error = await stage.peer({ token, transports, headers }).refused();
      expect(JSON.stringify([error.description, String((error.description as { message?: unknown }).message)])).toContain("403");
    }
  });

  it.each([["text"], [-5], [[1, 2]], [true], [[]]])("whose auth is %j is refused", async (auth) => {
    // The stock client takes any value that its `auth` function hands on.
    const give = (hand: (auth: unknown) => void) => hand(auth);
    expect(await outcome({ auth: give })).toBe("sync-bad-request");
  });

  it("may be to the one namespace only", async () => {
    const token = await stage.signIn("Ada");
    expect(await outcome({ token, namespace: "/admin" })).toBe("Invalid namespace");
    expect(await outcome({ token, namespace: "/" })).toBe("connected");
  });
});

describe("a second CONNECT on an open connection", () => {
  it("changes nothing: neither the session nor the rooms", async () => {
    const room = stage.room("nested");
    const ada = await stage.person("Ada", { transports: ["websocket"] });
    await ada.join(room);
    const bobsToken = await stage.signIn("Bob");
    // What the parser of the stock client sends at the beginning, once more.
    ada.socket.io.engine.write(`0${JSON.stringify({ token: bobsToken })}`);
    ada.socket.io.engine.write("0");
    expect((await ada.sync("test/nestedTest/room/v1", room, { message: "still me" })).result).toMatchObject({
      from: { name: "Ada" },
    });
    expect(await ada.frame()).toMatchObject({ serverOutput: { message: "still me" } });
    expect(await ada.call("joinedRooms", {})).toEqual({ status: "success", rooms: [room] });
    expect(ada.heard).toHaveLength(1);
  });
});
