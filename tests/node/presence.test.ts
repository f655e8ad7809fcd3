/** Who is in a room, for a stock Socket.IO client. */
import { describe, expect, it } from "vitest";
import type { Json, Peer } from "./peer.ts";
import { setStage } from "./stage.ts";

const stage = setStage({ env: { SYNC_PRESENCE_GRACE_MS: "2000", SYNC_PRESENCE_LOST_GRACE_MS: "3000" } });

interface Change extends Json {
  readonly kind: string;
  readonly id: string;
  readonly user: { readonly name: string };
}

/** The frames about `room` that a peer has got, in order. */
function frames(peer: Peer, room: string): { room: string; changes: Change[] }[] {
  const isOfRoom = (event: readonly unknown[]) => event[0] === "presence" && (event[1] as Json).room === room;
  return peer.heard.filter(isOfRoom).map(([, frame]) => frame as { room: string; changes: Change[] });
}

/** What a peer was told of everybody in `room` but itself, such as `joined Bob`. */
function told(peer: Peer, room: string, me = "Ada"): readonly string[] {
  const changes = frames(peer, room).flatMap((frame) => frame.changes);
  return changes.filter(({ user }) => user.name !== me).map(({ kind, user }) => `${kind} ${user.name}`);
}

/** Enters and asks who is there. */
async function look(peer: Peer, room: string): Promise<{ me: string; people: Change[]; more: number }> {
  const answer = await peer.call("joinRoom", { room, presence: true });
  expect(answer).toMatchObject({ status: "success", rooms: [room] });
  return answer.presence as { me: string; people: Change[]; more: number };
}

/** Waits until a peer was told all of this, and nothing else. */
async function hears(peer: Peer, room: string, ...expected: readonly string[]): Promise<void> {
  await untilSoon(() => told(peer, room).length >= expected.length);
  expect(told(peer, room)).toEqual(expected);
}

/** Waits until something is so that this process only hears of. */
async function untilSoon(isSo: () => boolean): Promise<void> {
  await expect.poll(isSo, { timeout: 10_000, interval: 20 }).toBe(true);
}

const refused = (errorCode: string, httpStatus: number, errorParams: object = expect.any(Object)) => ({
  status: "error",
  errorCode,
  errorParams,
  message: expect.any(String),
  httpStatus,
});

const MOOD = { text: "at lunch", color: "green" };

describe("joinRoom with `presence`", () => {
  it("answers who is there, in the order in which they came, each with an id that is the same for all", async () => {
    const [ada, bob] = await stage.people("Ada", "Bob");
    const room = stage.room("chat");
    const first = await look(ada, room);
    expect(first).toEqual({
      me: expect.any(String),
      people: [{ id: first.me, user: { userId: expect.any(String), name: "Ada" }, away: false, data: null }],
      more: 0,
    });
    const second = await look(bob, room);
    expect(second.people.map(({ id, user }) => [id, user.name])).toEqual([
      [first.me, "Ada"],
      [second.me, "Bob"],
    ]);
    await hears(ada, room, "joined Bob");
    // Changes that come together are told together: her own may be in the same frame.
    expect(frames(ada, room).at(-1)?.changes.at(-1)).toEqual({ kind: "joined", ...second.people[1] });
    expect(await look(ada, room)).toEqual({ ...second, me: first.me });
  });

  it("says nothing of it to who does not ask, nor where the rule has none", async () => {
    const [ada, bob] = await stage.people("Ada", "Bob");
    const room = stage.room("chat");
    expect(await ada.call("joinRoom", { room })).not.toHaveProperty("presence");
    expect(await ada.call("joinRoom", { room, presence: false })).not.toHaveProperty("presence");
    const game = stage.room();
    expect(await ada.call("joinRoom", { room: game, presence: true })).not.toHaveProperty("presence");
    await look(bob, room);
    const eve = await stage.person("Eve");
    await eve.join(room);
    await untilSoon(() => told(bob, room, "Bob").includes("joined Eve"));
    // The answer comes behind everything that was sent before it.
    await ada.call("joinedRooms", {});
    expect(ada.heard).toEqual([]);
  });

  it("is refused with anything but true or false", async () => {
    const ada = await stage.person("Ada");
    expect(await ada.call("joinRoom", { room: stage.room("chat"), presence: "yes" })).toEqual(refused("sync-bad-request", 400));
  });
});

