import { describe, expect, it, vi } from "vitest";
import { TestBrowser } from "../testing/browser";
import { add, apply, mutators, open, put, SCOPE, settle } from "../testing/lists";
import { LogServer } from "../testing/logServer";

describe("a store", () => {
  it("shows a guess at once, and the word of the server in its place", async () => {
    const page = open(new LogServer(apply), new TestBrowser());
    await settle();
    const { settled } = put(page.store, "a", "shout");
    expect(page.items()).toEqual(["a shout 0"]);
    expect(page.store.status(SCOPE).get()).toMatchObject({ pending: 1 });
    expect([...page.store.pending("item", SCOPE).get()]).toEqual(["a"]);
    await settle();
    expect(await settled).toEqual({ status: "success", cursor: 1 });
    expect(page.items()).toEqual(["a SHOUT 0"]);
    expect(page.store.status(SCOPE).get()).toEqual({ cursor: 1, pending: 0, rejected: [], status: "live", error: null });
    expect([...page.store.pending("item", SCOPE).get()]).toEqual([]);
  });

  it("takes back what is refused with its effect alone, and says why until it is dismissed", async () => {
    const page = open(new LogServer(apply), new TestBrowser());
    await settle();
    put(page.store, "a", "A");
    const { id, settled } = put(page.store, "b", "no");
    put(page.store, "c", "C");
    expect(page.items()).toEqual(["a A 0", "b no 0", "c C 0"]);
    await settle();
    expect(await settled).toMatchObject({ status: "error", errorCode: "list-no" });
    expect(page.items()).toEqual(["a A 0", "c C 0"]);
    const { rejected } = page.store.status(SCOPE).get();
    expect(rejected).toMatchObject([{ id, name: "list/put", args: { id: "b", text: "no" }, errorCode: "list-no" }]);
    page.store.dismiss(id);
    expect(page.store.status(SCOPE).get().rejected).toEqual([]);
    await settle();
    expect([...(await page.tab.queue()).queue]).toEqual([]);
  });

  it("works without a connection, survives a reload, and sends what waited once", async () => {
    const [server, browser] = [new LogServer(apply), new TestBrowser()];
    server.write(SCOPE, "a", { id: "a", text: "A", count: 0 });
    const first = open(server, browser);
    await settle();
    first.connection.lose();
    expect(first.store.status(SCOPE).get().status).toBe("offline");
    add(first.store, "a", 2);
    put(first.store, "b", "B");
    add(first.store, "b", 3);
    expect(first.items()).toEqual(["a A 2", "b B 3"]);
    await settle();
    browser.crash(first.tab);
    const second = open(server, browser, { isOpen: false });
    await settle();
    expect(second.items()).toEqual(["a A 2", "b B 3"]);
    expect(second.store.status(SCOPE).get()).toMatchObject({ pending: 3, status: "offline" });
    second.connection.loses = 1;
    second.connection.open();
    await settle();
    second.connection.lose();
    second.connection.open();
    await settle();
    expect(second.items()).toEqual(["a A 2", "b B 3"]);
    expect(second.store.status(SCOPE).get()).toMatchObject({ pending: 0, status: "live" });
    expect([...server.applied.values()]).toEqual([1, 1, 1]);
  });

  it("is told by others what they change, and applies its own on top of that", async () => {
    const [server, browser] = [new LogServer(apply), new TestBrowser()];
    const page = open(server, browser);
    await settle();
    put(page.store, "a", "A");
    await settle();
    page.connection.lose();
    add(page.store, "a", 1);
    server.write(SCOPE, "a", { id: "a", text: "Other", count: 10 });
    server.write(SCOPE, "b", { id: "b", text: "B", count: 0 });
    page.connection.open();
    await settle();
    expect(page.items()).toEqual(["a Other 11", "b B 0"]);
  });

  it("never shows its own change twice, though it is told of it before it is answered", async () => {
    const server = new LogServer(apply);
    const [page, other] = [open(server, new TestBrowser()), open(server, new TestBrowser())];
    await settle();
    put(page.store, "a", "A");
    await settle();
    const shown = new Set<string>();
    const list = page.store.entities("item", { scope: SCOPE });
    list.subscribe(() => shown.add(page.items().join()));
    page.connection.lag = 20;
    add(page.store, "a", 1);
    await Promise.resolve();
    put(other.store, "b", "B");
    await settle();
    expect([...shown]).toEqual(["a A 1", "a A 1,b B 0"]);
    // Nor where it reads while it waits for the answer.
    page.connection.isDeaf = true;
    add(page.store, "a", 1);
    page.connection.lag = 50;
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    page.focus();
    await settle();
    expect([...shown].slice(2)).toEqual(["a A 2,b B 0"]);
    expect(page.connection.problems).toEqual([]);
  });

  it("takes a snapshot where the log does not reach back, and keeps what waits", async () => {
    const [server, browser] = [new LogServer(apply), new TestBrowser()];
    const page = open(server, browser);
    await settle();
    put(page.store, "a", "A");
    await settle();
    page.connection.lose();
    put(page.store, "c", "C");
    server.write(SCOPE, "a", undefined);
    server.write(SCOPE, "b", { id: "b", text: "B", count: 0 });
    server.trim(SCOPE);
    page.connection.open();
    await settle();
    expect(page.items()).toEqual(["b B 0", "c C 0"]);
    expect(page.store.status(SCOPE).get()).toMatchObject({ pending: 0, status: "live" });
  });

  it("reads what a lost poke did not tell, every now and then", async () => {
    vi.useFakeTimers();
    const page = open(new LogServer(apply), new TestBrowser());
    const server = page.connection;
    await settle();
    server.isDeaf = true;
    put(page.store, "a", "A");
    await settle();
    const other = page.store.status(SCOPE).get().cursor;
    expect(other).toBe(0);
    await vi.advanceTimersByTimeAsync(31_000);
    expect(page.items()).toEqual(["a A 0"]);
    expect(page.store.status(SCOPE).get().cursor).toBe(1);
    page.store.close();
    vi.useRealTimers();
  });

  it("says that it may not read a scope", async () => {
    const server = new LogServer(apply);
    server.forbid("ada", SCOPE);
    const page = open(server, new TestBrowser());
    await settle();
    expect(page.store.status(SCOPE).get()).toMatchObject({ status: "error", error: { errorCode: "scope-forbidden" } });
  });

  it("is shared by the tabs of a browser, of whom one speaks with the server", async () => {
    const [server, browser] = [new LogServer(apply), new TestBrowser()];
    const [first, second] = [open(server, browser), open(server, browser)];
    await settle();
    const { settled } = put(second.store, "a", "A");
    put(first.store, "b", "B");
    await settle();
    expect(await settled).toMatchObject({ status: "success" });
    for (const page of [first, second]) {
      expect(page.items()).toEqual(["a A 0", "b B 0"]);
      expect(page.store.status(SCOPE).get()).toMatchObject({ pending: 0, status: "live" });
    }
    expect(second.connection.sent).toEqual([]);
    // The other one takes over.
    browser.crash(first.tab);
    await settle();
    put(second.store, "c", "C");
    await settle();
    expect(second.items()).toEqual(["a A 0", "b B 0", "c C 0"]);
    expect(server.scope(SCOPE).head).toBe(3);
  });

  it("goes on in memory where the browser keeps nothing, and says so", async () => {
    const [server, browser] = [new LogServer(apply), new TestBrowser()];
    const page = open(server, browser);
    await settle();
    browser.isFull = true;
    put(page.store, "a", "A");
    await settle();
    expect(page.items()).toEqual(["a A 0"]);
    expect(server.scope(SCOPE).head).toBe(1);
    expect(page.connection.problems).toMatchObject([{ kind: "store-not-kept" }]);
  });

  it("sends what a tab has kept that ended before it could say so", async () => {
    const [server, browser] = [new LogServer(apply), new TestBrowser()];
    const page = open(server, browser);
    await settle();
    put(page.store, "a", "A");
    await settle();
    await page.tab.add({ id: "unheard", name: "list/put", version: "v1", scope: SCOPE, args: { id: "b", text: "B" } });
    put(page.store, "c", "C");
    await settle();
    expect(page.items()).toEqual(["a A 0", "b B 0", "c C 0"]);
    expect([...server.applied.values()]).toEqual([1, 1, 1]);
    expect([...server.clients.keys()], "it is still who it was").toHaveLength(1);
    expect(page.store.status(SCOPE).get()).toMatchObject({ pending: 0, status: "live" });
  });

  it("is on its own in a tab that can keep nothing while another one can", async () => {
    const [server, browser] = [new LogServer(apply), new TestBrowser()];
    const page = open(server, browser);
    await settle();
    put(page.store, "a", "A");
    await settle();
    browser.isUnreadable = true;
    const second = open(server, browser);
    await settle();
    expect(second.items()).toEqual(["a A 0"]);
    const { settled } = second.store.mutate("list/add", "v1", SCOPE, { id: "a", amount: 1 });
    add(page.store, "a", 2);
    await settle();
    expect(await settled).toMatchObject({ status: "success" });
    for (const each of [page, second]) expect(each.items()).toEqual(["a A 3"]);
    expect(second.connection.problems).toMatchObject([{ kind: "store-not-kept" }]);
    second.store.close();
  });

  it("is known again under another name where the server has forgotten it", async () => {
    const [server, browser] = [new LogServer(apply), new TestBrowser()];
    const page = open(server, browser);
    await settle();
    put(page.store, "a", "A");
    await settle();
    server.clients.clear();
    const { settled } = put(page.store, "b", "B");
    await settle();
    expect(await settled).toMatchObject({ status: "success" });
    expect(page.items()).toEqual(["a A 0", "b B 0"]);
    // What was refused stays, and has no number that would be in the way.
    put(page.store, "n", "no");
    await settle();
    server.clients.clear();
    const { settled: again } = put(page.store, "a", "A again");
    await settle();
    expect(await again).toMatchObject({ status: "success" });
    put(page.store, "a", "A");
    await settle();
    expect([...server.clients.values()].map(({ last }) => last), "as one other client").toEqual([0, 2]);
    // Where the browser has lost what the server knows.
    browser.wipe();
    put(page.store, "c", "C");
    await settle();
    expect(page.items()).toEqual(["a A 0", "b B 0", "c C 0"]);
  });

  it("hands out the same list and the same entities as long as nothing changed", async () => {
    const page = open(new LogServer(apply), new TestBrowser());
    await settle();
    put(page.store, "b", "B");
    put(page.store, "a", "A");
    await settle();
    const byCount = page.store.entities("item", { scope: SCOPE, where: ({ count }) => count > 0, orderBy: "count" });
    const [all, some] = [page.store.entities("item", { scope: SCOPE }).get(), byCount.get()];
    expect(some).toEqual([]);
    add(page.store, "a", 2);
    expect(byCount.get()).toEqual([{ id: "a", text: "A", count: 2 }]);
    const [guessed] = byCount.get();
    await settle();
    expect(byCount.get()[0]).toBe(guessed);
    const now = page.store.entities("item", { scope: SCOPE }).get();
    expect(now[1]).toBe(all[1]);
    expect(page.store.entity("item", "b", SCOPE).get()).toBe(all[1]);
  });

  it("reports a mutator that throws, and shows nothing of it", async () => {
    const guesses: typeof mutators = {
      "list/put": {
        v1: (tx, { id, text }) => {
          tx.put("item", { id, text, count: 0 });
          if (text === "throw") throw new Error("a mistake");
        },
      },
    };
    const page = open(new LogServer(apply), new TestBrowser(), { isOpen: false, guesses });
    await settle();
    put(page.store, "a", "A");
    put(page.store, "a", "throw");
    put(page.store, "b", "B");
    expect(page.items()).toEqual(["a A 0", "b B 0"]);
    expect(page.connection.problems).toMatchObject([{ kind: "callback-failed", route: "list/put/v1", error: new Error("a mistake") }]);
    page.connection.open();
    await settle();
    expect(page.items(), "the server has its own word").toEqual(["a throw 0", "b B 0"]);
  });
});
