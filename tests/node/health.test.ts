/** Connections whose other end is silent: each side finds out within the time of its pings, and nobody is given up who only had to wait for us. */
import { createSync, type SyncClient, type Transport } from "syncwright";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ErrorCode, SyncTypeMap } from "../../app-template/web/src/_sockets/apiTypes.generated.ts";
import { type CuttableProxy, startCuttableProxy } from "./cuttableProxy.ts";
import type { Json, Peer } from "./peer.ts";
import { setStage } from "./stage.ts";
import { untilJoined, untilStatus } from "./until.ts";

const PING = { intervalMs: 800, timeoutMs: 1_000 };
/** How long silence may last before a connection is given up. */
const SILENCE_MS = PING.intervalMs + PING.timeoutMs;
/** What this machine may take besides. */
const SLACK_MS = 1_000;

const stage = setStage({
  env: {
    SYNC_PING_INTERVAL_MS: String(PING.intervalMs),
    SYNC_PING_TIMEOUT_MS: String(PING.timeoutMs),
    SYNC_PRESENCE_LOST_GRACE_MS: "100",
  },
});

type Client = SyncClient<SyncTypeMap, ErrorCode>;

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function proxied(): Promise<CuttableProxy> {
  const proxy = await startCuttableProxy(stage.server.port);
  endings.push(() => proxy.close());
  return proxy;
}

async function client(url: string, transport: Transport): Promise<Client> {
  const token = await stage.signIn("Ada");
  const made = createSync<SyncTypeMap, ErrorCode>({
    url,
    token: () => token,
    transports: [transport],
    connectTimeoutMs: 2_000,
    backoff: { baseMs: 20, capMs: 100 },
  });
  endings.push(() => made.disconnect());
  return made;
}

const NESTED = { name: "test/nestedTest/room", version: "v1" } as const;

/** What `client` hears in its rooms, in order. */
function heardBy(client: Client): readonly string[] {
  const heard: string[] = [];
  client.upsertSyncEventCallback({ ...NESTED, callback: ({ serverOutput }) => void heard.push(serverOutput.message) });
  return heard;
}

async function say(peer: Peer, room: string, message: string): Promise<void> {
  expect(await peer.sync("test/nestedTest/room/v1", room, { message })).toMatchObject({ status: "success" });
}

/** How many sockets the server counts. */
async function sockets(): Promise<number> {
  const text = await (await stage.fetch("/metrics")).text();
  return Number(/^sync_sockets (\d+)$/m.exec(text)?.[1]);
}

/** What a peer was told of somebody in its rooms. */
function toldOf(peer: Peer, name: string): readonly string[] {
  const frames = peer.heard.filter(([event]) => event === "presence").map(([, frame]) => frame as { changes: (Json & { user: Json })[] });
  return frames.flatMap(({ changes }) => changes.filter(({ user }) => user["name"] === name).map(({ kind }) => String(kind)));
}

async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

describe.each(["websocket", "polling"] as const)("a connection by %s whose other end is silent", (transport) => {
  it("is given up by both sides within the time of the pings, and is there again with all that was missed", async () => {
    const proxy = await proxied();
    const room = stage.room("nested");
    const chat = stage.room("chat");
    const bob = await stage.person("Bob");
    await bob.join(room);
    await bob.call("joinRoom", { room: chat, presence: true });
    const ada = await client(proxy.url, transport);
    const heard = heardBy(ada);
    for (const each of [room, chat]) expect(await ada.joinRoom(each)).toMatchObject({ status: "success" });
    await say(bob, room, "before");
    await vi.waitFor(() => expect(heard).toEqual(["before"]));
    expect(await sockets()).toBe(2);

    proxy.silence();
    const since = performance.now();
    await say(bob, room, "meanwhile 1");
    await untilStatus(ada, "reconnecting", SILENCE_MS + SLACK_MS);
    await vi.waitFor(() => expect(toldOf(bob, "Ada")).toEqual(["joined", "left"]), { timeout: SILENCE_MS + SLACK_MS });
    expect(performance.now() - since).toBeLessThan(SILENCE_MS + SLACK_MS);
    expect(await sockets()).toBe(1);
    await say(bob, room, "meanwhile 2");

    proxy.mend();
    await untilStatus(ada, "connected");
    for (const each of [room, chat]) await untilJoined(ada, each);
    await say(bob, room, "after");
    await vi.waitFor(() => expect(heard).toEqual(["before", "meanwhile 1", "meanwhile 2", "after"]));
  });
});

describe("a server that stands still", () => {
  it("gives nobody up whose answer was there when it went on", async () => {
    const proxy = await proxied();
    const crowd = await Promise.all(Array.from({ length: 60 }, () => stage.guest({ url: proxy.url, transports: ["websocket"] })));
    const ids = crowd.map(({ socket }) => socket.id);
    proxy.silence("upwards");
    await Promise.all(crowd.map(({ socket }) => new Promise<void>((heard) => void socket.io.engine.once("ping", heard))));
    stage.server.standStill();
    proxy.mend();
    await sleep(PING.timeoutMs + 100);
    stage.server.goOn();
    await Promise.all(crowd.map((peer) => peer.call("joinedRooms", {})));
    expect(crowd.map(({ socket }) => socket.id)).toEqual(ids);
  });
});
