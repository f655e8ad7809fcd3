import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TestBrowser } from "../testing/browser";
import { apply, open, put, SCOPE, settle, type Page } from "../testing/lists";
import { LogServer } from "../testing/logServer";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Which ann may not read, and bob may. */
const BOBS = "list-bob";

async function setUp(): Promise<{ server: LogServer; page: Page; users: () => readonly unknown[] }> {
  const server = new LogServer(apply);
  server.forbid("ann", BOBS);
  server.write(BOBS, "secret", { id: "secret", text: "bob's", count: 0 });
  const page = open(server, new TestBrowser(), { user: "ann" });
  page.read(BOBS);
  await settle();
  put(page.store, "a", "A");
  await settle();
  return { server, page, users: () => [...server.outcomes.values()].map(({ user }) => user) };
}

const OTHER_USER = { status: "error", error: { errorCode: "auth-user-changed", message: "auth-user-changed." } };

function expectNothingOfBob({ store, items }: Page): void {
  for (const scope of [SCOPE, BOBS]) expect(store.status(scope).get()).toMatchObject(OTHER_USER);
  expect(store.status(SCOPE).get().pending).toBe(1);
  expect(items()).toEqual(["a A 0", "b B 0"]);
  expect(items(BOBS)).toEqual([]);
}

describe("a socket that has become another user's", () => {
  it("is pushed nothing and told nothing, until it is its user's again", async () => {
    const { server, page, users } = await setUp();
    const { store, connection, items } = page;
    // Somebody has signed in as bob in another tab, and the server has not looked yet who is poked.
    connection.signIn("bob", false);
    const { settled } = put(store, "b", "B");
    await settle();
    expectNothingOfBob(page);
    expect(users()).toEqual(["ann"]);
    // What would be told is left out, too: it may be what ann may not read any more.
    server.write(SCOPE, "x", { id: "x", text: "X", count: 0 });
    await settle();
    expectNothingOfBob(page);
    connection.signIn("ann");
    page.focus();
    await settle();
    expect(await settled).toMatchObject({ status: "success" });
    expect(users()).toEqual(["ann", "ann"]);
    expect(items()).toEqual(["a A 0", "b B 0", "x X 0"]);
    expect(store.status(SCOPE).get()).toMatchObject({ pending: 0, status: "live", error: null });
    expect(store.status(BOBS).get()).toMatchObject({ error: { errorCode: "scope-forbidden" } });
  });

  it("is asked again with the safety net and where the page is looked at, and no sooner", async () => {
    const { page } = await setUp();
    const { store, connection } = page;
    connection.signIn("bob", false);
    put(store, "b", "B");
    await settle();
    const sent = connection.sent.length;
    put(store, "c", "C");
    page.read("list-other");
    await vi.advanceTimersByTimeAsync(29_000);
    expect(connection.sent.length, "nothing until there is a reason").toBe(sent);
    expect(store.status("list-other").get()).toMatchObject(OTHER_USER);
    await vi.advanceTimersByTimeAsync(2_000);
    const asked = connection.sent.length;
    expect([asked > sent, asked <= sent + 2]).toEqual([true, true]);
    expect(store.status(SCOPE).get()).toMatchObject(OTHER_USER);
    page.focus();
    await settle();
    expect([connection.sent.length > asked, connection.sent.length <= asked + 2]).toEqual([true, true]);
    connection.signIn("ann");
    await vi.advanceTimersByTimeAsync(31_000);
    for (const scope of [SCOPE, "list-other"]) expect(store.status(scope).get()).toMatchObject({ pending: 0, status: "live" });
  });

  it("is asked again where it is another socket", async () => {
    const { page, users } = await setUp();
    const { store, connection } = page;
    connection.signIn("bob", false);
    put(store, "b", "B");
    await settle();
    connection.lose();
    expect(store.status(SCOPE).get()).toMatchObject({ status: "offline", error: null, pending: 1 });
    connection.open();
    await settle();
    expectNothingOfBob(page);
    connection.lose();
    connection.signIn("ann");
    connection.open();
    await settle();
    expect(store.status(SCOPE).get()).toMatchObject({ status: "live", pending: 0 });
    expect(users()).toEqual(["ann", "ann"]);
  });

  it("says so itself, of all scopes of the store", async () => {
    const { page } = await setUp();
    page.connection.signIn("bob");
    await settle();
    for (const scope of [SCOPE, BOBS]) expect(page.store.status(scope).get()).toMatchObject(OTHER_USER);
    put(page.store, "b", "B");
    await settle();
    expectNothingOfBob(page);
    expect(page.connection.sent.filter(what => what === "push")).toHaveLength(1);
  });

  it("is looked at again for a page that does not speak with the server itself", async () => {
    const [server, browser] = [new LogServer(apply), new TestBrowser()];
    const [first, second] = [open(server, browser, { user: "ann" }), open(server, browser, { user: "ann" })];
    await settle();
    first.connection.signIn("bob");
    const { settled } = put(second.store, "a", "A");
    await settle();
    expect(second.store.status(SCOPE).get()).toMatchObject({ ...OTHER_USER, pending: 1 });
    first.connection.signIn("ann");
    second.focus();
    await settle();
    expect(await settled).toMatchObject({ status: "success" });
    expect(second.store.status(SCOPE).get()).toMatchObject({ status: "live", pending: 0 });
  });
});

it("has a store of nobody, where nobody is signed in", async () => {
  const server = new LogServer(apply);
  const page = open(server, new TestBrowser(), { user: null });
  await settle();
  put(page.store, "a", "A");
  await settle();
  expect([...server.outcomes.values()].map(({ user }) => user)).toEqual([null]);
  expect(page.store.status(SCOPE).get()).toMatchObject({ pending: 0, status: "live" });
  page.connection.signIn("ann", false);
  put(page.store, "b", "B");
  await settle();
  expect(page.store.status(SCOPE).get()).toMatchObject({ ...OTHER_USER, pending: 1 });
});
