import { afterEach, describe, expect, test, vi } from "vitest";
import { BAD_NETWORKS, startBadNetwork, type BadNetworkProxy } from "../testing/badNetwork";
import { failure, TestServer, type TestServerOptions } from "../testing/testServer";
import type { OpenSocket, Socket, SocketEvents } from "./socket";
import { socketOpener, type SocketOptions } from "./socketOpener";
import type { TextStore } from "./webSocketMemory";

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function startServer(options?: TestServerOptions): Promise<TestServer> {
  const server = await TestServer.start(options);
  endings.push(() => server.close());
  return server;
}

/** Opens a socket; `happened` resolves with the next thing that the socket tells. */
function open(url: string, options: Partial<SocketOptions> = {}): { socket: Socket; happened: () => Promise<string> } {
  return openWith(opener(url, options));
}

function opener(url: string, options: Partial<SocketOptions> = {}): OpenSocket {
  return socketOpener({
    url,
    path: "/socket.io",
    transports: ["websocket", "polling"],
    withCredentials: false,
    openTimeoutMs: 5_000,
    handshake: () => ({ token: "t", lang: "nl" }),
    ...options,
  });
}

function openWith(openSocket: OpenSocket): { socket: Socket; happened: () => Promise<string> } {
  const told: string[] = [];
  let wake = (): void => {};
  const tell = (what: string): void => {
    told.push(what);
    wake();
  };
  const events: SocketEvents = {
    opened: ({ transport, isWebSocketFailing }) => tell(`opened by ${transport}${isWebSocketFailing ? ", no WebSocket" : ""}`),
    moved: ({ transport, isWebSocketFailing }) => tell(`moved to ${transport}${isWebSocketFailing ? ", no WebSocket" : ""}`),
    refused: refusal => tell(`refused ${JSON.stringify(refusal)}`),
    failed: () => tell("failed"),
    lost: reason => tell(`lost: ${reason}`),
    received: (event, message) => tell(`received ${event} ${JSON.stringify(message)}`),
  };
  const socket = openSocket(events);
  endings.push(() => socket.close());
  const happened = async (): Promise<string> => {
    while (told.length === 0) await new Promise<void>(resolve => (wake = resolve));
    return told.shift() ?? "";
  };
  return { socket, happened };
}

/** Waits for what must come, over what may come before it. */
async function until(happened: () => Promise<string>, wanted: RegExp): Promise<void> {
  for (;;) {
    const what = await happened();
    if (wanted.test(what)) return;
    expect(what).toMatch(/^(opened by|moved to) polling/);
  }
}

