import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TestBrowser } from "../testing/browser";
import { add, apply, open, put, SCOPE, settle, type Page, type Scope } from "../testing/lists";
import { LogServer } from "../testing/logServer";
import { turns } from "../testing/turns";
import type { Queued } from "./keeper";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Which nobody reads unless a test says so. */
const OTHER = "list-other";

/** Two tabs of one browser, of whom the first leads. */
async function setUp() {
  const [server, browser] = [new LogServer(apply), new TestBrowser()];
  const [first, second] = [open(server, browser), open(server, browser)];
  await settle();
  /** The first tab ends when it has written what became of a mutation, before it can tell. */
  const crashesUntold = (id: string): void => {
    first.tab.onWritten = () => {
      if (server.outcomes.has(id) && browser.disk.queue.get(id)?.status !== "pending") browser.crash(first.tab);
    };
  };
  return { server, browser, first, second, crashesUntold };
}

describe("what came of a mutation is told to the tab that has asked for it", () => {
  it.each([
    ["applied", "A", SCOPE],
    ["applied where nobody reads", "A", OTHER],
    ["refused", "no", SCOPE],
  ] as const)("%s, though the tab that leads ends before it can say so", async (_, text, scope: Scope) => {
    // The one that leads then, and one that does not.
    for (const asks of [0, 1]) {
      const { server, browser, first, second, crashesUntold } = await setUp();
      const asking = [second, open(server, browser)][asks] as Page;
      server.write(scope, "x", { id: "x", text: "X", count: 0 });
      await settle();
      browser.delay = () => 20;
      const { id, settled } = put(asking.store, "a", text, scope);
      crashesUntold(id);
      await settle();
      expect(first.tab.isGone).toBe(true);
      const outcome = await settled;
      if (text === "no") expect(outcome).toMatchObject({ status: "error", errorCode: "list-no" });
      else expect(outcome).toEqual({ status: "success", cursor: 2 });
    }
  });

  it.each(["A", "no"])("though it did not hear of it, and it is forgotten by now: %s", async text => {
    const { second, first } = await setUp();
    await settle();
    second.tab.isDeaf = true;
    const { id, settled } = put(second.store, "a", text);
    await settle();
    // Somebody has read there why it was refused.
    first.store.dismiss(id);
    await settle();
    expect(first.store.status(SCOPE).get()).toMatchObject({ pending: 0, rejected: [] });
    const early = await Promise.race([settled, Promise.resolve("open")]);
    expect(early).toBe("open");
    second.tab.isDeaf = false;
    second.focus();
    await settle();
    const outcome = await settled;
    if (text === "no") expect(outcome).toMatchObject({ status: "error", errorCode: "list-no" });
    else expect(outcome).toEqual({ status: "success", cursor: 1 });
    expect(second.store.status(SCOPE).get()).toMatchObject({ pending: 0, rejected: [], status: "live" });
  });

  it("where another tab has dismissed it that could not say so either", async () => {
    const { server, browser, first, second } = await setUp();
    second.tab.isDeaf = true;
    const { id, settled } = put(second.store, "a", "no");
    await settle();
    first.tab.onWritten = () => {
      if (browser.disk.queue.get(id)?.status !== "rejected") browser.crash(first.tab);
    };
    first.store.dismiss(id);
    await settle();
    expect(first.tab.isGone).toBe(true);
    // The second tab leads now, and reads what is kept.
    expect(await settled).toMatchObject({ status: "error", errorCode: "list-no" });
    expect(server.scope(SCOPE).head).toBe(0);
  });

  it("where all that is kept was deleted, since nobody has it said by its absence", async () => {
    const { server, browser, first, second } = await setUp();
    first.connection.lose();
    second.connection.lose();
    const dropped: unknown[] = [];
    second.store.onDrop(({ reason, ...of }) => dropped.push([reason, "waiting" in of && of.waiting]));
    const { settled } = put(second.store, "a", "no");
    await settle();
    browser.wipe();
    browser.crash(first.tab);
    await settle();
    expect(await Promise.race([settled, Promise.resolve("open")])).toBe("open");
    expect(dropped).toEqual([["not-kept", 1]]);
    second.connection.open();
    await settle();
    expect(await settled).toMatchObject({ status: "error", errorCode: "list-no" });
    expect([...server.outcomes]).toHaveLength(1);
  });

  it("where all have got other numbers meanwhile, which it did not hear of", async () => {
    const { server, first, second } = await setUp();
    first.connection.lose();
    put(first.store, "a", "A");
    const { settled } = put(second.store, "b", "no");
    await settle();
    second.tab.isDeaf = true;
    // The server knows others of this client.
    const { client } = await first.tab.queue();
    const stranger = { id: "x", seq: 1, name: "list/put", version: "v1", scope: SCOPE, args: { id: "x", text: "X" } };
    server.push("ada", { user: "ada", client, mutations: [stranger] });
    first.connection.open();
    await settle();
    expect((await first.tab.queue()).client).not.toBe(client);
    second.tab.isDeaf = false;
    await vi.advanceTimersByTimeAsync(31_000);
    expect(await settled).toMatchObject({ status: "error", errorCode: "list-no" });
  });

  it("keeps few that were dismissed", async () => {
    const { browser, first, second } = await setUp();
    const ids = Array.from({ length: 120 }, () => put(second.store, "a", "no").id);
    await settle();
    for (let turn = 0; turn < 20; turn += 1) await settle();
    expect(first.store.status(SCOPE).get().rejected).toHaveLength(120);
    ids.forEach(id => first.store.dismiss(id));
    for (let turn = 0; turn < 20; turn += 1) await settle();
    expect(first.store.status(SCOPE).get().rejected).toEqual([]);
    expect(browser.disk.queue.size).toBe(100);
  });
});

