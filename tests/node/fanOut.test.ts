import { describe, expect, it } from "vitest";
import { framesToMark, mark } from "./marks.ts";
import { setStage } from "./stage.ts";

const stage = setStage();

describe("an event", () => {
  it("reaches the members of its room, each with what the filter says, and nobody else", async () => {
    const [room, otherRoom] = [stage.room(), stage.room()];
    const [ada, bob, cem, dee, eve] = await stage.people("Ada", "Bob", "Cem", "Dee", "Eve");
    for (const peer of [ada, bob, cem]) await (await peer.show("/examples")).join(room);
    for (const peer of [dee, eve]) await (await peer.show("/examples")).join(otherRoom);
    await dee.join(room);

    const answer = await ada.sync("examples/updateCounter/v1", room, { amount: 5 });
    expect(answer).toEqual({ status: "success", result: { newValue: 5 } });
    expect(await eve.sync("examples/updateCounter/v1", otherRoom, { amount: 7 })).toEqual({
      status: "success",
      result: { newValue: 7 },
    });
    await mark(ada, room);
    await mark(eve, otherRoom);

    const frame = (room: string, newValue: number, mine: boolean) => ({
      cb: "examples/updateCounter/v1",
      room,
      pos: expect.any(String),
      status: "success",
      serverOutput: { newValue },
      clientOutput: { mine },
    });
    expect(await framesToMark(ada)).toEqual([frame(room, 5, true)]);
    for (const peer of [bob, cem]) expect(await framesToMark(peer)).toEqual([frame(room, 5, false)]);
    expect(await framesToMark(eve)).toEqual([frame(otherRoom, 7, true)]);
    // Dee is in both rooms: each has an order of its own.
    const both = [...(await framesToMark(dee)), ...(await framesToMark(dee))];
    expect(both).toHaveLength(2);
    expect(both).toEqual(expect.arrayContaining([frame(room, 5, false), frame(otherRoom, 7, false)]));
  });

  it("passes by a member whom the filter skips, without a trace", async () => {
    const room = stage.room();
    const [ada, skipped] = await stage.people("Ada", "Bob");
    await (await ada.show("/examples")).join(room);
    await (await skipped.show("/chat")).join(room);
    const packets: string[] = [];
    skipped.socket.io.engine.on("packet", ({ type, data }) => type === "message" && packets.push(String(data)));
    for (const amount of [1, 2, 3]) await ada.sync("examples/updateCounter/v1", room, { amount });
    await mark(ada, room);

    expect(await framesToMark(ada)).toHaveLength(3);
    await skipped.frame();
    // Nothing but the mark came through, of whatever kind.
    expect(packets).toEqual([expect.stringContaining("root/announce/v1")]);
  });

  it("is not heard by those who came later, left or hung up", async () => {
    const room = stage.room();
    const [ada, left, gone, late] = await stage.people("Ada", "Lea", "Gus", "Liz");
    for (const peer of [ada, left, gone]) await (await peer.show("/examples")).join(room);
    await left.call("leaveRoom", { room });
    gone.close();
    await ada.sync("examples/updateCounter/v1", room, { amount: 1 });
    await (await late.show("/examples")).join(room);
    await left.join(room);
    await mark(ada, room);

    expect(await framesToMark(ada)).toHaveLength(1);
    for (const peer of [late, left]) expect(await framesToMark(peer)).toEqual([]);
    expect(gone.heard).toEqual([]);
  });
});

