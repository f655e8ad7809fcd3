/** Our own client package, as an application uses it, against the running server. */
import { createSync, type SyncClient, type SyncOptions } from "syncwright";
import { afterEach, describe, expect, it } from "vitest";
import type { ErrorCode, SyncTypeMap } from "../../app-template/web/src/_sockets/apiTypes.generated.ts";
import { setStage } from "./stage.ts";
import { untilJoined, untilStatus } from "./until.ts";

const stage = setStage();

type Client = SyncClient<SyncTypeMap, ErrorCode>;

const clients = new Set<Client>();
afterEach(() => {
  for (const client of clients) client.disconnect();
  clients.clear();
});

function client(options: SyncOptions = {}): Client {
  const made = createSync<SyncTypeMap, ErrorCode>({
    url: stage.server.url,
    backoff: { baseMs: 20, capMs: 100 },
    onProblem: (problem) => {
      throw new Error(`unexpected: ${JSON.stringify(problem)}`);
    },
    ...options,
  });
  clients.add(made);
  return made;
}

async function signedIn(name: string, options: SyncOptions = {}): Promise<Client> {
  const token = await stage.signIn(name);
  return client({ token: () => token, ...options });
}

/** The values of a route's events as they come; `next` waits for one. */
function collect<Value>() {
  const values: Value[] = [];
  const waiting: ((value: Value) => void)[] = [];
  return {
    add(value: Value) {
      const first = waiting.shift();
      if (first === undefined) values.push(value);
      else first(value);
    },
    next: (): Promise<Value> => {
      const value = values.shift();
      return value === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(value);
    },
    left: values,
  };
}

const COUNTER = { name: "examples/updateCounter", version: "v1" } as const;

describe("a call and its event", () => {
  it("arrive typed, at the caller and at the others", async () => {
    const [ada, bob] = [await signedIn("Ada"), await signedIn("Bob")];
    const room = stage.room();
    const heard = [ada, bob].map((member) => {
      const events = collect<readonly [number, boolean, string]>();
      member.upsertSyncEventCallback({
        ...COUNTER,
        callback: ({ serverOutput, clientOutput, room }) => events.add([serverOutput.newValue, clientOutput.mine, room]),
      });
      return events;
    });
    for (const member of [ada, bob]) {
      expect(await member.updateLocation({ pathName: "/examples" })).toEqual({ status: "success" });
      expect(await member.joinRoom(room)).toMatchObject({ status: "success", rooms: [room], recovered: false });
    }
    const answer = await ada.syncRequest({ ...COUNTER, data: { amount: 5 }, receiver: room });
    expect(answer).toEqual({ status: "success", result: { newValue: 5 } });
    expect(await heard[0]?.next()).toEqual([5, true, room]);
    expect(await heard[1]?.next()).toEqual([5, false, room]);
  });

  it.each([[["websocket"]], [["polling"]], [["polling", "websocket"]]] as const)("go by %j", async (transports) => {
    const ada = await signedIn("Ada", { transports });
    const room = stage.room("nested");
    const events = collect<string>();
    ada.upsertSyncEventCallback({
      name: "test/nestedTest/room",
      version: "v1",
      callback: ({ serverOutput }) => events.add(serverOutput.message),
    });
    await ada.joinRoom(room);
    const messages = Array.from({ length: 100 }, (_, index) => `${index}`);
    const calls = messages.map((message) =>
      ada.syncRequest({ name: "test/nestedTest/room", version: "v1", data: { message }, receiver: room }),
    );
    expect((await Promise.all(calls)).map((answer) => answer.status)).toEqual(messages.map(() => "success"));
    for (const message of messages) expect(await events.next()).toBe(message);
  });

  it("tell an error as a value, and the filter's error to the member", async () => {
    const ada = await signedIn("Ada", { lang: () => "nl" });
    const room = stage.room();
    await ada.joinRoom(room);
    const errors = collect<readonly [string, string]>();
    ada.upsertSyncEventCallback({
      name: "examples/fail",
      version: "v1",
      callback: () => expect.unreachable(),
      onError: ({ errorCode, message }) => errors.add([errorCode, message]),
    });
    const call = (kind: "conflict" | "filterError") =>
      ada.syncRequest({ name: "examples/fail", version: "v1", data: { kind }, receiver: room });
    expect(await call("conflict")).toEqual({
      status: "error",
      errorCode: "example-conflict",
      errorParams: {},
      message: "Iemand anders was sneller.",
      httpStatus: 409,
    });
    expect(await call("filterError")).toEqual({ status: "success", result: {} });
    expect(await errors.next()).toEqual(["example-filtered", "Deze gebeurtenis is niet voor jou bedoeld."]);
  });

  it("obey ignoreSelf", async () => {
    const token = await stage.signIn("Ada");
    const [one, two] = [client({ token: () => token }), client({ token: () => token })];
    const room = stage.room("nested");
    const heard = await Promise.all(
      [one, two].map(async (tab) => {
        const events = collect<string>();
        tab.upsertSyncEventCallback({
          name: "test/nestedTest/room",
          version: "v1",
          callback: ({ serverOutput }) => events.add(serverOutput.message),
        });
        await tab.joinRoom(room);
        return events;
      }),
    );
    for (const ignoreSelf of [true, "session", false] as const) {
      const data = { message: String(ignoreSelf) };
      await one.syncRequest({ name: "test/nestedTest/room", version: "v1", data, receiver: room, ignoreSelf });
    }
    expect(await heard[0]?.next()).toBe("false");
    expect([await heard[1]?.next(), await heard[1]?.next()]).toEqual(["true", "false"]);
  });

  it("that takes longer than the caller waits ends by itself, and one that is aborted does, too", async () => {
    const ada = await signedIn("Ada");
    const room = stage.room();
    await ada.joinRoom(room);
    const slow = { name: "examples/fail", version: "v1", data: { kind: "slow" }, receiver: room } as const;
    expect(await ada.syncRequest({ ...slow, timeoutMs: 50 })).toMatchObject({ errorCode: "sync-timeout", httpStatus: 504 });
    const controller = new AbortController();
    const aborted = ada.syncRequest({ ...slow, signal: controller.signal });
    controller.abort();
    expect(await aborted).toMatchObject({ errorCode: "sync-cancelled", httpStatus: 499 });
    // The connection is as good as before.
    expect(await ada.joinedRooms()).toEqual({ status: "success", rooms: [room] });
  });
});