describe("a mutation of a scope that nobody reads", () => {
  /** Has read the other scope once, and does not any more. */
  async function setUpLeft(): Promise<{ server: LogServer; browser: TestBrowser; page: Page }> {
    const [server, browser] = [new LogServer(apply), new TestBrowser()];
    const page = open(server, browser);
    const leave = page.read(OTHER);
    await settle();
    put(page.store, "a", "A", OTHER);
    await settle();
    leave();
    await vi.advanceTimersByTimeAsync(31_000);
    return { server, browser, page };
  }

  it("shows when the scope is read again, without a connection too, until the copy has it", async () => {
    const { server, browser, page } = await setUpLeft();
    expect(await add(page.store, "a", 2, OTHER).settled).toMatchObject({ status: "success" });
    put(page.store, "b", "shout", OTHER);
    await settle();
    page.connection.lose();
    page.store.close();
    const next = open(server, browser, { isOpen: false });
    next.read(OTHER);
    await settle();
    expect(next.items(OTHER)).toEqual(["a A 2", "b shout 0"]);
    expect(next.store.status(OTHER).get()).toMatchObject({ status: "offline", pending: 0 });
    next.connection.open();
    await settle();
    expect(next.items(OTHER)).toEqual(["a A 2", "b SHOUT 0"]);
    expect([...browser.disk.queue]).toEqual([]);
  });

  it("is forgotten at once where no copy is kept that could lack it", async () => {
    const { browser, page } = await setUpLeft();
    for (const scope of ["list-never", OTHER] as const) put(page.store, "b", "B", scope);
    await settle();
    expect([...browser.disk.queue.values()].map(({ scope }) => scope)).toEqual([OTHER]);
  });

  it("is one of so many that are kept", async () => {
    const { browser, page } = await setUpLeft();
    for (let count = 0; count < 700; count += 1) put(page.store, `b${count}`, "B", OTHER);
    for (let turn = 0; turn < 100; turn += 1) await settle();
    const kept = [...browser.disk.queue.values()];
    expect(kept).toHaveLength(500);
    expect(new Set(kept.map(({ status }) => status))).toEqual(new Set(["applied"]));
    expect(Math.min(...kept.map(({ seq }) => seq)), "the oldest are forgotten first").toBe(202);
  });
});

it("is told what is newer than what it reads meanwhile, whenever that is", async () => {
  for (let offset = 0; offset < 60; offset += 1) {
    const { first, second } = await setUp();
    second.tab.lag = () => 10;
    put(first.store, "a", "no");
    await turns(offset);
    second.focus();
    await settle();
    const { pending, rejected } = second.store.status(SCOPE).get();
    expect([pending, rejected.length], `after ${offset} turns`).toEqual([0, 1]);
    second.tab.isDeaf = true;
    first.store.dismiss(rejected[0]?.id ?? "");
    await turns(offset);
    second.tab.isDeaf = false;
    second.focus();
    await settle();
    expect(second.store.status(SCOPE).get().rejected, `after ${offset} turns`).toEqual([]);
  }
});

it("takes nothing back that it has read, where it is told something older late", async () => {
  const { browser, first, second } = await setUp();
  browser.delay = () => 60;
  const { id } = put(first.store, "a", "no");
  await turns(40);
  expect(first.store.status(SCOPE).get().rejected).toHaveLength(1);
  await first.tab.update([{ ...(browser.disk.queue.get(id) as Queued), status: "dismissed" }], []);
  second.focus();
  await settle();
  expect(second.store.status(SCOPE).get()).toMatchObject({ pending: 0, rejected: [] });
});

it("sends nothing as a client that it is no longer, where a tab begins to lead that has missed this", async () => {
  for (let offset = 0; offset < 20; offset += 1) {
    const { server, browser, first } = await setUp();
    const third = open(server, browser);
    await settle();
    first.connection.lose();
    for (const id of ["a", "b"]) put(first.store, id, "A");
    await settle();
    // All have got other numbers, and the tab that has done that ends before it can say so.
    await first.tab.restart("another");
    put(third.store, "c", "C");
    await turns(offset);
    browser.crash(first.tab);
    await settle();
    expect([...server.clients.keys()], `after ${offset} turns`).toEqual(["another"]);
    expect([...server.applied.values()]).toEqual([1, 1, 1]);
  }
});

it("takes nothing back that was done while it was looked what is kept", async () => {
  const { first, second } = await setUp();
  const { id } = put(second.store, "a", "no");
  await settle();
  // What is read of the disk is older than what is here, and what is here is written behind that.
  second.focus();
  second.store.dismiss(id);
  expect(second.store.status(SCOPE).get().rejected).toEqual([]);
  for (let turn = 0; turn < 30; turn += 1) {
    await Promise.resolve();
    expect(second.store.status(SCOPE).get().rejected).toEqual([]);
  }
  await settle();
  for (const page of [first, second]) expect(page.store.status(SCOPE).get().rejected).toEqual([]);
});
