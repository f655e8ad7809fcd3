import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeNetwork, FakeWakes } from "../testing/fakeSocket";
import type { ApiTypeMap, ErrorCode, SyncTypeMap } from "../testing/routes";
import { failure } from "../testing/testServer";
import { createSyncIn } from "./createSync";
import type { OfflineOptions } from "./offline";
import type { OfflineStore, StoredCall } from "./offlineStore";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A client that has been in a room, and has lost its connection. */
function setUpLost(offline: OfflineOptions = {}, offlineStore: OfflineStore | null = null) {
  const network = new FakeNetwork();
  const problems: string[] = [];
  const sync = createSyncIn<SyncTypeMap, ErrorCode, ApiTypeMap>(
    { openSocket: network.openSocket, onWake: new FakeWakes().onWake, random: () => 0, offlineStore },
    { lang: () => "en", offline, onProblem: problem => void problems.push(problem.kind) },
  );
  const drops: unknown[] = [];
  sync.onDrop(({ call, reason }) => void drops.push([call.data, reason]));
  sync.connect();
  network.socket.accept();
  void sync.joinRoom("a");
  network.socket.answer("joinRoom", { status: "success", rooms: ["a"], pos: "p1", recovered: false });
  network.socket.lose();
  const comeBack = (): void => {
    vi.advanceTimersByTime(10_000);
    network.socket.accept();
  };
  return { sync, network, drops, comeBack, problems };
}

type Client = ReturnType<typeof setUpLost>["sync"];

function add(sync: Client, amount: number, limits: { timeoutMs?: number; whenOffline?: "fail" } = {}) {
  return sync.syncRequest({ name: "examples/updateCounter", version: "v1", data: { amount }, receiver: "a", ...limits });
}

function states(sync: Client): readonly string[] {
  return sync.offlineCalls.getSnapshot().map(({ status, error }) => (error === undefined ? status : `${status} ${error.errorCode}`));
}

test("calls wait for longer than a call may take, go out in order behind the rooms, and one that is refused blocks none", async () => {
  const { sync, network, comeBack } = setUpLost();
  const answers = [1, 2, 3].map(amount => add(sync, amount));
  let changes = 0;
  sync.offlineCalls.subscribe(() => void (changes += 1));
  vi.advanceTimersByTime(59 * 60_000);
  expect(states(sync)).toEqual(["queued", "queued", "queued"]);
  comeBack();
  expect(network.socket.events).toEqual(["joinRoom", "sync", "sync", "sync"]);
  expect(states(sync)).toEqual(["sent", "sent", "sent"]);
  const [first, second, third] = network.socket.sentAs("sync");
  expect([first, second, third].map(sent => (sent?.payload as { data: unknown }).data)).toEqual([1, 2, 3].map(amount => ({ amount })));
  first?.answered({ status: "success", result: { newValue: 1 } });
  second?.answered(failure("counter-full", 400));
  third?.answered({ status: "success", result: { newValue: 4 } });
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(["success", "error", "success"]);
  expect(states(sync)).toEqual(["accepted", "rejected counter-full", "accepted"]);
  expect(changes).toBe(6);
});

test("who waits for too long is dropped, and told so", async () => {
  const { sync, drops } = setUpLost();
  const [old, limited] = [add(sync, 1), add(sync, 2, { timeoutMs: 5_000 })];
  vi.advanceTimersByTime(5_000);
  expect(await limited).toMatchObject({ errorCode: "sync-timeout" });
  vi.advanceTimersByTime(3_595_000);
  expect(await old).toMatchObject({ errorCode: "offline-dropped", errorParams: { reason: "age" }, httpStatus: 503 });
  expect(drops).toEqual([[{ amount: 1 }, "age"]]);
  expect(states(sync)).toEqual(["rejected offline-dropped", "rejected sync-timeout"]);
});

test.each([
  ["refuse", ["queued", "queued"], [], "offline-queue-full"],
  ["dropOldest", ["rejected offline-dropped", "queued", "queued"], [[{ amount: 1 }, "full"]], undefined],
] as const)("of too many, by the policy %s, one gives way", async (whenFull, expected, dropped, code) => {
  const { sync, drops } = setUpLost({ max: 2, whenFull });
  const answers = [1, 2, 3].map(amount => add(sync, amount));
  expect(states(sync)).toEqual(expected);
  expect(drops).toEqual(dropped);
  const lost = code === undefined ? answers[0] : answers[2];
  expect(await lost).toMatchObject({ errorCode: code ?? "offline-dropped" });
});

test("what is of no use later fails at once, and is not sent again", async () => {
  const { sync, network, comeBack } = setUpLost();
  expect(await add(sync, 1, { whenOffline: "fail" })).toMatchObject({ errorCode: "sync-disconnected" });
  comeBack();
  const sent = add(sync, 2, { whenOffline: "fail" });
  network.socket.lose();
  expect(await sent).toMatchObject({ errorCode: "sync-disconnected" });
  expect(states(sync)).toEqual([]);
});

