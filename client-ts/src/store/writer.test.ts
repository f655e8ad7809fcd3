import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TestBrowser } from "../testing/browser";
import { apply, open, put, SCOPE, settle, type Page } from "../testing/lists";
import { LogServer } from "../testing/logServer";
import type { Dropped } from "./storeTypes";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const OTHER = "list-other";

function setUp() {
  const [server, browser] = [new LogServer(apply), new TestBrowser()];
  for (const scope of [SCOPE, OTHER]) {
    for (let count = 0; count < 3; count += 1) server.write(scope, `${count}`, { id: `${count}`, text: scope, count });
  }
  return { server, browser };
}

function dropsOf({ store }: Page): readonly Dropped[] {
  const dropped: Dropped[] = [];
  store.onDrop(of => dropped.push(of));
  return dropped;
}

const NO_ROOM = { reason: "not-kept", error: { name: "QuotaExceededError" } };

describe("a page is told", () => {
  it("that nothing is kept, and how many mutations wait that will live no longer than it does", async () => {
    const { server, browser } = setUp();
    browser.isUnreadable = true;
    const page = open(server, browser, { isOpen: false });
    put(page.store, "a", "A");
    put(page.store, "b", "B");
    await settle();
    const dropped = dropsOf(page);
    await settle();
    expect(dropped).toMatchObject([{ reason: "not-kept", waiting: 2, error: { name: "UnknownError" } }]);
    page.connection.open();
    await settle();
    expect(page.items().slice(3)).toEqual(["a A 0", "b B 0"]);
  });

  it("that nothing is kept from now on", async () => {
    const { server, browser } = setUp();
    const page = open(server, browser, { isOpen: false });
    const dropped = dropsOf(page);
    put(page.store, "a", "A");
    await settle();
    expect(dropped).toEqual([]);
    browser.isFull = true;
    put(page.store, "b", "B");
    await settle();
    expect(dropped).toMatchObject([{ ...NO_ROOM, waiting: 2 }]);
  });

  it("that what was kept is damaged, and that it begins anew", async () => {
    const { server, browser } = setUp();
    browser.isUnreadable = true;
    const anew = new TestBrowser();
    const page = open(server, browser, { restore: async () => anew.tab() });
    const dropped = dropsOf(page);
    put(page.store, "a", "A");
    await settle();
    expect(dropped).toMatchObject([{ reason: "damaged", error: { name: "UnknownError" } }]);
    expect(anew.disk.scopes.has(SCOPE)).toBe(true);
  });

  it("that nothing is kept where nothing can be begun anew either", async () => {
    const { server, browser } = setUp();
    browser.isUnreadable = true;
    const page = open(server, browser, { restore: () => Promise.reject(new Error("no")) });
    const dropped = dropsOf(page);
    await settle();
    expect(dropped).toMatchObject([{ reason: "not-kept", waiting: 0 }]);
  });
});

