import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { deleteDB, openDB } from "idb";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Change } from "../wire/log";
import { browserKeeper, isDamaged } from "./browserKeeper";
import { hasNoRoom, MemoryKeeper, type Keeper, type NewMutation } from "./keeper";

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
    expect(await keeper.commit(SCOPE, { cursor: 1, epoch: "e", entities: [["item", "a", { id: "a" }]], done: ["c"] })).toBe(true);
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
    expect(await numbers(keeper), "only what waits has a number that is sent").toEqual(["0 a rejected", "1 c pending"]);
    expect(await keeper.add(asked("d"))).toMatchObject({ client: "another", seq: 2 });
  });
});

describe("the browser", () => {
  it("has everything again for the next page, and for another tab at once", async () => {
    const [keeper, other] = [await browserKeeper(NAME), await browserKeeper(NAME)];
    await keeper.add(asked("a"));
    expect((await other.add(asked("b"))).seq).toBe(2);
    expect((await other.queue()).client).toBe((await keeper.queue()).client);
    await keeper.commit(SCOPE, { cursor: 1, epoch: "e1", entities: [["item", "a", { id: "a" }]], done: [] });
    const from = { cursor: 1, epoch: "e1" };
    expect(await keeper.commit(SCOPE, { from, cursor: 2, epoch: "e1", changes: [change(2, "b", { id: "b" })], done: ["a"] })).toBe(true);
    expect(await other.head(SCOPE)).toEqual({ cursor: 2, epoch: "e1" });
    keeper.close();
    other.close();
    const next = await browserKeeper(NAME);
    expect(await numbers(next)).toEqual(["2 b pending"]);
    expect(await next.scope(SCOPE)).toEqual({ cursor: 2, epoch: "e1", entities: [["item", "a", { id: "a" }], ["item", "b", { id: "b" }]] });
    expect([await next.scope("list-10"), await next.head("list-10")], "one that begins alike").toEqual([null, null]);
  });

  it("writes changes of a scope, or all of it, and nothing of another one", async () => {
    const keeper = await browserKeeper(NAME);
    const whole = (id: string) => [["item", id, { id }]] as const;
    for (const scope of [SCOPE, "list-10", "list"]) await keeper.commit(scope, { cursor: 1, epoch: "e", entities: whole(scope), done: [] });
    const from = { cursor: 1, epoch: "e" };
    await keeper.commit(SCOPE, { from, cursor: 3, epoch: "e", changes: [change(2, SCOPE), change(3, "b", { id: "b" })], done: [] });
    expect((await keeper.scope(SCOPE))?.entities).toEqual(whole("b"));
    await keeper.commit(SCOPE, { cursor: 9, epoch: "f", entities: whole("c"), done: [] });
    expect(await keeper.scope(SCOPE)).toEqual({ cursor: 9, epoch: "f", entities: whole("c") });
    for (const scope of ["list-10", "list"]) expect((await keeper.scope(scope))?.entities).toEqual(whole(scope));
  });

  it("has what it was told, however much has changed since the copy was written as a whole", async () => {
    const keeper = await browserKeeper(NAME);
    const data = new Map(Array.from({ length: 600 }, (_, number) => [`i${number}`, { id: `i${number}`, text: "" }]));
    const entities = (): readonly (readonly [string, string, unknown])[] => [...data].map(([id, item]) => ["item", id, item] as const);
    const sorted = (all: readonly (readonly [string, string, unknown])[] = []) => [...all].sort(([, left], [, right]) => (left < right ? -1 : 1));
    await keeper.commit(SCOPE, { cursor: 1, epoch: "e", entities: entities(), done: [] });
    for (let cursor = 1; cursor < 1_500; cursor += 100) {
      const changes = Array.from({ length: 100 }, (_, number) => {
        const id = `i${(cursor * 31 + number * 7) % 700}`;
        if (number % 5 === 0) data.delete(id);
        else data.set(id, { id, text: `${cursor + number}` });
        return change(cursor + number + 1, id, data.get(id));
      });
      const from = { cursor, epoch: "e" };
      await keeper.commit(SCOPE, { from, cursor: cursor + 100, epoch: "e", changes, done: [] });
      expect(sorted((await keeper.scope(SCOPE))?.entities), `up to ${cursor + 100}`).toEqual(sorted(entities()));
    }
    const database = await openDB(NAME);
    expect(await database.count("entities"), "it is written as a whole now and then").toBeLessThan(600);
    database.close();
  });

  it("reads what an earlier version has written, one by one, and goes on from there", async () => {
    const database = await openDB(NAME, 1, {
      upgrade: created => ["entities", "scopes", "queue", "client"].forEach(name => created.createObjectStore(name)),
    });
    await database.put("client", { client: "c", next: 1, born: "b" }, "own");
    await database.put("scopes", { scope: SCOPE, cursor: 2, epoch: "e" }, SCOPE);
    for (const id of ["a", "b"]) await database.put("entities", { scope: SCOPE, entity: "item", id, data: { id } }, [SCOPE, "item", id]);
    database.close();
    const keeper = await browserKeeper(NAME);
    expect((await keeper.queue()).client).toBe("c");
    const both = [["item", "a", { id: "a" }], ["item", "b", { id: "b" }]];
    expect(await keeper.scope(SCOPE)).toEqual({ cursor: 2, epoch: "e", entities: both });
    await keeper.commit(SCOPE, { from: { cursor: 2, epoch: "e" }, cursor: 3, epoch: "e", changes: [change(3, "a")], done: [] });
    expect((await keeper.scope(SCOPE))?.entities).toEqual([both[1]]);
  });

  it("writes no changes of a copy that is not there, or is another one, nor what is in them", async () => {
    const keeper = await browserKeeper(NAME);
    await keeper.add(asked("a"));
    const commit = (cursor: number, epoch: string) =>
      keeper.commit(SCOPE, { from: { cursor, epoch }, cursor: 9, epoch, changes: [change(9, "b", { id: "b" })], done: ["a"] });
    expect(await commit(0, "e")).toBe(false);
    await keeper.commit(SCOPE, { cursor: 1, epoch: "e", entities: [["item", "a", { id: "a" }]], done: [] });
    expect([await commit(2, "e"), await commit(1, "f")]).toEqual([false, false]);
    expect(await keeper.scope(SCOPE)).toEqual({ cursor: 1, epoch: "e", entities: [["item", "a", { id: "a" }]] });
    expect(await numbers(keeper)).toEqual(["1 a pending"]);
    expect(await commit(1, "e")).toBe(true);
    expect(await numbers(keeper)).toEqual([]);
  });

  it("makes room by the copies of all scopes but some", async () => {
    const keeper = await browserKeeper(NAME);
    await keeper.add(asked("a"));
    for (const scope of [SCOPE, "list-10", "list"]) {
      await keeper.commit(scope, { cursor: 1, epoch: "e", entities: [["item", scope, {}]], done: [] });
    }
    await keeper.drop(new Set(["list-10"]));
    expect([await keeper.scope(SCOPE), await keeper.scope("list")]).toEqual([null, null]);
    expect((await keeper.scope("list-10"))?.entities).toHaveLength(1);
    expect(await numbers(keeper)).toEqual(["1 a pending"]);
    // Nothing of the others is found again where they come back.
    await keeper.commit("list", { cursor: 2, epoch: "e", entities: [], done: [] });
    expect((await keeper.scope("list"))?.entities).toEqual([]);
  });

  it("writes nothing at all where there is no room for a part of it, and says so", async () => {
    const keeper = await browserKeeper(NAME);
    await keeper.add(asked("a"));
    const { put } = IDBObjectStore.prototype;
    let left = 1;
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (this: IDBObjectStore, ...written) {
      left -= 1;
      if (left < 0) throw new DOMException("no room", "QuotaExceededError");
      return put.apply(this, written);
    });
    const entities = [["item", "a", { id: "a" }], ["item", "b", { id: "b" }]] as const;
    const full: unknown = await keeper.commit(SCOPE, { cursor: 1, epoch: "e", entities, done: ["a"] }).catch((error: unknown) => error);
    expect(hasNoRoom(full)).toBe(true);
    left = Infinity;
    expect(await keeper.scope(SCOPE)).toBeNull();
    expect(await numbers(keeper)).toEqual(["1 a pending"]);
    expect((await keeper.add(asked("b"))).seq).toBe(2);
  });

  it("lets go of the database where somebody deletes it, and takes no other one for it", async () => {
    const [keeper, other] = [await browserKeeper(NAME), await browserKeeper(NAME)];
    const { client } = await keeper.queue();
    await keeper.add(asked("a"));
    await deleteDB(NAME);
    await expect(keeper.queue()).rejects.toThrow("was deleted");
    await expect(keeper.add(asked("b"))).rejects.toThrow("was deleted");
    await expect(keeper.commit(SCOPE, { cursor: 1, epoch: "e", entities: [], done: [] })).rejects.toThrow("was deleted");
    const next = await browserKeeper(NAME);
    expect(await next.queue()).toMatchObject({ queue: [] });
    expect((await next.queue()).client).not.toBe(client);
    await expect(other.queue(), "nor the one that the next page has made").rejects.toThrow("was deleted");
    // Another client is no other database.
    await next.restart("another");
    expect((await next.queue()).client).toBe("another");
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
