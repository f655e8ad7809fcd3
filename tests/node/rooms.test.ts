import { describe, expect, it } from "vitest";
import { setStage } from "./stage.ts";

const stage = setStage();

const refused = (errorCode: string, httpStatus: number, errorParams: object = {}) => ({
  status: "error",
  errorCode,
  errorParams,
  message: expect.any(String),
  httpStatus,
});

describe("joinRoom, leaveRoom and joinedRooms", () => {
  it("answer with the socket's rooms, in the order in which it entered them", async () => {
    const ada = await stage.person("Ada");
    const joined = (...rooms: string[]) => ({ status: "success", rooms, pos: expect.any(String), recovered: false });
    const now = (...rooms: string[]) => ({ status: "success", rooms });
    expect(await ada.call("joinedRooms", {})).toEqual(now());
    expect(await ada.call("joinRoom", { room: "lobby-a" })).toEqual(joined("lobby-a"));
    expect(await ada.call("joinRoom", { room: "chat-b" })).toEqual(joined("lobby-a", "chat-b"));
    expect(await ada.call("joinRoom", { room: "chat-a" })).toEqual(joined("lobby-a", "chat-b", "chat-a"));
    expect(await ada.call("leaveRoom", { room: "chat-b" })).toEqual(now("lobby-a", "chat-a"));
    expect(await ada.call("joinedRooms", {})).toEqual(now("lobby-a", "chat-a"));
    expect(await ada.call("leaveRoom", { room: "lobby-a" })).toEqual(now("chat-a"));
    expect(await ada.call("joinRoom", { room: "lobby-a" })).toEqual(joined("chat-a", "lobby-a"));
  });

  it("may be repeated", async () => {
    const ada = await stage.person("Ada");
    const room = stage.room();
    const first = await ada.join(room);
    expect(await ada.join(room)).toEqual(first);
    expect(await ada.call("leaveRoom", { room })).toEqual({ status: "success", rooms: [] });
    expect(await ada.call("leaveRoom", { room })).toEqual({ status: "success", rooms: [] });
    expect(await ada.call("leaveRoom", { room: "never-heard-of" })).toEqual({ status: "success", rooms: [] });
  });

  it("belong to the socket: another tab is in rooms of its own", async () => {
    const token = await stage.signIn("Ada");
    const [one, two] = [await stage.guest({ token }), await stage.guest({ token })];
    const room = stage.room();
    await one.join(room);
    expect(await two.call("joinedRooms", {})).toEqual({ status: "success", rooms: [] });
    const answer = await two.sync("root/announce/v1", room, { text: "hi" });
    expect(answer).toEqual(refused("sync-not-in-room", 403));
  });

  it("are forgotten when the socket goes", async () => {
    const ada = await stage.person("Ada");
    await ada.join(stage.room());
    ada.close();
    ada.socket.connect();
    await ada.connected();
    expect(await ada.call("joinedRooms", {})).toEqual({ status: "success", rooms: [] });
  });

  it("ignore what a newer client may send, and need no payload where there is nothing to say", async () => {
    const ada = await stage.person("Ada");
    const room = stage.room();
    expect(await ada.call("joinRoom", { room, later: [1] })).toMatchObject({ status: "success", rooms: [room] });
    expect(await ada.call("joinedRooms")).toEqual({ status: "success", rooms: [room] });
    expect(await ada.call("joinedRooms", { later: 1 })).toEqual({ status: "success", rooms: [room] });
  });
});