describe("where there is no room left", () => {
  it("forgets the copies that no tab reads, and keeps what waits", async () => {
    const { server, browser } = setUp();
    const [first, second] = [open(server, browser), open(server, browser)];
    const leave = first.read(OTHER);
    const third = "list-third";
    server.write(third, "x", { id: "x", text: "X", count: 0 });
    first.read(third);
    await settle();
    leave();
    await vi.advanceTimersByTimeAsync(31_000);
    expect([...browser.disk.scopes.keys()].sort()).toEqual([SCOPE, OTHER, third].sort());
    for (const page of [first, second]) page.connection.lose();
    browser.room = 7;
    const dropped = dropsOf(second);
    put(second.store, "a", "A");
    await settle();
    expect([...browser.disk.scopes.keys()].sort(), "a tab still reads the other one").toEqual([SCOPE, third].sort());
    expect(browser.disk.queue.size).toBe(1);
    expect([dropped, second.connection.problems]).toEqual([[], []]);
  });

  it("forgets the copies that are read, too, before it gives up to keep what waits", async () => {
    const { server, browser } = setUp();
    const page = open(server, browser);
    await settle();
    page.connection.lose();
    browser.room = 3;
    const dropped = dropsOf(page);
    put(page.store, "a", "A");
    await settle();
    expect([browser.disk.scopes.size, browser.disk.queue.size]).toEqual([0, 1]);
    expect(page.items(), "it is here as long as the page").toHaveLength(4);
    const late = open(server, browser);
    await settle();
    expect(late.items(), "for the others, too").toHaveLength(4);
    late.store.close();
    browser.room = 10;
    page.connection.open();
    await settle();
    // It is kept again as a whole where there is room.
    expect(browser.disk.scopes.get(SCOPE)).toMatchObject({ cursor: 4, entities: { length: 4 } });
    browser.room = 1;
    page.connection.lose();
    put(page.store, "b", "B");
    put(page.store, "c", "C");
    await settle();
    expect(dropped).toMatchObject([{ ...NO_ROOM, waiting: 2 }]);
    expect(page.items()).toHaveLength(6);
  });

  it("goes on without keeping a copy that is too large, and keeps what waits", async () => {
    const { server, browser } = setUp();
    const page = open(server, browser);
    const other = open(server, browser);
    await settle();
    const dropped = dropsOf(page);
    browser.room = 4;
    for (const id of ["a", "b", "c"]) server.write(SCOPE, id, { id, text: id, count: 0 });
    await settle();
    expect(browser.disk.scopes.size).toBe(0);
    for (const tab of [page, other]) expect(tab.items()).toHaveLength(6);
    // One that has missed something cannot read it, and asks.
    other.tab.isDeaf = true;
    server.write(SCOPE, "a", { id: "a", text: "A", count: 1 });
    await settle();
    other.tab.isDeaf = false;
    server.write(SCOPE, "b", { id: "b", text: "B", count: 1 });
    await settle();
    expect(other.items()).toEqual(page.items());
    expect(other.items().slice(3, 5)).toEqual(["a A 1", "b B 1"]);
    // A tab that comes later is told what is not kept.
    const late = open(server, browser);
    await settle();
    expect(late.items()).toHaveLength(6);
    page.connection.lose();
    put(late.store, "d", "D");
    await settle();
    expect(browser.disk.queue.size).toBe(1);
    expect(dropped).toEqual([]);
    page.connection.open();
    await settle();
    expect(browser.disk.queue.size).toBe(0);
    for (const tab of [page, other, late]) {
      expect(tab.items()).toHaveLength(7);
      expect(tab.store.status(SCOPE).get()).toMatchObject({ pending: 0, status: "live" });
    }
  });
});

it("sends once what it shares with another tab, and what it asks for alone behind that", async () => {
  const { server, browser } = setUp();
  const pages = [open(server, browser), open(server, browser)];
  await settle();
  for (const { connection } of pages) connection.lose();
  const shared = pages.map(({ store }, index) => put(store, `shared ${index}`, "A"));
  await settle();
  browser.isFull = true;
  // The numbers that come next are given twice.
  const own = pages.map(({ store }, index) => put(store, `own ${index}`, index === 0 ? "A" : "no"));
  await settle();
  for (const { connection } of pages) connection.open();
  await settle();
  expect([...server.outcomes.keys()].sort()).toEqual([...shared, ...own].map(({ id }) => id).sort());
  expect([...server.outcomes.keys()].slice(0, 2)).toEqual(shared.map(({ id }) => id));
  expect(new Set(server.applied.values())).toEqual(new Set([1]));
  expect(await Promise.all([...shared, ...own].map(({ settled }) => settled))).toMatchObject([
    { status: "success" },
    { status: "success" },
    { status: "success" },
    { status: "error", errorCode: "list-no" },
  ]);
  for (const page of pages) expect(page.store.status(SCOPE).get()).toMatchObject({ pending: 0, status: "live" });
  expect(server.clients.size).toBe(3);
});

it("knows where it goes on alone what another tab has added, though it did not hear of it", async () => {
  const { server, browser } = setUp();
  const [first, second] = [open(server, browser), open(server, browser)];
  await settle();
  for (const { connection } of [first, second]) connection.lose();
  first.tab.isDeaf = true;
  put(second.store, "a", "A");
  await settle();
  browser.isFull = true;
  put(first.store, "b", "B");
  await settle();
  first.connection.open();
  await settle();
  expect(first.items().slice(3)).toEqual(["a A 0", "b B 0"]);
  expect(first.store.status(SCOPE).get()).toMatchObject({ pending: 0, status: "live" });
});

it("waits with what it shares, and has missed something in front of, until another tab has sent that", async () => {
  const { server, browser } = setUp();
  const [first, second] = [open(server, browser), open(server, browser)];
  await settle();
  for (const { connection } of [first, second]) connection.lose();
  first.tab.isDeaf = true;
  const before = put(second.store, "a", "A");
  await settle();
  const behind = put(first.store, "b", "B");
  await settle();
  browser.wipe();
  const alone = put(first.store, "c", "C");
  await settle();
  first.connection.open();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([...server.outcomes.keys()]).toEqual([]);
  second.connection.open();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([...server.outcomes.keys()]).toEqual([before.id, behind.id, alone.id]);
  expect(new Set(server.applied.values())).toEqual(new Set([1]));
  for (const { settled } of [before, behind, alone]) expect(await settled).toMatchObject({ status: "success" });
});
