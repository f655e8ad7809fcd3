import { describe, expect, it } from "vitest";
import { setStage } from "./stage.ts";

/** So small that a mistake in counting shows after a few hundred events. */
const stage = setStage({ app: "testApp", env: { SYNC_SEND_QUEUE: "500" } });

describe.each([["polling"], ["websocket"]] as const)("what waits for a member, over %s,", (transport) => {
  it("is nothing when it has been taken, however much that was", async () => {
    const room = stage.room("open");
    const caller = await stage.guest({ transports: ["websocket"] });
    const listener = await stage.guest({ transports: [transport] });
    for (const peer of [caller, listener]) await peer.join(room);
    const { id } = listener.socket;
    for (let index = 0; index < 300; index += 1) {
      await caller.sync("order/wait/v1", room, { index, waitMs: 0 }, { ignoreSelf: true });
      expect((await listener.frame()).serverOutput).toEqual({ index });
    }
    for (let time = 0; time < 100; time += 1) await listener.call("joinedRooms", {});
    expect(listener.socket.id).toBe(id);
    expect(listener.socket.connected).toBe(true);
  });
});