describe("routes", () => {
  it("with a server file alone send everybody the same", async () => {
    const room = stage.room("nested");
    const [ada, bob] = await stage.people("Ada Lovelace", "Bob");
    for (const peer of [ada, bob]) await peer.join(room);
    const answer = await ada.sync("test/nestedTest/room/v1", room, { message: "Hoi ✨" });
    const serverOutput = { message: "Hoi ✨", from: { userId: "ada lovelace", name: "Ada Lovelace" } };
    expect(answer).toEqual({ status: "success", result: serverOutput });
    for (const peer of [ada, bob]) {
      expect(await peer.frame()).toEqual({
        cb: "test/nestedTest/room/v1",
        room,
        pos: expect.any(String),
        status: "success",
        serverOutput,
        clientOutput: {},
      });
    }
  });

  it("with a client file alone have an empty server output, and their filter is a gate", async () => {
    const room = stage.room("lobby");
    const [ada, bob] = await stage.people("Ada", "Bob");
    const mutedToken = await stage.signIn("Mute");
    await stage.fetch("/auth/session", {
      method: "PATCH",
      headers: { Authorization: `Bearer ${mutedToken}` },
      body: { muted: true },
    });
    const muted = await stage.guest({ token: mutedToken });
    for (const peer of [ada, bob, muted]) await peer.join(room);
    expect(await ada.sync("lobby/typing/v1", room, { active: true })).toEqual({ status: "success", result: {} });
    await mark(ada, room);
    for (const peer of [ada, bob]) {
      expect(await framesToMark(peer)).toEqual([
        {
          cb: "lobby/typing/v1",
          room,
          pos: expect.any(String),
          status: "success",
          serverOutput: {},
          clientOutput: {},
        },
      ]);
    }
    expect(await framesToMark(muted)).toEqual([]);
  });

  it("with an async filter see the location and the language of each member", async () => {
    const room = stage.room("chat");
    const ada = await (await stage.person("Ada", { lang: "fr" })).show("/chat");
    const bob = await (await stage.person("Bob", { token: await stage.signIn("Bob", "nl"), lang: "de" })).show("/lobby");
    const cem = await stage.person("Cem", { lang: "xx, de-AT;q=0.5" });
    for (const peer of [ada, bob, cem]) await peer.join(room);
    expect(await ada.sync("chat/sendMessage/v1", room, { text: "Salut" })).toMatchObject({ status: "success" });
    const outputs = await Promise.all([ada, bob, cem].map(async (peer) => (await peer.frame()).clientOutput));
    expect(outputs).toEqual([
      { mine: true, place: "here", locale: "fr" },
      { mine: false, place: "elsewhere", locale: "nl" },
      { mine: false, place: "elsewhere", locale: "de" },
    ]);
  });

  it("of the root page go to any room that the caller is in", async () => {
    const ada = await stage.person("Ada");
    const rooms = ["game-room", "chat", "lobby", "nested"].map((kind) => stage.room(kind));
    for (const room of rooms) {
      await ada.join(room);
      await ada.sync("root/announce/v1", room, { text: `to ${room}` });
      expect(await ada.frame()).toMatchObject({
        cb: "root/announce/v1",
        room,
        serverOutput: { text: `to ${room}`, by: { userId: "ada", name: "Ada" } },
        clientOutput: {},
      });
    }
    const outside = await ada.sync("root/announce/v1", stage.room(), { text: "nobody" });
    expect(outside).toMatchObject({ errorCode: "sync-not-in-room", httpStatus: 403 });
  });

  it("of two versions live side by side", async () => {
    const room = stage.room();
    const [ada, bob] = await stage.people("Ada", "Bob");
    for (const peer of [ada, bob]) await (await peer.show("/examples")).join(room);
    expect((await ada.sync("examples/updateCounter/v1", room, { amount: 2 })).result).toEqual({ newValue: 2 });
    const by = { userId: "bob", name: "Bob" };
    expect((await bob.sync("examples/updateCounter/v2", room, { amount: 3, note: "why" })).result).toEqual({
      newValue: 5,
      note: "why",
      by,
    });
    expect((await bob.sync("examples/updateCounter/v2", room, { amount: 1 })).result).toEqual({ newValue: 6, note: null, by });
    expect((await bob.sync("examples/updateCounter/v2", room, { amount: 1, note: null })).result).toMatchObject({ note: null });
    for (const peer of [ada, bob]) {
      expect((await peer.frames(4)).map(({ cb, serverOutput }) => [cb, serverOutput])).toEqual([
        ["examples/updateCounter/v1", { newValue: 2 }],
        ["examples/updateCounter/v2", { newValue: 5, note: "why", by }],
        ["examples/updateCounter/v2", { newValue: 6, note: null, by }],
        ["examples/updateCounter/v2", { newValue: 7, note: null, by }],
      ]);
    }
    expect(await ada.sync("examples/updateCounter/v3", room, { amount: 2 })).toMatchObject({ errorCode: "sync-not-found" });
    // A field of another version is an unknown one.
    expect(await ada.sync("examples/updateCounter/v1", room, { amount: 2, note: "x" })).toMatchObject({
      errorCode: "sync-invalid-input",
      errorParams: { path: "note", reason: "unknown-field" },
    });
  });
});

describe("positions", () => {
  it("are the same for all members, differ from event to event, and say nothing", async () => {
    const room = stage.room();
    const peers = await stage.people("Ada", "Bob", "Cem");
    const [ada] = peers;
    const first = await ada.join(room);
    for (const peer of peers) await (await peer.show("/examples")).join(room);
    const events = 20;
    for (let amount = 1; amount <= events; amount += 1) {
      await ada.sync("examples/updateCounter/v1", room, { amount });
    }
    const seen = await Promise.all(peers.map(async (peer) => (await peer.frames(events)).map(({ pos }) => pos)));
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
    const all = [String(first.pos), ...(seen[0] ?? [])];
    expect(new Set(all).size).toBe(events + 1);
    for (const pos of all) {
      expect(Buffer.byteLength(pos)).toBeGreaterThan(0);
      expect(Buffer.byteLength(pos)).toBeLessThanOrEqual(64);
    }
    // Neighbours share no more than chance: a counter in the text would keep most characters in their places.
    const length = all[0]?.length ?? 0;
    for (let index = 1; index < all.length; index += 1) {
      const kept = [...(all[index] ?? "")].filter((letter, place) => letter === all[index - 1]?.[place]).length;
      expect(kept).toBeLessThan(length / 2);
    }
    // A join answers the place of the last event.
    expect((await ada.join(room)).pos).toBe(all.at(-1));
    // Another room counts for itself.
    expect((await ada.join(stage.room())).pos).not.toBe(first.pos);
  });
});
