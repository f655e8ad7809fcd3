import { describe, expect, it } from "vitest";
import { framesToMark, mark } from "./marks.ts";
import { setStage } from "./stage.ts";

const stage = setStage();

const badRequest = {
  status: "error",
  errorCode: "sync-bad-request",
  errorParams: {},
  message: expect.stringMatching(/^This message is not of the expected form: /),
  httpStatus: 400,
};

describe("a message of another form", () => {
  it.each([
    ["an event that nobody knows", "hello", [{}]],
    ["an event named like ours", "Sync", [{}]],
    ["an event of the server", "presence", [{}]],
    ["an event with a name of JavaScript", "__proto__", [{}]],
    ["an event with an empty name", "", []],
    ["what a later version has", "stateOpen", [{ name: "x" }]],
    ["a call that is given up without a name", "syncCancel", [{}]],
    ["no payload", "sync", []],
    ["null", "sync", [null]],
    ["a number", "sync", [5]],
    ["a text", "sync", ["examples/updateCounter"]],
    ["an array", "sync", [["examples/updateCounter", "v1", {}, "game-room-1"]]],
    ["an empty object", "sync", [{}]],
    ["a name that is a number", "sync", [{ name: 1, version: "v1", receiver: "game-room-1" }]],
    ["a version that is a number", "sync", [{ name: "examples/updateCounter", version: 1, receiver: "game-room-1" }]],
    ["a receiver that is an array", "sync", [{ name: "examples/updateCounter", version: "v1", receiver: ["game-room-1"] }]],
    ["bytes for a payload", "sync", [Buffer.from("bytes")]],
    ["bytes inside the data", "sync", [{ name: "x/y", version: "v1", receiver: "r", data: { amount: new Uint8Array([1, 2]) } }]],
    ["bytes for a room", "joinRoom", [{ room: Buffer.from("game-room-1") }]],
  ])("is answered, and the connection goes on: %s", async (_, event, payload) => {
    const ada = await stage.person("Ada");
    const id = ada.socket.id;
    expect(await ada.call(event, ...payload)).toEqual(badRequest);
    expect(await ada.call("joinedRooms", {})).toEqual({ status: "success", rooms: [] });
    expect(ada.socket.id).toBe(id);
  });

  it("is answered over polling, too", async () => {
    const ada = await stage.person("Ada", { transports: ["polling"] });
    expect(await ada.call("sync", Buffer.from("bytes"))).toEqual(badRequest);
    expect(await ada.call("hello")).toEqual(badRequest);
    expect(await ada.call("joinedRooms", {})).toEqual({ status: "success", rooms: [] });
  });
});

describe("arguments behind the payload", () => {
  it("are ignored", async () => {
    const ada = await stage.person("Ada");
    const room = stage.room();
    expect(await ada.call("joinRoom", { room }, { room: "chat-a" }, 5)).toMatchObject({ rooms: [room] });
  });
});

describe("calls without an acknowledgement", () => {
  it("have their effect, in order, and are not answered", async () => {
    const [ada, bob] = await stage.people("Ada", "Bob");
    const room = stage.room("nested");
    for (const peer of [ada, bob]) await peer.join(room);
    const send = (message: string) =>
      ada.socket.emit("sync", { name: "test/nestedTest/room", version: "v1", receiver: room, data: { message } });
    const messages = Array.from({ length: 50 }, (_, index) => `message ${index}`);
    messages.forEach(send);
    send("");
    ada.socket.emit("hello");
    ada.socket.emit("joinRoom", 5);
    ada.socket.emit("leaveRoom", { room });
    send("after leaving");
    await ada.join(room);
    await mark(bob, room);
    const frames = await framesToMark(bob);
    expect(frames.map(({ serverOutput }) => (serverOutput as { message: string }).message)).toEqual(messages);
    // Ada left right after her calls: what was still on its way to her then is lost to her, as it should be.
    const own = (await framesToMark(ada)).map(({ serverOutput }) => (serverOutput as { message: string }).message);
    expect(own).toEqual(messages.slice(0, own.length));
    expect(new Set(ada.heard.map(([event]) => event))).toEqual(new Set(["sync"]));
  });
});

