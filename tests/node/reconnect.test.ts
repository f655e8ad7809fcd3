import { describe, expect, it } from "vitest";
import type { PeerOptions } from "./peer.ts";
import { setStage } from "./stage.ts";

const stage = setStage();

/** Options of somebody who signs in anew for each connection, as a page does that asks its server. */
function signingIn(name: string): PeerOptions {
  return { auth: (give: (auth: object) => void) => void stage.signIn(name).then((token) => give({ token })) };
}

const TRANSPORTS: readonly (readonly [string, PeerOptions])[] = [
  ["polling", { transports: ["polling"] }],
  ["WebSocket", { transports: ["websocket"] }],
  ["both", {}],
];

describe.each(TRANSPORTS)("a stock client by %s", (_, transports) => {
  it.each([["kill"], ["stop"]] as const)("comes back by itself after a %s and a new start, and enters its rooms again", async (how) => {
    const room = stage.room("nested");
    const ada = await stage.guest({ ...transports, ...signingIn("Ada") });
    const bob = await stage.guest({ ...transports, ...signingIn("Bob") });
    const before = await ada.join(room);
    await bob.join(room);
    await bob.sync("test/nestedTest/room/v1", room, { message: "before" });
    const { pos } = await ada.frame();
    await bob.frame();

    const lost = Promise.all([ada.disconnected(), bob.disconnected()]);
    const restarted = stage.restart(how);
    // A client that is told to go by the server itself would not come back.
    for (const reason of await lost) expect(["transport close", "transport error", "ping timeout"]).toContain(reason);
    await restarted;
    await Promise.all([ada.reconnected(), bob.reconnected()]);

    expect(await ada.call("joinedRooms", {})).toEqual({ status: "success", rooms: [] });
    const after = await ada.call("joinRoom", { room, after: pos });
    expect(after).toEqual({ status: "success", rooms: [room], pos: expect.any(String), recovered: false });
    // The history of the room is gone with the old server: its positions are of another epoch.
    expect([before.pos, pos]).not.toContain(after.pos);
    await bob.join(room);
    await bob.sync("test/nestedTest/room/v1", room, { message: "after" });
    expect((await ada.frame()).serverOutput).toMatchObject({ message: "after" });
    // One that stops says so; one that is killed cannot.
    const last = { reason: "server-stopping", reconnectInMs: expect.any(Number) };
    expect(ada.heard.filter(([event]) => event === "sync")).toHaveLength(2);
    expect(ada.heard.filter(([event]) => event !== "sync")).toEqual(how === "stop" ? [["closing", last]] : []);
  });
});

describe("a token that the restart has ended", () => {
  it("is told as auth-required, and the client gives up by itself", async () => {
    const ada = await stage.person("Ada");
    // Until the new server listens, the client hears that nobody is there. One listener for all: between two, an error would be missed.
    const refused = new Promise<void>((resolve) => {
      ada.socket.on("connect_error", ({ message }) => {
        if (message === "auth-required") resolve();
      });
    });
    await stage.restart("kill");
    await refused;
    expect(ada.socket.active).toBe(false);
    // A new login and a connect by hand are all that is needed.
    ada.socket.auth = { token: await stage.signIn("Ada") };
    ada.socket.connect();
    await ada.connected();
    await ada.join(stage.room());
  });
});

describe("a connection that breaks", () => {
  it.each(TRANSPORTS)("by %s comes back as another socket of the same session", async (_, transports) => {
    const room = stage.room("nested");
    const token = await stage.signIn("Ada");
    const ada = await stage.guest({ token, ...transports });
    const bob = await stage.person("Bob");
    for (const peer of [ada, bob]) await peer.join(room);
    const { id } = ada.socket;
    const lost = ada.disconnected();
    ada.socket.io.engine.close();
    await lost;
    await ada.reconnected();
    expect(ada.socket.id).not.toBe(id);
    expect(await ada.call("joinedRooms", {})).toEqual({ status: "success", rooms: [] });
    await ada.join(room);
    await bob.sync("test/nestedTest/room/v1", room, { message: "once" });
    await bob.sync("test/nestedTest/room/v1", room, { message: "twice" });
    const messages = (await ada.frames(2)).map(({ serverOutput }) => (serverOutput as { message: string }).message);
    expect(messages).toEqual(["once", "twice"]);
    expect(ada.heard).toHaveLength(2);
  });
});
