/** Our own client against the running server, through networks that spoil a WebSocket in every way we know of. */
import { createSync, type SyncClient, type SyncOptions, type Transport } from "syncwright";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ErrorCode, SyncTypeMap } from "../../app-template/web/src/_sockets/apiTypes.generated.ts";
import { BAD_NETWORKS, type BadNetworkProxy, startBadNetwork } from "../../client-ts/src/testing/badNetwork.ts";
import { setStage } from "./stage.ts";
import { untilJoined, untilStatus } from "./until.ts";

const stage = setStage({ env: { SYNC_PING_INTERVAL_MS: "1000", SYNC_PING_TIMEOUT_MS: "900" } });

type Client = SyncClient<SyncTypeMap, ErrorCode>;

const endings: (() => unknown)[] = [];
beforeEach(() => void vi.stubGlobal("sessionStorage", tabStorage()));
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
  vi.unstubAllGlobals();
});

/** What a tab keeps over reloads. */
function tabStorage(): Pick<Storage, "getItem" | "setItem" | "removeItem"> {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, text) => void kept.set(key, text),
    removeItem: (key) => void kept.delete(key),
  };
}

async function client(url: string, options: SyncOptions): Promise<Client> {
  const token = await stage.signIn("Ada");
  const made = createSync<SyncTypeMap, ErrorCode>({ url, token: () => token, backoff: { baseMs: 20, capMs: 100 }, ...options });
  endings.push(() => made.disconnect());
  return made;
}

const NESTED = { name: "test/nestedTest/room", version: "v1" } as const;

/** Says something in `room` from without and waits until `ada` has heard it, then the other way round. */
async function talk(ada: Client, bob: Client, room: string, messages: readonly string[]): Promise<void> {
  for (const [from, to] of [[bob, ada], [ada, bob]] as const) {
    for (const message of messages) {
      const heard = new Promise<string>((resolve) => {
        const undo = to.upsertSyncEventCallback({
          ...NESTED,
          callback: ({ serverOutput }) => {
            undo();
            resolve(serverOutput.message);
          },
        });
      });
      expect(await from.syncRequest({ ...NESTED, data: { message }, receiver: room })).toMatchObject({ status: "success" });
      expect(await heard).toBe(message);
    }
  }
}

describe.each(Object.entries(BAD_NETWORKS))("a network that %s", (_, network) => {
  async function setUp(transports: readonly Transport[]) {
    const proxy: BadNetworkProxy = await startBadNetwork(stage.server.port, network);
    endings.push(() => proxy.close());
    const room = stage.room("nested");
    const bob = await client(stage.server.url, { transports: ["websocket"] });
    await bob.joinRoom(room);
    // What a move may take is bounded by what connecting may take.
    return { proxy, room, bob, options: { transports, connectTimeoutMs: 3_000 } };
  }

  it("is polled through within seconds, and at once from then on", async () => {
    const { proxy, room, bob, options } = await setUp(["websocket", "polling"]);
    const byPolling = { status: "connected", transport: "polling", isWebSocketFailing: true };
    for (const load of ["first", "again"]) {
      const ada = await client(proxy.url, options);
      expect(await ada.joinRoom(room, { timeoutMs: 4_000 })).toMatchObject({ status: "success" });
      expect(ada.status.getSnapshot()).toEqual(byPolling);
      await talk(ada, bob, room, [load, `${load}, once more`]);
      ada.disconnect();
    }
    expect(proxy.webSockets).toBe(1);
  });

  it("costs those who poll and try to move no more than a moment", async () => {
    const { proxy, room, bob, options } = await setUp(["polling", "websocket"]);
    const ada = await client(proxy.url, options);
    await ada.joinRoom(room);
    const now = await untilStatus(ada, (now) => now.status === "connected" && now.isWebSocketFailing, 8_000);
    expect(now).toEqual({ status: "connected", transport: "polling", isWebSocketFailing: true });
    await untilJoined(ada, room, 2_000);
    await talk(ada, bob, room, ["one", "two", "three"]);
  });
});
