/** The real server is asked to stop. */
import { afterEach, describe, expect, it } from "vitest";
import { type AppServer, startAppServer } from "./appServer.ts";
import { Peer, type PeerOptions } from "./peer.ts";

const ROOM = "open-a";

let server: AppServer;
const peers: Peer[] = [];
afterEach(async () => {
  for (const peer of peers.splice(0)) peer.close();
  await server.stop();
});

async function member(options: PeerOptions): Promise<Peer> {
  const peer = new Peer(server.url, options);
  peers.push(peer);
  await (await peer.connected()).join(ROOM);
  return peer;
}

const wait = (peer: Peer, index: number, waitMs: number) => peer.sync("order/wait/v1", ROOM, { index, waitMs });
const ready = async () => (await fetch(`${server.url}/readyz`)).status;

describe.each([
  ["polling", { transports: ["polling"] }],
  ["WebSocket", { transports: ["websocket"] }],
] as const)("a server that is asked to stop, seen by %s", (_, options) => {
  it("finishes what runs, takes no more, and lets its clients look for the next server", async () => {
    server = await startAppServer({ app: "testApp" });
    const [caller, late, listener] = [await member(options), await member(options), await member(options)];
    expect(await ready()).toBe(200);

    const running = wait(caller, 1, 1_000);
    // Behind the call on the same socket, so that its turn comes after the answer.
    const behind = wait(caller, 2, 0);
    // The call is on its way before the signal: what another socket sends after it has been answered.
    await late.call("joinedRooms", {});
    const stopped = server.stop();
    await server.said(/stopping/);
    expect(await ready()).toBe(503);

    const lost = Promise.all([caller, late, listener].map((peer) => peer.disconnected()));
    expect(await wait(late, 3, 0)).toMatchObject({ errorCode: "sync-shutting-down", httpStatus: 503 });
    const early = new Peer(server.url, options);
    peers.push(early);
    expect((await early.refused()).message).toMatch(/poll error|websocket error/);
    // Not a refusal of its own, which a stock client would take for final: it goes on trying.
    expect(early.socket.active).toBe(true);
    expect(await running).toEqual({ status: "success", result: { index: 1 } });
    expect(await behind).toMatchObject({ errorCode: "sync-shutting-down" });
    expect((await listener.frame()).serverOutput).toEqual({ index: 1 });
    // The stock client comes back by itself from these, and from no other.
    for (const reason of await lost) expect(["transport close", "transport error"]).toContain(reason);
    await stopped;
  });
});

it("serves and stops as ever when its log cannot be written any more", async () => {
  server = await startAppServer({ app: "testApp", env: { RUST_LOG: "trace" } });
  server.closeLog();
  const peer = new Peer(server.url, {});
  peers.push(peer);
  await (await peer.connected()).join("lasting-a");
  expect(await peer.sync("order/wait/v1", "lasting-a", { index: 1, waitMs: 0 })).toMatchObject({ status: "success" });
  expect(await server.stop()).toBe(0);
});
