/** Sessions of the real server, which ends without a word and comes back. */
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type AppServer, startAppServer } from "./appServer.ts";

let data: string;

beforeEach(async () => {
  data = await mkdtemp(path.join(tmpdir(), "syncwright-crash-"));
});

afterEach(() => rm(data, { recursive: true, force: true }));

async function signIn(server: AppServer, name: string): Promise<string> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${server.url}/auth/login`, { method: "POST", headers, body: JSON.stringify({ name }) });
  const { token } = (await response.json()) as { token: string };
  return token;
}

const ask = (server: AppServer, token: string, route = "session", method = "GET") =>
  fetch(`${server.url}/auth/${route}`, { method, headers: { authorization: `Bearer ${token}` } });

it("keeps every session that it has answered with, and none that was signed out, over kill -9", async () => {
  const first = await startAppServer({ data });
  const tokens = await Promise.all(Array.from({ length: 50 }, (_, at) => signIn(first, `user ${at}`)));
  const out = await signIn(first, "Bob");
  expect((await ask(first, out, "logout", "POST")).status).toBe(200);
  await first.kill();

  const second = await startAppServer({ data });
  try {
    for (const [at, token] of tokens.entries()) {
      const response = await ask(second, token);
      expect(await response.json()).toMatchObject({ session: { name: `user ${at}` } });
    }
    expect((await ask(second, out)).status).toBe(401);
  } finally {
    await second.stop();
  }
});

it("has its files for itself", async () => {
  const folder = path.join(data, "made/by/the/server");
  const server = await startAppServer({ data: folder });
  await signIn(server, "Ada");
  for (const file of await readdir(folder)) expect((await stat(path.join(folder, file))).mode & 0o777, file).toBe(0o600);
  expect(await readdir(folder)).toContain("sessions.sqlite");
  await server.stop();
});

it("does not start where it cannot keep its files, and says which setting names the folder", async () => {
  const folder = path.join(import.meta.filename, "below");
  await expect(startAppServer({ data: folder })).rejects.toThrow(/cannot write to the folder `.*crash.test.ts\/below`.*`SYNC_DATA`/);
});
