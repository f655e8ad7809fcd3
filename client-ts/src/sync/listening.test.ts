import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeNetwork, FakeWakes } from "../testing/fakeSocket";
import type { SyncTypeMap } from "../testing/routes";
import { failure } from "../testing/testServer";
import { createSyncIn } from "./createSync";
import type { Outdated } from "./outdated";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp(contract?: string) {
  const outdated: Outdated[] = [];
  const onOutdated = (reason: Outdated): void => void outdated.push(reason);
  const network = new FakeNetwork();
  const sync = createSyncIn<SyncTypeMap>({ openSocket: network.openSocket, onWake: new FakeWakes().onWake, random: () => 0 }, { lang: () => "en", contract, onOutdated });
  const listen = (version: "v1" | "v2") =>
    sync.upsertSyncEventCallback({ name: "examples/updateCounter", version: version as "v1", callback: () => {} });
  const told = () => network.socket.sentAs("listen").map(({ payload }) => (payload as { routes: string[] }).routes);
  return { sync, network, listen, told, outdated };
}

const V1 = "examples/updateCounter/v1";
const V2 = "examples/updateCounter/v2";

test("the server is told before anything else, and again when a route comes to it", () => {
  const { sync, network, listen, told } = setUp();
  listen("v1");
  listen("v1");
  void sync.joinRoom("room");
  network.socket.accept();
  expect(network.socket.sent.map(({ event }) => event)).toEqual(["listen", "joinRoom"]);
  const undo = listen("v2");
  listen("v2");
  expect(told()).toEqual([[V1], [V1, V2]]);
  undo();
  expect(told()).toHaveLength(2);
  network.socket.lose();
  vi.advanceTimersByTime(60_000);
  network.socket.accept();
  expect(told()).toEqual([[V1, V2]]);
});

test("a page that listens to nothing says nothing, and one that has stopped says so with what comes next", () => {
  const { sync, network, listen, told } = setUp();
  sync.connect();
  network.socket.accept();
  expect(told()).toEqual([]);
  const undo = listen("v1");
  undo();
  listen("v2");
  expect(told()).toEqual([[V1], [V2]]);
});

test("a server that has heard too much is told again, one that does not know the question is not", () => {
  const { sync, network, listen, told } = setUp();
  sync.connect();
  network.socket.accept();
  listen("v1");
  network.socket.answer("listen", failure("sync-rate-limited", 429, { seconds: 2 }));
  vi.advanceTimersByTime(1_999);
  expect(told()).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(told()).toEqual([[V1], [V1]]);
  network.socket.answer("listen", failure("sync-bad-request", 400));
  vi.advanceTimersByTime(60_000);
  expect(told()).toHaveLength(2);
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