describe("rooms", () => {
  it("are entered, listed, left and refused as the server says", async () => {
    const ada = await signedIn("Ada");
    expect(await ada.joinRoom("secret")).toMatchObject({ errorCode: "room-forbidden", httpStatus: 403 });
    const room = stage.room();
    await ada.joinRoom(room);
    await ada.joinRoom("lobby-x");
    expect(await ada.joinedRooms()).toEqual({ status: "success", rooms: [room, "lobby-x"] });
    expect(await ada.leaveRoom(room)).toEqual({ status: "success", rooms: ["lobby-x"] });
    expect(ada.roomStatus(room)).toEqual({ status: "idle" });
    expect(ada.roomStatus("lobby-x")).toEqual({ status: "joined" });
  });
});

describe("a server that restarts", () => {
  it.each([["kill"], ["stop"]] as const)("by %s finds its clients back in their rooms, on their pages, with their calls", async (how) => {
    // A page asks for its token anew each time; here that is a login on whatever server is there.
    let tokens = { ada: await stage.signIn("Ada"), bob: await stage.signIn("Bob") };
    const ada = client({ token: () => tokens.ada });
    const bob = client({ token: () => tokens.bob });
    const room = stage.room();
    const gaps = collect<string>();
    ada.onGap(({ room }) => gaps.add(room));
    const events = collect<number>();
    ada.upsertSyncEventCallback({ ...COUNTER, callback: ({ serverOutput }) => events.add(serverOutput.newValue) });
    for (const member of [ada, bob]) {
      await member.updateLocation({ pathName: "/examples" });
      await member.joinRoom(room);
    }
    await bob.syncRequest({ ...COUNTER, data: { amount: 7 }, receiver: room });
    expect(await events.next()).toBe(7);

    // The old tokens are refused by the new server: a client that is refused waits for `reconnect()`.
    const refused = Promise.all([ada, bob].map((member) => untilStatus(member, "refused")));
    await stage.restart(how);
    for (const now of await refused) expect(now).toMatchObject({ errorCode: "auth-required", httpStatus: 401 });
    tokens = { ada: await stage.signIn("Ada"), bob: await stage.signIn("Bob") };
    for (const member of [ada, bob]) member.reconnect();
    // Sent at once, the call waits until the rooms are entered again.
    const answer = await bob.syncRequest({ ...COUNTER, data: { amount: 1 }, receiver: room });
    expect(answer).toEqual({ status: "success", result: { newValue: 1 } });
    // Ada may have come back after that event: the next one reaches her for certain.
    await untilJoined(ada, room);
    await bob.syncRequest({ ...COUNTER, data: { amount: 1 }, receiver: room });
    while ((await events.next()) !== 2);
    expect(await gaps.next()).toBe(room);
    expect(await ada.joinedRooms()).toEqual({ status: "success", rooms: [room] });
  });

  it("is waited for by calls that are made meanwhile, and fails those that were on their way", async () => {
    const ada = client();
    expect(await ada.syncRequest({ ...COUNTER, data: { amount: 1 }, receiver: "game-room-1" })).toMatchObject({
      errorCode: "auth-required",
    });
    const restarted = stage.restart("kill");
    await untilStatus(ada, "reconnecting");
    const waiting = ada.syncRequest({ ...COUNTER, data: { amount: 1 }, receiver: "game-room-1" });
    await restarted;
    expect(await waiting).toMatchObject({ errorCode: "auth-required", httpStatus: 401 });
    expect(ada.status.getSnapshot()).toMatchObject({ status: "connected" });
  });
});