describe("the door of a room", () => {
  it.each([
    ["a name that no rule opens", "secret", "room-forbidden", 403],
    ["the beginning of a rule with nothing behind", "game-room-", "room-invalid", 400],
    ["a letter that no room name has", "game-room-a/b", "room-invalid", 400],
    ["an id that the rule refuses", `game-room-${"x".repeat(41)}`, "room-invalid", 400],
    ["a parameter of another type", "nested-one", "room-invalid", 400],
    ["a number that is too large", "nested-4294967296", "room-invalid", 400],
    ["an empty name", "", "room-invalid", 400],
    ["10 KB", "game-room-".padEnd(10_240, "x"), "room-invalid", 400],
    ["a name of JavaScript", "__proto__", "room-forbidden", 403],
    ["another case", "Game-room-1", "room-forbidden", 403],
  ])("is closed to %s", async (_, room, errorCode, httpStatus) => {
    const ada = await stage.person("Ada");
    expect(await ada.call("joinRoom", { room })).toEqual(refused(errorCode, httpStatus));
    expect(await ada.call("joinedRooms", {})).toEqual({ status: "success", rooms: [] });
  });

  it("is closed to guests", async () => {
    const guest = await stage.guest();
    for (const room of ["game-room-1", "chat-a", "lobby-a", "nested-1"]) {
      expect(await guest.call("joinRoom", { room })).toEqual(refused("auth-required", 401));
    }
  });

  it("closes behind the fiftieth room", async () => {
    const ada = await stage.person("Ada");
    for (let room = 1; room <= 50; room += 1) await ada.join(`game-room-${room}`);
    expect(await ada.call("joinRoom", { room: "game-room-51" })).toEqual(refused("room-limit", 409, { limit: 50 }));
    // One that it is in already is no further one.
    await ada.join("game-room-50");
    await ada.call("leaveRoom", { room: "game-room-7" });
    await ada.join("game-room-51");
  });

  it.each([
    ["no payload", []],
    ["null", [null]],
    ["text", ["game-room-1"]],
    ["an array", [["game-room-1"]]],
    ["no room", [{}]],
    ["a room that is a number", [{ room: 5 }]],
    ["an `after` that is a number", [{ room: "game-room-1", after: 5 }]],
  ])("answers a wrong message: %s", async (_, payload) => {
    const ada = await stage.person("Ada");
    expect(await ada.call("joinRoom", ...payload)).toEqual(refused("sync-bad-request", 400));
  });
});

describe("joining after a position", () => {
  it.each([
    ["of this room", (pos: string) => pos],
    ["that is unreadable", () => "not a position"],
    ["that is empty", () => ""],
    ["of another server", () => "dE3ZbNCxumdeXnjYHsOC7Q"],
  ])("%s is not honoured yet, and no error", async (_, after) => {
    const [ada, bob] = await stage.people("Ada", "Bob");
    const room = stage.room();
    const { pos } = await ada.join(room);
    await bob.join(room);
    await bob.call("leaveRoom", { room });
    const answer = await bob.call("joinRoom", { room, after: after(String(pos)) });
    expect(answer).toEqual({ status: "success", rooms: [room], pos: expect.any(String), recovered: false });
    // No two joins look the same, whether something happened between them or not.
    expect(answer.pos).not.toBe(pos);
  });
});

describe("updateLocation", () => {
  it("answers with success and nothing else, and belongs to the socket", async () => {
    const token = await stage.signIn("Ada");
    const [one, two] = [await stage.guest({ token }), await stage.guest({ token })];
    const room = stage.room("chat");
    for (const peer of [one, two]) await peer.join(room);
    expect(await one.call("updateLocation", { pathName: "/chat", searchParams: { tab: "1", "ü": "é" } })).toEqual({
      status: "success",
    });
    await one.sync("chat/sendMessage/v1", room, { text: "hi" });
    expect((await one.frame()).clientOutput).toMatchObject({ place: "here", mine: true });
    expect((await two.frame()).clientOutput).toMatchObject({ place: "elsewhere", mine: true });
  });

  it("counts from the next call of the same socket on", async () => {
    const ada = await stage.person("Ada");
    const room = stage.room();
    await ada.join(room);
    const [, first, , second] = await Promise.all([
      ada.call("updateLocation", { pathName: "/examples", searchParams: {} }),
      ada.sync("examples/updateCounter/v1", room, { amount: 1 }),
      ada.call("updateLocation", { pathName: "/", searchParams: {} }),
      ada.sync("root/announce/v1", room, { text: "end" }),
    ]);
    expect([first?.status, second?.status]).toEqual(["success", "success"]);
  });

  it("needs no login", async () => {
    const guest = await stage.guest();
    expect(await guest.call("updateLocation", { pathName: "/", searchParams: {} })).toEqual({ status: "success" });
  });

  it.each([
    [null],
    [[]],
    [{}],
    [{ pathName: 5, searchParams: {} }],
    [{ pathName: "/", searchParams: [] }],
    [{ pathName: "/", searchParams: { page: 1 } }],
    [{ pathName: `/${"x".repeat(5000)}`, searchParams: {} }],
  ])("refuses %j", async (payload) => {
    const guest = await stage.guest();
    expect(await guest.call("updateLocation", payload)).toEqual(refused("sync-bad-request", 400));
  });
});
