import { describe, expect, it } from "vitest";
import type { Peer, PeerOptions } from "./peer.ts";
import { setStage } from "./stage.ts";
import { startUpgradeGate } from "./upgradeGate.ts";

const stage = setStage({ app: "testApp" });

const TRANSPORTS: readonly (readonly [string, PeerOptions])[] = [
  ["polling alone", { transports: ["polling"] }],
  ["WebSocket alone", { transports: ["websocket"] }],
  ["polling, then WebSocket", {}],
  ["WebSocket, or else polling", { transports: ["websocket", "polling"] }],
];

const range = (from: number, end: number) => Array.from({ length: end - from }, (_, index) => from + index);

/** Calls the route that waits so many milliseconds and then tells the room the number. */
const tell = (caller: Peer, room: string, index: number, waitMs = 0) => caller.sync("order/wait/v1", room, { index, waitMs });

async function heard(peer: Peer, count: number): Promise<number[]> {
  const frames = await peer.frames(count);
  return frames.map(({ serverOutput }) => (serverOutput as { index: number }).index);
}

/** A member that has joined. */
async function member(room: string, options: PeerOptions = {}): Promise<Peer> {
  const peer = await stage.guest(options);
  await peer.join(room);
  return peer;
}

describe.each(TRANSPORTS)("a client with %s", (_, options) => {
  it("hears everything, in order", async () => {
    const room = stage.room("open");
    const [caller, listener] = [await member(room, { transports: ["websocket"] }), await member(room, options)];
    const events = range(0, 500);
    await Promise.all(events.map((index) => tell(caller, room, index)));
    expect(await heard(listener, events.length)).toEqual(events);
    expect(await heard(caller, events.length)).toEqual(events);
  });

  it("is heard completely and in order, however fast it calls", async () => {
    const room = stage.room("open");
    const [caller, listener] = [await member(room, options), await member(room, { transports: ["websocket"] })];
    const calls = range(0, 2_000);
    const answers = await Promise.all(calls.map((index) => tell(caller, room, index)));
    expect(answers).toEqual(calls.map((index) => ({ status: "success", result: { index } })));
    expect(await heard(listener, calls.length)).toEqual(calls);
  });

  it("gets large events whole", async () => {
    const room = stage.room("open");
    const [caller, listener] = [await member(room, { transports: ["websocket"] }), await member(room, options)];
    for (const bytes of [1, 100_000, 900_000]) {
      // The caller has its answer: with the event, too, more than its send queue holds would wait for it.
      await caller.sync("odd/bulk/v1", room, { bytes }, { ignoreSelf: true });
      const { serverOutput } = await listener.frame();
      expect((serverOutput as { bulk: string }).bulk).toHaveLength(bytes);
    }
  });
});

describe("handlers that wait for decreasing times", () => {
  it("keep the order of each of two callers, and all members see one order", async () => {
    const room = stage.room("open");
    const polling = await member(room, { transports: ["polling"] });
    const webSocket = await member(room, { transports: ["websocket"] });
    const watching = await member(room);
    const waits = [80, 60, 40, 20, 0];
    const callsOf = (caller: Peer, first: number) => waits.map((waitMs, index) => tell(caller, room, first + index, waitMs));
    const answers = await Promise.all([...callsOf(polling, 0), ...callsOf(webSocket, 100)]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => "success"));

    const seen = await heard(watching, answers.length);
    expect(seen.filter((index) => index < 100)).toEqual(range(0, waits.length));
    expect(seen.filter((index) => index >= 100)).toEqual(range(100, 100 + waits.length));
    for (const caller of [polling, webSocket]) expect(await heard(caller, answers.length)).toEqual(seen);
  });

  it("hold up the calls of their own socket alone", async () => {
    const room = stage.room("open");
    const slow = await member(room, { transports: ["polling"] });
    const quick = await member(room, { transports: ["websocket"] });
    const held = tell(slow, room, 0, 400);
    const behind = tell(slow, room, 1);
    await tell(quick, room, 100);
    expect(await heard(quick, 1)).toEqual([100]);
    await Promise.all([held, behind]);
    expect(await heard(quick, 2)).toEqual([0, 1]);
  });
});

describe("the upgrade from polling to WebSocket", () => {
  const MEMBERS = 5;

  it("loses, doubles and reorders nothing that a member hears", async () => {
    const gate = await startUpgradeGate(stage.server.port);
    try {
      const room = stage.room("open");
      const caller = await member(room, { transports: ["websocket"] });
      const members = await Promise.all(range(0, MEMBERS).map(() => member(room, { url: gate.url })));
      await Promise.all(range(0, 50).map((index) => tell(caller, room, index)));
      expect(members.map(({ transport }) => transport)).toEqual(members.map(() => "polling"));

      // From here on each member upgrades while events come in.
      gate.open();
      let sent = 50;
      while (sent < 200 || members.some(({ transport }) => transport === "polling")) {
        await Promise.all(range(sent, sent + 10).map((index) => tell(caller, room, index)));
        sent += 10;
      }
      await Promise.all(range(sent, sent + 50).map((index) => tell(caller, room, index)));
      for (const peer of members) expect(await heard(peer, sent + 50)).toEqual(range(0, sent + 50));
      expect(members.map(({ transport }) => transport)).toEqual(members.map(() => "websocket"));
      for (const peer of members) expect(peer.heard).toHaveLength(sent + 50);
    } finally {
      await gate.close();
    }
  });

  it("loses, doubles and reorders nothing that a member says", async () => {
    const gate = await startUpgradeGate(stage.server.port);
    try {
      const room = stage.room("open");
      const listener = await member(room, { transports: ["websocket"] });
      const caller = await member(room, { url: gate.url });
      const answers = range(0, 50).map((index) => tell(caller, room, index));
      expect(caller.transport).toBe("polling");
      gate.open();
      let sent = 50;
      while (sent < 200 || caller.transport === "polling") {
        answers.push(...range(sent, sent + 10).map((index) => tell(caller, room, index)));
        sent += 10;
        await answers[sent - 10];
      }
      expect(await Promise.all(answers)).toEqual(range(0, sent).map((index) => ({ status: "success", result: { index } })));
      expect(await heard(listener, sent)).toEqual(range(0, sent));
      expect(listener.heard).toHaveLength(sent);
    } finally {
      await gate.close();
    }
  });

  it("keeps the socket, its rooms and its place in them", async () => {
    const gate = await startUpgradeGate(stage.server.port);
    try {
      const room = stage.room("open");
      const peer = await member(room, { url: gate.url });
      const { id } = peer.socket;
      const upgraded = new Promise((resolve) => peer.socket.io.engine.once("upgrade", resolve));
      gate.open();
      await upgraded;
      expect(await peer.call("joinedRooms", {})).toEqual({ status: "success", rooms: [room] });
      expect(peer.socket.id).toBe(id);
      await tell(peer, room, 1);
      expect(await heard(peer, 1)).toEqual([1]);
    } finally {
      await gate.close();
    }
  });
});