describe("a socket", () => {
  test.each([
    [["websocket"], "websocket"],
    [["polling"], "polling"],
    [["websocket", "polling"], "websocket"],
  ] as const)("over %j carries messages both ways", async (transports, used) => {
    const server = await startServer();
    const { socket, happened } = open(server.url, { transports });
    expect(await happened()).toBe(`opened by ${used}`);
    expect(server.transports).toEqual([used]);
    expect(server.handshakes).toEqual([{ token: "t", lang: "nl" }]);

    const answer = new Promise(resolve => socket.emit("joinRoom", { room: "a" }, resolve));
    expect(await answer).toEqual({ status: "success", rooms: ["a"], pos: "epoch-0", recovered: false });
    server.emit("sync", { hello: 1 });
    expect(await happened()).toBe('received sync {"hello":1}');
  });

  test("says nothing after close()", async () => {
    const server = await startServer();
    const { socket, happened } = open(server.url);
    await happened();
    socket.close();
    await server.has(0);
    const other = open(server.url);
    await other.happened();
    server.emit("sync", { hello: 1 });
    expect(await Promise.race([happened(), other.happened().then(what => `other ${what}`)])).toBe(
      'other received sync {"hello":1}',
    );
  });

  test("throws what cannot be written as JSON", async () => {
    const server = await startServer();
    const { socket, happened } = open(server.url);
    await happened();
    const circular: { self?: unknown } = {};
    circular.self = circular;
    expect(() => socket.emit("sync", circular, () => {})).toThrow();
    expect(() => socket.emit("sync", { amount: 1n }, () => {})).toThrow();
  });

  test("is stale when it has heard nothing for longer than pings allow", async () => {
    const server = await startServer();
    const { socket, happened } = open(server.url);
    await happened();
    expect(socket.isStale()).toBe(false);
    const now = Date.now();
    vi.spyOn(Date, "now").mockReturnValue(now + 46_000);
    expect(socket.isStale()).toBe(true);
  });

  test("is lost when it is stale, though no timer has run while the computer was asleep", async () => {
    endings.push(() => vi.useRealTimers());
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const server = await startServer();
    const { happened } = open(server.url);
    await happened();
    const now = Date.now();
    vi.spyOn(Date, "now").mockReturnValue(now + 46_000);
    vi.advanceTimersByTime(2_000);
    expect(await happened()).toBe("lost: ping timeout");
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe.each(Object.entries(BAD_NETWORKS))("a network that %s", (_, network) => {
  const kept = new Map<string, string>();
  const store: TextStore = { read: key => kept.get(key) ?? null, write: (key, text) => void kept.set(key, text ?? "") };
  const ways = { patienceMs: 50, openTimeoutMs: 2_000, store } as const;
  afterEach(() => kept.clear());

  async function setUpNetwork(): Promise<{ server: TestServer; proxy: BadNetworkProxy }> {
    const server = await startServer();
    const proxy = await startBadNetwork(Number(new URL(server.url).port), network);
    endings.push(() => proxy.close());
    return { server, proxy };
  }

  test("is polled through, at once after that, and by a page that is loaded anew", async () => {
    const { proxy } = await setUpNetwork();
    const openSocket = opener(proxy.url, ways);
    for (const open of [() => openSocket, () => openSocket, () => opener(proxy.url, ways)]) {
      const { socket, happened } = openWith(open());
      expect(await happened()).toBe("opened by polling, no WebSocket");
      const answer = new Promise(resolve => socket.emit("joinRoom", { room: "a" }, resolve));
      expect(await answer).toMatchObject({ status: "success", rooms: ["a"] });
      socket.close();
    }
    expect(proxy.webSockets).toBe(1);
  });

  test("does not disturb those who poll and try to move", async () => {
    const { server, proxy } = await setUpNetwork();
    const { socket, happened } = open(proxy.url, { ...ways, openTimeoutMs: 200, transports: ["polling", "websocket"] });
    await until(happened, /^(opened by|moved to) polling, no WebSocket$/);
    const answer = new Promise(resolve => socket.emit("joinRoom", { room: "a" }, resolve));
    expect(await answer).toMatchObject({ status: "success", rooms: ["a"] });
    expect(server.size).toBe(1);
  });

  test("is tried again later, by one that goes by polling meanwhile, and left behind once it is mended", async () => {
    const { server, proxy } = await setUpNetwork();
    const openSocket = opener(proxy.url, ways);
    const first = openWith(openSocket);
    expect(await first.happened()).toBe("opened by polling, no WebSocket");
    first.socket.close();
    proxy.mend();
    const now = Date.now();
    vi.spyOn(Date, "now").mockReturnValue(now + 2 * 60_000);
    const { socket, happened } = openWith(openSocket);
    await until(happened, /^(opened by|moved to) websocket$/);
    await new Promise(resolve => socket.emit("joinRoom", { room: "a" }, resolve));
    expect(server.transports).toEqual(["websocket"]);
    expect(await openWith(openSocket).happened()).toBe("opened by websocket");
  });
});

describe("a socket ends", () => {
  test("lost, when the network breaks", async () => {
    const server = await startServer();
    const { happened } = open(server.url);
    await happened();
    server.cut();
    expect(await happened()).toBe("lost: transport close");
  });

  test("lost, when the server drops it", async () => {
    const server = await startServer();
    const { happened } = open(server.url);
    await happened();
    server.kick();
    expect(await happened()).toBe("lost: io server disconnect");
  });

  test("failed, when nobody listens", async () => {
    const server = await startServer();
    const { url } = server;
    await server.close();
    expect(await open(url).happened()).toBe("failed");
  });

  test("failed, when the server accepts and then says nothing", async () => {
    const server = await startServer({ isSilent: true });
    expect(await open(server.url, { openTimeoutMs: 200 }).happened()).toBe("failed");
    expect(server.handshakes).toHaveLength(2);
  });

  test.each(["auth-required", "origin-forbidden"])("refused with %s by the server's middleware", async code => {
    const server = await startServer({ refuse: () => code });
    expect(await open(server.url).happened()).toBe(`refused {"errorCode":"${code}"}`);
  });

  test("refused with the whole error by the server's HTTP layer", async () => {
    const body = failure("origin-forbidden", 403);
    const server = await startServer({ forbidden: () => body });
    expect(await open(server.url).happened()).toBe(`refused ${JSON.stringify(body)}`);
  });

  test.each(["sync-shutting-down", "sync-rate-limited", "session-unavailable", "Invalid namespace"])(
    "failed, when the server says %s, which passes",
    async message => {
      const server = await startServer({ refuse: () => message });
      expect(await open(server.url).happened()).toBe("failed");
    },
  );

  test("failed, when a proxy in between says 403 in its own words", async () => {
    const server = await startServer({ forbidden: () => "<html>" });
    expect(await open(server.url).happened()).toBe("failed");
  });
});
