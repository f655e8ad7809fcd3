import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { deleteDB, openDB } from "idb";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Change } from "../wire/log";
import { browserKeeper, isDamaged } from "./browserKeeper";
import { MemoryKeeper, type Keeper, type NewMutation } from "./keeper";

const NAME = "syncwright store  ada";
const SCOPE = "list-1";

beforeEach(() => {
  vi.stubGlobal("indexedDB", new IDBFactory());
  return () => vi.unstubAllGlobals();
});

const asked = (id: string): NewMutation => ({ id, name: "list/put", version: "v1", scope: SCOPE, args: { id } });
const change = (cursor: number, id: string, data?: object): Change => ({
  cursor,
  entity: "item",
  id,
  op: data === undefined ? "delete" : "update",
  data,
  ts: cursor,
});
const numbers = async (keeper: Keeper): Promise<readonly string[]> =>
  (await keeper.queue()).queue.map(({ seq, id, status }) => `${seq} ${id} ${status}`);

const KEEPERS: readonly (readonly [string, () => Promise<Keeper>])[] = [
  ["memory", async () => new MemoryKeeper()],
  ["the browser", () => browserKeeper(NAME)],
];

describe.each(KEEPERS)("%s", (_, open) => {
  it("numbers mutations from 1 on, in the order in which they were added", async () => {
    const keeper = await open();
    expect((await keeper.queue()).queue).toEqual([]);
    const added = await Promise.all(["a", "b", "c"].map(id => keeper.add(asked(id))));
    expect(added.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(await numbers(keeper)).toEqual(["1 a pending", "2 b pending", "3 c pending"]);
  });

  it("notes what has become of them, and gives no number twice", async () => {
    const keeper = await open();
    const [a, b] = [await keeper.add(asked("a")), await keeper.add(asked("b"))];
    const refusal = { errorCode: "list-no", errorParams: {}, message: "No." };
    await keeper.update([{ ...a, status: "rejected", refusal }], [b.id]);
    expect(await numbers(keeper)).toEqual(["1 a rejected"]);
    expect((await keeper.queue()).queue[0]?.refusal).toEqual(refusal);
    expect((await keeper.add(asked("c"))).seq).toBe(3);
    await keeper.commit(SCOPE, { cursor: 1, epoch: "e", changes: [change(1, "a", { id: "a" })], done: ["c"] });
    expect(await numbers(keeper)).toEqual(["1 a rejected"]);
  });

  it("goes on as another client, from 1 on", async () => {
    const keeper = await open();
    const before = (await keeper.queue()).client;
    const [a, b] = [await keeper.add(asked("a")), await keeper.add(asked("b"))];
    await keeper.add(asked("c"));
    await keeper.update([{ ...a, status: "rejected" }], [b.id]);
    const restarted = await keeper.restart("another");
    expect(before).toMatch(/^[0-9a-f]{36}$/);
    expect([restarted.client, (await keeper.queue()).client]).toEqual(["another", "another"]);
    expect([...(await numbers(keeper))].sort(), "what waits comes first").toEqual(["1 c pending", "2 a rejected"]);
    expect((await keeper.add(asked("d"))).seq).toBe(3);
  });
});

describe("the browser", () => {
  it("has everything again for the next page, and for another tab at once", async () => {
    const [keeper, other] = [await browserKeeper(NAME), await browserKeeper(NAME)];
    await keeper.add(asked("a"));
    expect((await other.add(asked("b"))).seq).toBe(2);
    expect((await other.queue()).client).toBe((await keeper.queue()).client);
    await keeper.commit(SCOPE, { cursor: 2, epoch: "e1", changes: [change(1, "a", { id: "a" }), change(2, "b", { id: "b" })], done: ["a"] });
    keeper.close();
    other.close();
    const next = await browserKeeper(NAME);
    expect(await numbers(next)).toEqual(["2 b pending"]);
    expect(await next.scope(SCOPE)).toEqual({ cursor: 2, epoch: "e1", entities: [["item", "a", { id: "a" }], ["item", "b", { id: "b" }]] });
    expect(await next.scope("list-10"), "one that begins alike").toBeNull();
  });

  it("writes changes of a scope, or all of it, and nothing of another one", async () => {
    const keeper = await browserKeeper(NAME);
    const whole = (id: string) => [["item", id, { id }]] as const;
    for (const scope of [SCOPE, "list-10", "list"]) await keeper.commit(scope, { cursor: 1, epoch: "e", entities: whole(scope), done: [] });
    await keeper.commit(SCOPE, { cursor: 3, epoch: "e", changes: [change(2, SCOPE), change(3, "b", { id: "b" })], done: [] });
    expect((await keeper.scope(SCOPE))?.entities).toEqual(whole("b"));
    await keeper.commit(SCOPE, { cursor: 9, epoch: "f", entities: whole("c"), done: [] });
    expect(await keeper.scope(SCOPE)).toEqual({ cursor: 9, epoch: "f", entities: whole("c") });
    for (const scope of ["list-10", "list"]) expect((await keeper.scope(scope))?.entities).toEqual(whole(scope));
  });

  it("lets go of the database where somebody deletes it, and begins anew", async () => {
    const keeper = await browserKeeper(NAME);
    const { client } = await keeper.queue();
    await keeper.add(asked("a"));
    await deleteDB(NAME);
    const after = await keeper.queue();
    expect(after.queue).toEqual([]);
    expect(after.client).not.toBe(client);
  });

  it("refuses a database that is of another form, and one that cannot be had", async () => {
    const stranger = await openDB(NAME, 1, { upgrade: database => void database.createObjectStore("something") });
    stranger.close();
    const damaged: unknown = await browserKeeper(NAME).catch((error: unknown) => error);
    expect(isDamaged(damaged)).toBe(true);
    // A newer version of the package has been there: it is not damaged, and is left alone.
    (await openDB("newer", 7)).close();
    const newer: unknown = await browserKeeper("newer").catch((error: unknown) => error);
    expect([(newer as DOMException).name, isDamaged(newer)]).toEqual(["VersionError", false]);
    vi.stubGlobal("indexedDB", undefined);
    await expect(browserKeeper(NAME)).rejects.toThrow("keeps nothing");
  });
});
