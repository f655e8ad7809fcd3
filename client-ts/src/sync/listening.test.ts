import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeNetwork, FakeWakes } from "../testing/fakeSocket";
import type { SyncTypeMap } from "../testing/routes";
import { failure } from "../testing/testServer";
import { createSyncIn } from "./createSync";
import type { Outdated } from "./outdated";
import type { SyncProblem } from "./problems";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp(contract?: string) {
  const outdated: Outdated[] = [];
  const onOutdated = (reason: Outdated): void => void outdated.push(reason);
  const problems: SyncProblem[] = [];
  const onProblem = (problem: SyncProblem): void => void problems.push(problem);
  const network = new FakeNetwork();
  const sync = createSyncIn<SyncTypeMap>({ openSocket: network.openSocket, onWake: new FakeWakes().onWake, random: () => 0.5 }, { lang: () => "en", contract, onOutdated, onProblem });
  const listen = (version: "v1" | "v2") =>
    sync.upsertSyncEventCallback({ name: "examples/updateCounter", version: version as "v1", callback: () => {} });
  const told = () => network.socket.sentAs("listen").map(({ payload }) => (payload as { routes: string[] }).routes);
  return { sync, network, listen, told, outdated, problems };
}

const V1 = "examples/updateCounter/v1";
const V2 = "examples/updateCounter/v2";

test("the server is told before anything else, and again when a route comes to it, ahead of what is sent next", async () => {
  const { sync, network, listen, told } = setUp();
  listen("v1");
  listen("v1");
  void sync.joinRoom("room");
  network.socket.accept();
  expect(network.socket.sent.map(({ event }) => event)).toEqual(["listen", "joinRoom"]);
  const undo = listen("v2");
  listen("v2");
  void sync.joinRoom("other");
  expect(network.socket.sent.map(({ event }) => event)).toEqual(["listen", "joinRoom", "listen", "joinRoom"]);
  undo();
  listen("v2");
  await Promise.resolve();
  expect(told()).toEqual([[V1], [V1, V2]]);
  network.socket.lose();
  vi.advanceTimersByTime(60_000);
  network.socket.accept();
  expect(told()).toEqual([[V1, V2]]);
});

test("a page that listens to nothing says nothing; what comes together is told together, and a route that nobody listens to any more is left out then", async () => {
  const { sync, network, listen, told } = setUp();
  sync.connect();
  network.socket.accept();
  expect(told()).toEqual([]);
  const undo = listen("v1");
  await Promise.resolve();
  undo();
  expect(told()).toEqual([[V1]]);
  // The server still knows that one.
  listen("v1")();
  listen("v2");
  expect(told()).toHaveLength(1);
  await Promise.resolve();
  expect(told()).toEqual([[V1], [V2]]);
});

test("what is refused for a while is told again, and what always will be is not", async () => {
  const { sync, network, listen, told } = setUp();
  sync.connect();
  network.socket.accept();
  listen("v1");
  await Promise.resolve();
  network.socket.answer("listen", failure("sync-rate-limited", 429, { seconds: 2 }));
  vi.advanceTimersByTime(1_999);
  expect(told()).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(told()).toEqual([[V1], [V1]]);
  network.socket.answer("listen", failure("session-unavailable", 503));
  vi.advanceTimersByTime(1_000);
  expect(told()).toHaveLength(3);
  network.socket.answer("listen", failure("sync-bad-request", 400));
  vi.advanceTimersByTime(60_000);
  expect(told()).toHaveLength(3);
});

test("that a version which is listened to retires is told once", async () => {
  const { sync, network, listen, problems } = setUp();
  sync.connect();
  for (const _ of [1, 2]) {
    network.socket.accept();
    listen("v1");
    await Promise.resolve();
    network.socket.answer("listen", { status: "success", retires: { [V1]: "2027-03-01" } });
    network.socket.lose();
    vi.advanceTimersByTime(60_000);
  }
  expect(problems).toEqual([{ kind: "version-retires", route: V1, day: "2027-03-01" }]);
});

test("a page says which contract it is of, and is told once that the server does not know it", () => {
  const { sync, network, outdated } = setUp("0123456789abcdef");
  sync.connect();
  for (const [contract, count] of [["same", 0], ["kept", 0], ["strange", 0], ["unknown", 1], ["unknown", 1]] as const) {
    network.socket.accept();
    expect(network.socket.sentAs("listen").map(({ payload }) => payload)).toEqual([{ routes: [], contract: "0123456789abcdef" }]);
    network.socket.answer("listen", { status: "success", contract });
    expect(outdated).toEqual(Array(count).fill({ reason: "contract" }));
    network.socket.lose();
    vi.advanceTimersByTime(60_000);
  }
});
