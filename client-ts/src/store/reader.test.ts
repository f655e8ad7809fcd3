import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TestBrowser } from "../testing/browser";
import { apply, open, put, SCOPE, settle } from "../testing/lists";
import { LogServer } from "../testing/logServer";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const FORBIDDEN = { status: "error", error: { errorCode: "scope-forbidden", message: "scope-forbidden." } };
const write = (server: LogServer, id: string) => server.write(SCOPE, id, { id, text: id, count: 0 });

async function setUp() {
  const [server, browser] = [new LogServer(apply), new TestBrowser()];
  const page = open(server, browser, { user: "ann" });
  write(server, "a");
  await settle();
  const status = () => page.store.status(SCOPE).get();
  const subscribed = () => page.connection.sent.filter(what => what === "subscribe").length;
  return { server, browser, page, status, subscribed };
}

describe("a scope that is taken away", () => {
  it("says so at once, shows what was there, and is subscribed to again where it is given back", async () => {
    const reasons = [
      ["a new socket", ({ connection }: { connection: { lose: () => void; open: () => void } }) => (connection.lose(), connection.open())],
      ["a look", ({ focus }: { focus: () => void }) => focus()],
      ["the safety net", () => void vi.advanceTimersByTime(31_000)],
    ] as const;
    for (const [reason, look] of reasons) {
      const { server, page, status } = await setUp();
      server.forbid("ann", SCOPE);
      write(server, "b");
      await settle();
      expect(status(), reason).toMatchObject(FORBIDDEN);
      expect(page.items(), reason).toEqual(["a a 0"]);
      server.allow("ann", SCOPE);
      await vi.advanceTimersByTimeAsync(20_000);
      expect(status(), "nobody tells that it is back").toMatchObject(FORBIDDEN);
      look(page);
      await settle();
      expect(status(), reason).toMatchObject({ status: "live", error: null });
      expect(page.items(), reason).toEqual(["a a 0", "b b 0"]);
      write(server, "c");
      await settle();
      expect(page.items(), `poked again: ${reason}`).toEqual(["a a 0", "b b 0", "c c 0"]);
      page.store.close();
    }
  });

  it("goes on saying why as long as it is asked for in vain", async () => {
    const { server, page } = await setUp();
    const seen = new Set<string>();
    const { get, subscribe } = page.store.status(SCOPE);
    subscribe(() => seen.add(get().status));
    server.forbid("ann", SCOPE);
    await vi.advanceTimersByTimeAsync(100_000);
    expect([...seen]).toEqual(["error"]);
  });

  it("is not live though what was asked before that is answered well", async () => {
    const { server, page, status } = await setUp();
    page.connection.isDeaf = true;
    write(server, "b");
    page.connection.delay = () => 20;
    page.focus();
    await Promise.resolve();
    page.connection.delay = () => 0;
    server.forbid("ann", SCOPE);
    await settle();
    expect(status()).toMatchObject(FORBIDDEN);
  });

  it("is asked for once more where it was taken away while it was asked for", async () => {
    const { server, page, status, subscribed } = await setUp();
    page.connection.lose();
    page.connection.delay = () => 20;
    page.connection.open();
    await settle();
    const before = subscribed();
    page.connection.lose();
    page.connection.open();
    await Promise.resolve();
    page.connection.delay = () => 0;
    // What ends it comes before the answer that it has begun.
    server.forbid("ann", SCOPE);
    await settle();
    expect(subscribed() - before).toBe(2);
    expect(status()).toMatchObject(FORBIDDEN);
  });
});

describe("a scope that cannot be read at the moment", () => {
  it("is subscribed to again after a while, ever more rarely, where that may pass", async () => {
    const { server, page, status, subscribed } = await setUp();
    page.connection.lose();
    server.failing.set(SCOPE, "store-unavailable");
    page.connection.open();
    await settle();
    expect(status()).toMatchObject({ status: "error", error: { errorCode: "store-unavailable" } });
    const before = subscribed();
    await vi.advanceTimersByTimeAsync(8_000);
    expect(subscribed() - before, "after 0.5 s, 1.5 s, 3.5 s and 7.5 s").toBe(4);
    server.failing.delete(SCOPE);
    write(server, "b");
    await vi.advanceTimersByTimeAsync(8_000);
    expect(status()).toMatchObject({ status: "live", error: null });
    expect(page.items()).toEqual(["a a 0", "b b 0"]);
  });

  it("is subscribed to again by the safety net whatever the reason", async () => {
    const { server, page, status } = await setUp();
    page.connection.lose();
    server.failing.set(SCOPE, "room-limit");
    page.connection.open();
    await settle();
    server.failing.delete(SCOPE);
    await vi.advanceTimersByTimeAsync(25_000);
    expect(status()).toMatchObject({ status: "error", error: { errorCode: "room-limit" } });
    await vi.advanceTimersByTimeAsync(6_000);
    expect(status()).toMatchObject({ status: "live" });
    write(server, "b");
    await settle();
    expect(page.items(), "it is told, too").toEqual(["a a 0", "b b 0"]);
  });

  it("is read again where the answer to a subscription is lost", async () => {
    const { server, page, status } = await setUp();
    page.connection.lose();
    page.connection.loses = 1;
    page.connection.open();
    write(server, "b");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(status()).toMatchObject({ status: "live" });
    expect(page.items()).toEqual(["a a 0", "b b 0"]);
  });
});

