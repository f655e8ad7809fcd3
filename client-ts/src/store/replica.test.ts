import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TestBrowser } from "../testing/browser";
import { add, apply, open, put, SCOPE, settle } from "../testing/lists";
import { LogServer } from "../testing/logServer";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a store that is closed", () => {
  it("leaves its scopes at once, and not those that the next one on its socket reads", async () => {
    const page = open(new LogServer(apply), new TestBrowser());
    const { sent } = page.connection;
    await settle();
    const stop = page.read("list-2");
    await settle();
    expect(page.connection.subscribed).toEqual([SCOPE, "list-2"]);
    page.store.close();
    expect(page.connection.subscribed).toEqual([]);
    // Another store on the same socket.
    await page.connection.subscribe({ user: "ada", scopes: [SCOPE, "list-2"] });
    // Whoever still reads it stops afterwards, as components do.
    stop();
    page.read("list-3")();
    page.focus();
    const before = sent.length;
    await vi.advanceTimersByTimeAsync(120_000);
    expect(sent.slice(before)).toEqual([]);
    expect(page.connection.subscribed).toEqual([SCOPE, "list-2"]);
    expect(page.connection.problems).toEqual([]);
  });
});

describe("a tab that leads", () => {
  it("forgets what another one reads that is closed without a word, and not what one reads that is there", async () => {
    const [server, browser] = [new LogServer(apply), new TestBrowser()];
    const [first, second, third] = [open(server, browser), open(server, browser), open(server, browser)];
    await settle();
    second.read("list-2");
    third.read("list-3");
    await settle();
    browser.crash(second.tab);
    await vi.advanceTimersByTimeAsync(200_000);
    expect(first.connection.subscribed, "it may only sleep").toEqual([SCOPE, "list-2", "list-3"]);
    await vi.advanceTimersByTimeAsync(200_000);
    expect(first.connection.subscribed).toEqual([SCOPE, "list-3"]);
    server.write("list-3", "a", { id: "a", text: "A", count: 0 });
    await settle();
    expect(third.items("list-3")).toEqual(["a A 0"]);
  });
});

it("is shown what others do while it goes on changing things itself", async () => {
  const [server, browser] = [new LogServer(apply), new TestBrowser()];
  const page = open(server, browser);
  await settle();
  put(page.store, "a", "A");
  await settle();
  page.connection.lag = 20;
  const seen: number[] = [];
  for (let round = 0; round < 10; round += 1) {
    // There is always one more that waits for the one under way.
    add(page.store, "a", 1);
    add(page.store, "a", 1);
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    server.write(SCOPE, `b${round}`, { id: `b${round}`, text: "B", count: 0 });
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    seen.push(page.items().length - 1);
  }
  expect(seen.at(-1)).toBeGreaterThan(5);
  await settle();
  expect(page.items()).toHaveLength(11);
  expect(page.items()[0]).toBe("a A 20");
});

it("lets mutators change what they are given, which changes nothing but what they write", async () => {
  const server = new LogServer(apply);
  const careless = {
    "list/add": {
      v1: (tx: never, { id, amount }: { id: string; amount: number }) => {
        const own = tx as { get: Get; update: Update };
        own.get("item", id).count = 1000;
        own.update("item", id, item => {
          item.count += amount;
          return item;
        });
      },
    },
  };
  const page = open(server, new TestBrowser(), { guesses: careless as never });
  server.write(SCOPE, "a", { id: "a", text: "A", count: 0 });
  await settle();
  page.connection.lose();
  add(page.store, "a", 1);
  add(page.store, "a", 2);
  expect(page.items()).toEqual(["a A 3"]);
  page.connection.open();
  server.write(SCOPE, "b", { id: "b", text: "B", count: 0 });
  await settle();
  expect(page.items()).toEqual(["a A 3", "b B 0"]);
});

type Loose = { count: number };
type Get = (entity: "item", id: string) => Loose;
type Update = (entity: "item", id: string, change: (before: Loose) => Loose) => boolean;
