import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { setStage } from "./stage.ts";

const stage = setStage();

const isPage = (response: Response) => response.headers.get("content-type")?.startsWith("text/html") ?? false;

/** Sends a request as it stands, path and all, and returns the head of the answer. */
async function raw(request: string): Promise<string> {
  const socket = connect(stage.server.port, "127.0.0.1");
  socket.setEncoding("utf8").write(request);
  let answer = "";
  for await (const chunk of socket) {
    answer += chunk;
    if (answer.includes("\r\n\r\n")) break;
  }
  socket.destroy();
  return answer;
}

describe("whether the server is well", () => {
  it.each([["/healthz"], ["/readyz"]])("is told at %s, to anybody", async (path) => {
    const response = await stage.fetch(path);
    expect([response.status, await response.text()]).toEqual([200, "ok"]);
    expect((await stage.fetch(path, { headers: { Authorization: "Bearer gone", Cookie: "session=gone" } })).status).toBe(200);
    const posted = await stage.fetch(path, { method: "POST" });
    expect([posted.status, posted.headers.get("allow")]).toEqual([405, expect.stringContaining("GET")]);
  });
});

describe("the page", () => {
  it.each([["/"], ["/examples"], ["/chat?room=1"], ["/a/b/c"], ["/synchronous"], ["/authors"], ["/%FF"]])("is the answer at %s", async (path) => {
    const response = await stage.fetch(path);
    expect([response.status, isPage(response)]).toEqual([200, true]);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("content-security-policy")).toBe("frame-ancestors 'self'");
  });

  it.each([
    ["/sync"], ["/sync/"], ["/sync/x"], ["/sync/examples/updateCounter/v1"],
    ["/auth"], ["/auth/"], ["/auth/x"], ["/auth/login"],
    ["/metrics/x"], ["/api"], ["/api/x"], ["/_inspect"], ["/healthz/x"], ["/readyz/"],
    ["/socket.io"], ["/socket.io/"], ["/socket.io/x"], ["/socket.io/?EIO=4"],
  ])("is not the answer at %s", async (path) => {
    for (const method of ["GET", "POST"]) {
      const response = await stage.fetch(path, { method });
      expect(isPage(response)).toBe(false);
      expect(response.status).toBeGreaterThanOrEqual(400);
    }
  });

  it("is only for reading", async () => {
    const response = await stage.fetch("/examples", { method: "POST" });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    expect((await stage.fetch("/examples", { method: "HEAD" })).status).toBe(200);
  });

  it("keeps what lies outside of it to itself", async () => {
    expect((await stage.fetch("/missing.js")).status).toBe(404);
    for (const path of ["/../Cargo.toml", "/..%2fCargo.toml", "/assets/../../package.json", "/%2e%2e/package.json", "//etc/passwd"]) {
      const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
      expect(answer).not.toMatch(/\[package\]|"name"|root:/);
      expect(answer).toMatch(/^HTTP\/1\.1 (404|200)/);
    }
  });
});

describe("what is no HTTP", () => {
  it.each([
    ["nonsense", "nonsense\r\n\r\n"],
    ["a header that never ends", `GET / HTTP/1.1\r\nX: ${"x".repeat(500_000)}\r\n\r\n`],
    ["a TLS hello", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\r\n\r\n"],
  ])("touches nobody: %s", async (_, request) => {
    const ada = await stage.person("Ada");
    await raw(request).catch(() => "");
    expect(await ada.call("joinedRooms", {})).toEqual({ status: "success", rooms: [] });
    expect((await stage.fetch("/healthz")).status).toBe(200);
  });

  it("touches nobody: Engine.IO without a session, of another version, by an unknown transport", async () => {
    for (const query of ["", "EIO=3&transport=polling", "EIO=4", "EIO=4&transport=carrier-pigeon", "EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAA", "EIO=4&transport=websocket"]) {
      const response = await stage.fetch(`/socket.io/?${query}`);
      expect([query, response.status]).toEqual([query, 400]);
    }
    expect((await stage.fetch("/healthz")).status).toBe(200);
  });
});
