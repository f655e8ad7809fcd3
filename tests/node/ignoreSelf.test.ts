import { describe, expect, it } from "vitest";
import { framesToMark, mark } from "./marks.ts";
import type { Peer } from "./peer.ts";
import { setStage } from "./stage.ts";

/** The calls by which one can tell what a socket heard. */
const CALLS = [
  { amount: 1, ignoreSelf: true },
  { amount: 2, ignoreSelf: "session" },
  { amount: 3, ignoreSelf: false },
  { amount: 4, ignoreSelf: undefined },
];

describe("ignoreSelf of somebody who is signed in", () => {
  const stage = setStage();

  /** The counter as `peer` saw it, event by event, up to the next mark. */
  async function counted(peer: Peer): Promise<unknown[]> {
    const frames = await framesToMark(peer);
    return frames.map(({ serverOutput }) => (serverOutput as { newValue: number }).newValue);
  }

  it("leaves out the calling socket or all tabs of its session, never another session of the same user", async () => {
    const room = stage.room();
    const token = await stage.signIn("Ada");
    const [calling, tab] = [await stage.guest({ token }), await stage.guest({ token })];
    const [sameUser, other] = await stage.people("Ada", "Bob");
    const peers = [calling, tab, sameUser, other];
    for (const peer of peers) await (await peer.show("/examples")).join(room);
    for (const { amount, ignoreSelf } of CALLS) {
      const answer = await calling.sync("examples/updateCounter/v1", room, { amount }, { ignoreSelf });
      expect(answer.status).toBe("success");
    }
    await mark(other, room);
    expect(await Promise.all(peers.map(counted))).toEqual([
      [6, 10],
      [1, 6, 10],
      [1, 3, 6, 10],
      [1, 3, 6, 10],
    ]);
  });

  it("has receivers in a room in which the caller is alone", async () => {
    const room = stage.room("nested");
    const ada = await stage.person("Ada");
    await ada.join(room);
    for (const ignoreSelf of [true, "session", false]) {
      const answer = await ada.sync("test/nestedTest/room/v1", room, { message: String(ignoreSelf) }, { ignoreSelf });
      expect(answer.status).toBe("success");
    }
    expect((await ada.frame()).serverOutput).toMatchObject({ message: "false" });
  });

  it.each([1, "yes", null, [], {}, "Session"])("is refused when it is %j", async (ignoreSelf) => {
    const room = stage.room("nested");
    const ada = await stage.person("Ada");
    await ada.join(room);
    expect(await ada.sync("test/nestedTest/room/v1", room, { message: "hi" }, { ignoreSelf })).toEqual({
      status: "error",
      errorCode: "sync-bad-request",
      errorParams: {},
      message: 'This message is not of the expected form: “ignoreSelf” must be true, false or "session".',
      httpStatus: 400,
    });
    await mark(ada, room);
    expect(await framesToMark(ada)).toEqual([]);
  });
});

describe("ignoreSelf of somebody who is anonymous", () => {
  const stage = setStage({ app: "testApp" });

  it("leaves out the calling socket alone: every anonymous socket is a session of its own", async () => {
    const room = stage.room("open");
    const [calling, other] = [await stage.guest(), await stage.guest()];
    for (const peer of [calling, other]) await peer.join(room);
    for (const { amount, ignoreSelf } of CALLS) {
      const data = { index: amount, waitMs: 0 };
      expect(await calling.sync("order/wait/v1", room, data, { ignoreSelf })).toEqual({
        status: "success",
        result: { index: amount },
      });
    }
    const indexes = async (peer: Peer, count: number) =>
      (await peer.frames(count)).map(({ serverOutput }) => (serverOutput as { index: number }).index);
    expect(await indexes(other, 4)).toEqual([1, 2, 3, 4]);
    expect(await indexes(calling, 2)).toEqual([3, 4]);
  });
});