describe("texts", () => {
  it.each([
    ["of many scripts", "Ωμέγα 汉字 עברית हिन्दी ไทย"],
    ["beyond the first plane", "👩‍👩‍👧‍👦 𝒮𝓎𝓃𝒸 🏳️‍🌈"],
    ["with every kind of escape", "\"\\/\b\f\n\r\t\u0000\u001f\u007f"],
    ["with line ends of JavaScript", "a\u2028b\u2029c"],
    ["with a separator of the transport", "one\u001etwo"],
    ["with half a pair, as JSON writes it", "x\ufffdx"],
    ["with markup", "<script>alert('&amp;')</script>"],
    ["that look like a packet", '42["sync",{}]'],
  ])("%s arrive as they were sent", async (_, text) => {
    for (const transports of [["polling"], ["websocket"]] as const) {
      const room = stage.room("chat");
      const ada = await stage.person("Ada", { transports });
      const bob = await stage.person(`Bob ${"ö".repeat(3)}`, { transports });
      for (const peer of [ada, bob]) await peer.join(room);
      expect((await ada.sync("chat/sendMessage/v1", room, { text })).result).toMatchObject({ text });
      expect((await bob.frame()).serverOutput).toMatchObject({ text, author: { name: "Ada" } });
      expect((await bob.sync("chat/sendMessage/v1", room, { text })).result).toMatchObject({ author: { name: "Bob ööö" } });
    }
  });

  it("are measured in characters, not in bytes", async () => {
    const room = stage.room("chat");
    const ada = await stage.person("Ada");
    await ada.join(room);
    expect(await ada.sync("chat/sendMessage/v1", room, { text: "𝒮".repeat(500) })).toMatchObject({ status: "success" });
    expect(await ada.sync("chat/sendMessage/v1", room, { text: "𝒮".repeat(501) })).toMatchObject({
      errorCode: "sync-invalid-input",
      errorParams: { path: "text", reason: "length" },
    });
  });
});

describe("what nobody but the server may say", () => {
  it("has no effect: a call cannot choose the callback, the position or the sender", async () => {
    const room = stage.room("nested");
    const [ada, bob] = await stage.people("Ada", "Bob");
    for (const peer of [ada, bob]) await peer.join(room);
    const forged = { cb: "chat/sendMessage/v1", pos: "x", status: "error", serverOutput: {}, from: "Eve" };
    expect(await ada.sync("test/nestedTest/room/v1", room, { message: "hi" }, forged)).toMatchObject({ status: "success" });
    expect(await bob.frame()).toMatchObject({
      cb: "test/nestedTest/room/v1",
      status: "success",
      serverOutput: { message: "hi", from: { name: "Ada" } },
    });
    // An event that a client sends is never passed on as it is.
    expect(await ada.call("sync", { cb: "x", room, status: "success" })).toEqual(badRequest);
    await mark(ada, room);
    expect(await framesToMark(bob)).toEqual([]);
  });

  it("nor do keys of JavaScript's own", async () => {
    const room = stage.room("nested");
    const ada = await stage.person("Ada");
    await ada.join(room);
    const data: unknown = JSON.parse('{"message":"hi","__proto__":{"admin":true}}');
    expect(await ada.sync("test/nestedTest/room/v1", room, data)).toMatchObject({
      errorCode: "sync-invalid-input",
      errorParams: { path: "__proto__", reason: "unknown-field" },
    });
    for (const route of ["__proto__/constructor/v1", "constructor/prototype/v1", "examples/toString/v1", "examples/updateCounter/__proto__"]) {
      expect(await ada.sync(route, room, {})).toMatchObject({ errorCode: "sync-not-found", httpStatus: 404 });
    }
  });
});

describe("a message at the limit", () => {
  it("of 1 MB is taken, above it is answered with an error, and the connection goes on", async () => {
    for (const transports of [["polling"], ["websocket"]] as const) {
      const ada = await stage.person("Ada", { transports });
      const id = ada.socket.id;
      const room = stage.room("chat");
      await ada.join(room);
      const frameOf = (text: string) => ["sync", { name: "chat/sendMessage", version: "v1", receiver: room, data: { text } }];
      const overhead = JSON.stringify(frameOf("")).length;
      // It is too long for the route, but not for the transport.
      expect(await ada.sync("chat/sendMessage/v1", room, { text: "x".repeat(1_000_000 - overhead) })).toMatchObject({
        errorCode: "sync-invalid-input",
      });
      expect(await ada.sync("chat/sendMessage/v1", room, { text: "x".repeat(1_000_001 - overhead) })).toEqual({
        status: "error",
        errorCode: "sync-too-large",
        errorParams: { limit: 1_000_000 },
        message: "The message is too large; at most 1000000 bytes are allowed.",
        httpStatus: 413,
      });
      expect(await ada.call("joinedRooms", {})).toEqual({ status: "success", rooms: [room] });
      expect(ada.socket.id).toBe(id);
    }
  });
});