test("a call for a room that would not have us back is rejected with the code of the room", async () => {
  const { sync, network, comeBack } = setUpLost();
  const answer = add(sync, 1);
  comeBack();
  network.socket.answer("joinRoom", failure("room-forbidden", 403));
  network.socket.answer("sync", failure("sync-not-in-room", 403));
  expect(await answer).toMatchObject({ errorCode: "room-forbidden" });
});

test("a call is sent for whom it was made, or dropped", async () => {
  let user: string | null = "ada";
  const { sync, network, drops, comeBack } = setUpLost({ user: () => user });
  const answer = add(sync, 1);
  user = "bob";
  const own = add(sync, 2);
  comeBack();
  expect(await answer).toMatchObject({ errorCode: "offline-dropped", errorParams: { reason: "user" } });
  expect(drops).toEqual([[{ amount: 1 }, "user"]]);
  expect(network.socket.sentAs("sync")).toHaveLength(1);
  sync.reconnect();
  expect(await own, "nobody knows who is signed in from now on").toMatchObject({ errorCode: "sync-disconnected" });
});

test("when no connection will come by itself, everybody who waits is told", async () => {
  const { sync } = setUpLost();
  const answer = add(sync, 1);
  sync.disconnect();
  expect(await answer).toMatchObject({ errorCode: "sync-disconnected" });
  expect(states(sync)).toEqual(["rejected sync-disconnected"]);
});

test("of those that have come to an end, the last fifty are shown", async () => {
  const { sync, network, comeBack } = setUpLost();
  const answers = Array.from({ length: 60 }, (_, amount) => add(sync, amount));
  comeBack();
  for (const { answered } of network.socket.sentAs("sync")) answered(failure("counter-full", 400));
  await Promise.all(answers);
  expect(sync.offlineCalls.getSnapshot().map(({ data }) => data)).toEqual(Array.from({ length: 50 }, (_, index) => ({ amount: index + 10 })));
});

/** What a page sees of what the pages of one browser share. */
class SharedStore implements OfflineStore {
  readonly calls: Map<string, StoredCall>;
  readonly #own = new Set<string>();

  constructor(before?: SharedStore) {
    this.calls = before?.calls ?? new Map();
  }

  async put(call: StoredCall): Promise<void> {
    this.#own.add(call.id);
    this.calls.set(call.id, call);
  }

  async remove(id: string): Promise<void> {
    this.calls.delete(id);
  }

  /** All others are gone. */
  async adopt(user: string): Promise<readonly StoredCall[]> {
    return [...this.calls.values()].filter(call => call.user === user && !this.#own.has(call.id));
  }
}

const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

test("what a user does offline is sent by the next page, ahead of its own calls, in the rooms that it needs, and under its name", async () => {
  const store = new SharedStore();
  const before = setUpLost({ user: () => "ada" }, store);
  for (const amount of [1, 2]) void add(before.sync, amount);
  void add(before.sync, 3, { timeoutMs: 60_000 });
  void before.sync.syncRequest({ name: "examples/updateCounter", version: "v1", data: { amount: 4 }, receiver: "a", onStream: () => {} });
  await settled();
  const [first, second] = [...store.calls.values()];
  expect([...store.calls.values()].map(({ payload }) => payload)).toMatchObject([{ data: { amount: 1 } }, { data: { amount: 2 } }]);

  // The page ends; another one of the same user connects.
  const network = new FakeNetwork();
  const after = createSyncIn<SyncTypeMap, ErrorCode, ApiTypeMap>(
    { openSocket: network.openSocket, onWake: new FakeWakes().onWake, random: () => 0, offlineStore: new SharedStore(store) },
    { lang: () => "en", offline: { user: () => "ada" } },
  );
  const own = after.syncRequest({ name: "examples/updateCounter", version: "v1", data: { amount: 9 }, receiver: "b" });
  await settled();
  network.socket.accept();
  await settled();
  expect(network.socket.events).toEqual(["joinRoom", "sync", "sync", "sync"]);
  expect(network.socket.sent[0]?.payload).toEqual({ room: "a" });
  const sent = network.socket.sentAs("sync").map(({ payload }) => payload);
  expect(sent).toMatchObject([{ id: first?.id, data: { amount: 1 } }, { id: second?.id }, { data: { amount: 9 } }]);
  expect(sent[0]).not.toHaveProperty("sentOn");
  expect(store.calls.get(first?.id ?? ""), "should this page end, too").toMatchObject({ sentOn: "socket-1" });
  for (const { answered } of network.socket.sentAs("sync")) answered({ status: "success", result: { newValue: 1 } });
  expect(await own).toMatchObject({ status: "success" });
  await settled();
  expect(store.calls.size).toBe(0);
  expect(states(after)).toEqual(["accepted", "accepted", "accepted"]);
  expect(network.socket.events.at(-1), "nobody else here wants the room").toBe("leaveRoom");
});

test.each(["refuse", "dropOldest"] as const)("what pages have left is taken over, though it is more than one page may keep, by the policy %s", async whenFull => {
  const store = new SharedStore();
  const offline = { user: () => "ada", max: 2, whenFull };
  for (const page of [1, 2]) {
    const { sync } = setUpLost(offline, page === 1 ? store : new SharedStore(store));
    void add(sync, page * 10 + 1);
    void add(sync, page * 10 + 2);
  }
  await settled();
  const { sync, network, comeBack, drops } = setUpLost(offline, new SharedStore(store));
  comeBack();
  await settled();
  const sent = network.socket.sentAs("sync").map(({ payload }) => (payload as { data: { amount: number } }).data.amount);
  expect(new Set(sent)).toEqual(new Set([11, 12, 21, 22]));
  expect(states(sync)).toEqual(["sent", "sent", "sent", "sent"]);
  expect(drops).toEqual([]);
});

test("nothing of somebody who is not signed in, or of another, is kept or taken over", async () => {
  const store = new SharedStore();
  for (const user of [null, undefined]) {
    const { sync } = setUpLost({ user: () => user }, store);
    void add(sync, 1);
    await settled();
    expect(store.calls.size).toBe(0);
  }
  const ada = setUpLost({ user: () => "ada" }, store);
  void add(ada.sync, 1);
  const bob = setUpLost({ user: () => "bob" }, new SharedStore(store));
  bob.comeBack();
  await settled();
  expect(bob.network.socket.sentAs("sync")).toEqual([]);
});

test("a page that learns who is signed in when it has connected takes over what was left then, and is asked no longer than that", async () => {
  const store = new SharedStore();
  void add(setUpLost({ user: () => "ada" }, store).sync, 1);
  await settled();
  for (const [known, calls] of [["ada", 1], [null, 0]] as const) {
    let user: string | null | undefined;
    const asked = vi.fn(() => user);
    const { network, comeBack } = setUpLost({ user: asked }, new SharedStore(store));
    comeBack();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(network.socket.sentAs("sync")).toEqual([]);
    user = known;
    await vi.advanceTimersByTimeAsync(250);
    expect(network.socket.sentAs("sync")).toHaveLength(calls);
    asked.mockClear();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked).not.toHaveBeenCalled();
  }
});

