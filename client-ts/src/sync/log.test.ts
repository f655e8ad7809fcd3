import { expect, test } from "vitest";
import { FakeNetwork, FakeWakes } from "../testing/fakeSocket";
import { createSyncIn } from "./createSync";
import type { SyncProblem } from "./problems";

function setUp() {
  const network = new FakeNetwork();
  const problems: SyncProblem[] = [];
  const { log } = createSyncIn(
    { openSocket: network.openSocket, onWake: new FakeWakes().onWake, random: () => 0 },
    { lang: () => "en", timeoutMs: 1_000, onProblem: problem => void problems.push(problem) },
  );
  return { network, log, problems };
}

test("a store hears what the server tells of its scopes, until it does not want to any more", () => {
  const { network, log, problems } = setUp();
  const heard: unknown[] = [];
  const hear = (told: unknown): void => void heard.push(told);
  const undos = [log.onPoke(hear), log.onUnsubscribed(hear), log.onOpen(hear)];
  log.use();
  network.socket.accept();
  const poke = { scope: "list-1", cursor: 2 };
  const unsubscribed = { scope: "list-1", errorCode: "scope-forbidden", errorParams: {}, message: "No." };
  network.socket.receive("poke", poke);
  network.socket.receive("unsubscribed", unsubscribed);
  network.socket.receive("unsubscribed", { scope: "list-1" });
  expect(heard).toEqual([true, { ...poke, changes: [] }, unsubscribed]);
  expect(problems).toMatchObject([{ kind: "unreadable-message", event: "unsubscribed" }]);
  undos.forEach(undo => undo());
  network.socket.receive("unsubscribed", unsubscribed);
  expect(heard).toHaveLength(3);
});

test("what a store asks says whose it is, and ends at once without a connection", async () => {
  const { network, log } = setUp();
  const [client, scope] = ["c", "list-1"];
  expect(await log.pull({ user: "ann", scope, cursor: 0 })).toMatchObject({ status: "error", errorCode: "sync-disconnected" });
  log.use();
  network.socket.accept();
  void log.push({ user: "ann", client, mutations: [] });
  void log.pull({ user: "ann", scope, cursor: 0 });
  void log.snapshot({ user: null, scope });
  void log.subscribe({ user: null, scopes: [scope] });
  log.unsubscribe([scope]);
  expect(network.socket.sent.map(({ event, payload }) => [event, payload])).toEqual([
    ["push", { user: "ann", client, mutations: [] }],
    ["pull", { user: "ann", scope, cursor: 0 }],
    ["snapshot", { user: null, scope }],
    ["subscribe", { user: null, scopes: [scope] }],
    ["unsubscribe", { scopes: [scope] }],
  ]);
});