describe("a connection that the network breaks", () => {
  it("comes back with the same session, rooms and page", async () => {
    const token = await stage.signIn("Ada");
    const ada = client({ token: () => token });
    const bob = await signedIn("Bob");
    const room = stage.room();
    const events = collect<boolean>();
    ada.upsertSyncEventCallback({ ...COUNTER, callback: ({ clientOutput }) => events.add(clientOutput.mine) });
    await ada.updateLocation({ pathName: "/examples" });
    await ada.joinRoom(room);
    await bob.joinRoom(room);
    ada.reconnect();
    // The rooms come before the calls, so that an answer says that she is back.
    expect(await ada.joinedRooms()).toEqual({ status: "success", rooms: [room] });
    await bob.syncRequest({ ...COUNTER, data: { amount: 1 }, receiver: room });
    expect(await events.next()).toBe(false);
  });
});

describe("the language", () => {
  it("is that of the handshake, asked anew for each connection, and then that of the session", async () => {
    const token = await stage.signIn("Ada");
    let lang = "de";
    const ada = client({ token: () => token, lang: () => lang });
    const told = async () => {
      const answer = await ada.joinRoom("secret");
      return answer.status === "error" ? answer.message : "";
    };
    expect(await told()).toBe("Du darfst diesen Raum nicht betreten.");
    lang = "fr";
    ada.reconnect();
    expect(await told()).toBe("Vous n’avez pas accès à ce salon.");
    await stage.fetch("/auth/session", {
      method: "PATCH",
      headers: { Authorization: `Bearer ${token}` },
      body: { locale: "nl" },
    });
    expect(await told()).toBe("Je mag deze ruimte niet betreden.");
  });
});

describe("a logout", () => {
  it("refuses the client until it connects anew, as a guest", async () => {
    let token: string | null = await stage.signIn("Ada");
    const ada = client({ token: () => token });
    const room = stage.room();
    await ada.joinRoom(room);
    const losses = collect<readonly [string, string]>();
    ada.onRoomLost(({ room, error }) => losses.add([room, error.errorCode]));

    const refused = untilStatus(ada, "refused");
    await stage.fetch("/auth/logout", { method: "POST", headers: { Authorization: `Bearer ${token}` } });
    expect(await refused).toMatchObject({ status: "refused", errorCode: "auth-required", httpStatus: 401 });
    expect(await ada.syncRequest({ ...COUNTER, data: { amount: 1 }, receiver: room })).toMatchObject({
      errorCode: "auth-required",
    });

    token = null;
    ada.reconnect();
    await untilStatus(ada, "connected");
    expect(await losses.next()).toEqual([room, "auth-required"]);
    expect(await ada.joinedRooms()).toEqual({ status: "success", rooms: [] });
  });
});

describe("a token that is not valid", () => {
  it("is refused with the reason, in the language of the reader", async () => {
    const ada = client({ token: () => "gone", lang: () => "fr" });
    ada.connect();
    expect(await untilStatus(ada, "refused")).toEqual({
      status: "refused",
      errorCode: "auth-required",
      message: "Veuillez d’abord vous connecter.",
      httpStatus: 401,
    });
  });
});