test("nobody is asked who is signed in while there is no connection", async () => {
  const asked = vi.fn(() => undefined);
  const { network, comeBack } = setUpLost({ user: asked }, new SharedStore());
  comeBack();
  network.socket.lose();
  asked.mockClear();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).not.toHaveBeenCalled();
});

test("a store that does not work, or does not answer, holds up nothing for long", async () => {
  const never = new Promise<never>(() => {});
  const broken: OfflineStore = { put: () => Promise.reject(new Error("planted")), remove: () => never, adopt: () => Promise.reject(new Error("planted")) };
  const silent: OfflineStore = { put: () => never, remove: () => never, adopt: () => never };
  for (const [store, kinds] of [[broken, ["offline-not-kept", "offline-not-kept"]], [silent, []]] as const) {
    const { sync, network, comeBack, problems } = setUpLost({ user: () => "ada" }, store);
    await vi.advanceTimersByTimeAsync(1_000);
    problems.length = 0;
    void add(sync, 1);
    comeBack();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(network.socket.sentAs("sync")).toHaveLength(1);
    expect(problems.slice(0, 2)).toEqual(kinds);
  }
});

test("what is taken over late is sent late, and not lost", async () => {
  const store = new SharedStore();
  const before = setUpLost({ user: () => "ada" }, store);
  void add(before.sync, 1);
  await settled();
  let taken: () => void = () => {};
  const slow = new SharedStore(store);
  const adopt = slow.adopt.bind(slow);
  slow.adopt = user => new Promise(resolve => (taken = () => resolve(adopt(user))));
  const { network, sync, comeBack } = setUpLost({ user: () => "ada" }, slow);
  comeBack();
  void add(sync, 7, { whenOffline: "fail" });
  expect(network.socket.sentAs("sync"), "it need not wait for that").toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(network.socket.sentAs("sync")).toHaveLength(1);
  taken();
  await settled();
  expect(network.socket.sentAs("sync").map(({ payload }) => (payload as { data: unknown }).data)).toEqual([{ amount: 7 }, { amount: 1 }]);
});

test("a call that was only told to come later has never been sent; one whose answer was lost may have run", async () => {
  const { network, sync, comeBack } = setUpLost();
  const answer = add(sync, 1);
  comeBack();
  network.socket.answer("sync", failure("sync-rate-limited", 429, { seconds: 60 }));
  network.socket.lose();
  comeBack();
  expect(network.socket.sentAs("sync")[0]?.payload).not.toHaveProperty("sentOn");
  network.socket.lose();
  comeBack();
  network.socket.answer("sync", failure("sync-rate-limited", 429, { seconds: 60 }));
  network.socket.lose();
  sync.reconnect();
  expect(await answer, "it is not sent again for whoever is signed in now").toMatchObject({ errorCode: "sync-disconnected" });
});

test("an app whose `user` throws says nothing, and every call comes to an end", async () => {
  const { network, sync, comeBack } = setUpLost({ user: () => { throw new Error("planted"); } });
  const answer = add(sync, 1);
  comeBack();
  network.socket.answer("sync", { status: "success", result: { newValue: 1 } });
  expect(await answer).toMatchObject({ status: "success" });
});