it("goes on with a new socket, whatever becomes of what was asked on the last one", async () => {
  const { server, page, status } = await setUp();
  const seen: string[] = [];
  const { get, subscribe } = page.store.status(SCOPE);
  subscribe(() => seen.at(-1) !== get().status && seen.push(get().status));
  page.connection.isDeaf = true;
  write(server, "b");
  page.connection.delay = () => 40;
  page.focus();
  await Promise.resolve();
  page.connection.delay = () => 0;
  page.connection.lose();
  page.connection.open();
  await settle();
  expect(seen.slice(-3)).toEqual(["offline", "syncing", "live"]);
  expect(page.items()).toEqual(["a a 0", "b b 0"]);
  expect(status()).toMatchObject({ status: "live", cursor: 2 });
});

it("subscribes to as many scopes at once as the server takes", async () => {
  const server = new LogServer(apply);
  const page = open(server, new TestBrowser(), { isOpen: false });
  for (let scope = 2; scope <= 250; scope += 1) page.read(`list-${scope}`);
  await vi.advanceTimersByTimeAsync(0);
  for (let turn = 0; turn < 10; turn += 1) await settle();
  const asked: number[] = [];
  const { subscribe } = page.connection;
  Object.assign(page.connection, { subscribe: (of: Parameters<typeof subscribe>[0]) => (asked.push(of.scopes.length), subscribe(of)) });
  page.connection.open();
  await settle();
  expect(asked).toEqual([100, 100, 50]);
  expect(page.store.status("list-250").get().status).toBe("live");
});

it("takes what was put there from a backup for another life of the data, and leaves out what was applied in the last one", async () => {
  const { server, page, status } = await setUp();
  put(page.store, "b", "B");
  await settle();
  page.connection.isDeaf = true;
  put(page.store, "c", "C");
  await settle();
  expect(page.items(), "applied, and not read yet").toEqual(["a a 0", "b B 0", "c C 0"]);
  server.rewind(SCOPE, 1);
  await vi.advanceTimersByTimeAsync(31_000);
  expect(page.items()).toEqual(["a a 0"]);
  expect(status()).toMatchObject({ status: "live", cursor: 1, pending: 0 });
  expect([...(await page.tab.queue()).queue]).toEqual([]);
});

it("goes on with a page that was too much at once, when it is worth it, and begins with nothing anew", async () => {
  vi.useFakeTimers();
  const server = new LogServer(apply);
  server.write(SCOPE, "a", { id: "a", text: "A", count: 0 });
  const page = open(server, new TestBrowser(), { isOpen: false });
  const { snapshot } = page.connection;
  const asked: (string | undefined)[] = [];
  let refusals = 2;
  Object.assign(page.connection, {
    snapshot: async (question: Parameters<typeof snapshot>[0]) => {
      asked.push(question.page);
      if (question.page === "second" && refusals > 0) {
        refusals -= 1;
        const errorParams = { seconds: 5 };
        return { status: "error", errorCode: "sync-rate-limited", errorParams, message: "", httpStatus: 429 };
      }
      const answer = await snapshot(question);
      return question.page === undefined ? { ...answer, data: {}, next: "second" } : answer;
    },
  });
  page.connection.open();
  await settle();
  await vi.advanceTimersByTimeAsync(4_900);
  expect(asked).toEqual([undefined, "second"]);
  expect(page.store.status(SCOPE).get().status).toBe("syncing");
  await vi.advanceTimersByTimeAsync(5_200);
  expect(asked).toEqual([undefined, "second", "second", "second"]);
  expect(page.items()).toEqual(["a A 0"]);
  page.store.close();
  vi.useRealTimers();
});