describe("presence frames", () => {
  it("tell who comes, is away, is back, says something and leaves: the whole person, or that they have left", async () => {
    const [ada, bob] = await stage.people("Ada", "Bob");
    const room = stage.room("chat");
    await look(ada, room);
    const { me } = await look(bob, room);
    await hears(ada, room, "joined Bob");
    await bob.call("updatePresence", { away: true });
    await hears(ada, room, "joined Bob", "afk Bob");
    await bob.call("updatePresence", { away: false, room, data: MOOD });
    await untilSoon(() => told(ada, room).length >= 3);
    const user = { userId: expect.any(String), name: "Bob" };
    expect(frames(ada, room).at(-1)?.changes.at(-1)).toEqual({ kind: expect.any(String), id: me, user, away: false, data: MOOD });
    await bob.call("leaveRoom", { room });
    await untilSoon(() => told(ada, room).includes("left Bob"));
    expect(frames(ada, room).at(-1)?.changes).toEqual([{ kind: "left", id: me, user }]);
  });

  it("take two tabs for one person, away when both are, who has left when both are gone", async () => {
    const ada = await stage.person("Ada");
    const token = await stage.signIn("Bob");
    const [one, two] = [await stage.guest({ token }), await stage.guest({ token })];
    const room = stage.room("chat");
    await look(ada, room);
    expect((await look(one, room)).me).toBe((await look(two, room)).me);
    await hears(ada, room, "joined Bob");
    await one.call("updatePresence", { away: true });
    await two.call("updatePresence", { away: true });
    await hears(ada, room, "joined Bob", "afk Bob");
    await two.call("updatePresence", { away: false });
    await hears(ada, room, "joined Bob", "afk Bob", "back Bob");
    two.close();
    // The other tab is away, and the one that is gone counts as it was until its time is over.
    await hears(ada, room, "joined Bob", "afk Bob", "back Bob", "afk Bob");
    one.close();
    await hears(ada, room, "joined Bob", "afk Bob", "back Bob", "afk Bob", "left Bob");
  });

  it("say nothing of somebody who comes back in time, on a new socket", async () => {
    const [ada, zoe] = await stage.people("Ada", "Zoe");
    const room = stage.room("chat");
    await look(ada, room);
    const token = await stage.signIn("Bob");
    for (let time = 0; time < 3; time += 1) {
      const bob = await stage.guest({ token });
      await bob.join(room);
      bob.close();
    }
    await (await stage.guest({ token })).join(room);
    await zoe.join(room);
    zoe.close();
    // She is gone after the others were, so their time is over before hers.
    await hears(ada, room, "joined Bob", "joined Zoe", "left Zoe");
  });

  it("are few when many come and go at once", async () => {
    const ada = await stage.person("Ada");
    const room = stage.room("chat");
    await look(ada, room);
    const since = performance.now();
    const crowd = await stage.people(...Array.from({ length: 40 }, (_, index) => `Guest ${index}`));
    await Promise.all(crowd.map((peer) => peer.join(room)));
    await untilSoon(() => told(ada, room).length === 40);
    await Promise.all(crowd.map((peer) => peer.call("leaveRoom", { room })));
    await untilSoon(() => told(ada, room).length === 80);
    const allowed = 2 + (performance.now() - since) / 200;
    expect(frames(ada, room).length).toBeLessThanOrEqual(allowed);
    expect((await look(ada, room)).people).toHaveLength(1);
  });
});

describe("updatePresence", () => {
  it("answers with success and nothing else, and the last of all tabs counts", async () => {
    const token = await stage.signIn("Ada");
    const [one, two] = [await stage.guest({ token }), await stage.guest({ token })];
    const room = stage.room("chat");
    for (const peer of [one, two]) await look(peer, room);
    expect(await one.call("updatePresence", { room, data: MOOD })).toEqual({ status: "success" });
    expect(await two.call("updatePresence", { room, data: { ...MOOD, color: "pink" } })).toEqual({ status: "success" });
    expect((await look(one, room)).people.map(({ data }) => data)).toEqual([{ ...MOOD, color: "pink" }]);
    expect(await one.call("updatePresence", { room, data: null })).toEqual({ status: "success" });
    expect((await look(two, room)).people.map(({ data }) => data)).toEqual([null]);
  });

  it.each([
    ["nothing", {}, "sync-bad-request", 400],
    ["no payload", null, "sync-bad-request", 400],
    ["an `away` that is a text", { away: "yes" }, "sync-bad-request", 400],
    ["data without a room", { data: MOOD }, "sync-bad-request", 400],
    ["a room without data", { room: "chat-errors" }, "sync-bad-request", 400],
    ["a room that is a number", { room: 7, data: MOOD }, "sync-bad-request", 400],
    ["a room that it is not in", { room: "chat-elsewhere", data: MOOD }, "sync-not-in-room", 403],
    ["a room whose rule has no `presence`", { room: "game-room-errors", data: MOOD }, "sync-bad-request", 400],
    ["a field that does not exist", { room: "chat-errors", data: { ...MOOD, mood: 1 } }, "sync-invalid-input", 400],
    ["a field of the wrong type", { room: "chat-errors", data: { ...MOOD, color: "beige" } }, "sync-invalid-input", 400],
    ["what the app's own check refuses", { room: "chat-errors", data: { ...MOOD, text: "x".repeat(61) } }, "sync-invalid-input", 400],
    ["more than 1 KB", { room: "chat-errors", data: { ...MOOD, text: "x".repeat(1024) } }, "sync-too-large", 413],
  ])("refuses %s", async (_, payload, errorCode, httpStatus) => {
    const ada = await stage.person("Ada");
    for (const room of ["chat-errors", "game-room-errors"]) await ada.join(room);
    expect(await ada.call("updatePresence", payload)).toEqual(refused(errorCode, httpStatus));
  });

  it("names the field that is wrong, and the limit", async () => {
    const ada = await stage.person("Ada");
    const room = stage.room("chat");
    await ada.join(room);
    const wrong = await ada.call("updatePresence", { room, data: { ...MOOD, color: "beige" } });
    expect(wrong.errorParams).toEqual({ path: "color", reason: expect.any(String) });
    const large = await ada.call("updatePresence", { room, data: { ...MOOD, text: "x".repeat(1024) } });
    expect(large.errorParams).toEqual({ limit: 1024 });
  });
});
