import { describe, expect, it } from "vitest";
import type { Change } from "../wire/log";
import { Copy, byText, type Guess } from "./copy";
import { LiveList } from "./liveList";
import type { Query } from "./storeTypes";

interface Item {
  readonly id: string;
  readonly text: string;
  readonly place: number | undefined;
}

type Asked = Omit<Query<Item>, "scope">;

/** Numbers that are the same with each run. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

const newCopy = (): Copy =>
  new Copy(
    "todos-home",
    (_, version) => (tx, args) => void (version === "gone" ? tx.delete("item", String(args)) : tx.put("item", args)),
    (_, data) => (data as Item).id,
    () => {},
  );

const change = (id: string, data?: Item): Change => ({ cursor: 0, entity: "item", id, op: data === undefined ? "delete" : "update", data, ts: 0 });
const guess = (id: string, version: string, args: unknown): Guess => ({ id, name: "item/put", version, args });

const QUERIES: readonly (readonly [string, Asked, (left: Item, right: Item) => number])[] = [
  ["by key", {}, () => 0],
  ["by a text", { orderBy: "text" }, (left, right) => byText(left.text, right.text)],
  ["by a number that not all have", { orderBy: "place" }, (left, right) => (left.place ?? 0) - (right.place ?? 0)],
  ["by a function", { orderBy: (left, right) => right.text.length - left.text.length }, (left, right) => right.text.length - left.text.length],
  ["some of them", { where: ({ text }) => text > "c", orderBy: "text" }, (left, right) => byText(left.text, right.text)],
];

describe.each(QUERIES)("%s", (_, asked, order) => {
  it("is what sorting all of them anew would come to, whatever changes and however late that is looked at", () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const [below, copy] = [chance(seed), newCopy()];
      const list = new LiveList("item", asked as Omit<Query<unknown>, "scope">);
      const newItem = (): Item => ({
        id: `i${below(40)}`,
        text: "abcdef".slice(below(6), 1 + below(6)),
        place: below(3) === 0 ? undefined : below(5),
      });
      let guesses: readonly Guess[] = [];
      for (let step = 0; step < 100; step += 1) {
        const turn = below(10);
        if (turn < 4) copy.apply(Array.from({ length: 1 + below(4) }, newItem).map(item => change(item.id, below(4) === 0 ? undefined : item)));
        else if (turn < 7) guesses = [...guesses, below(3) === 0 ? guess(`g${step}`, "gone", `i${below(40)}`) : guess(`g${step}`, "v1", newItem())];
        else if (turn < 9) guesses = guesses.slice(1);
        else if (below(4) === 0) copy.replace(Array.from({ length: below(40) }, newItem).map(item => ["item", item.id, item] as const));
        // More than are known one by one.
        else for (let time = 0; time < 300; time += 1) copy.apply([newItem(), newItem(), newItem()].map(item => change(item.id, item)));
        copy.rebase(guesses);
        if (below(3) === 0) continue;
        const all = [...copy.all("item")].map(([, data]) => data as Item).sort((left, right) => byText(left.id, right.id));
        const expected = all.filter(item => asked.where?.(item) ?? true).sort(order);
        expect(list.of(copy), `seed ${seed}, step ${step}`).toEqual(expected);
      }
    }
  });
});

it("is the same list as long as it has the same in it, also for another function and for another copy", () => {
  const copy = newCopy();
  copy.apply([change("a", { id: "a", text: "A", place: 1 }), change("b", { id: "b", text: "B", place: 1 })]);
  const list = new LiveList("item", { where: item => (item as Item).text === "A" });
  const before = list.of(copy);
  expect(before).toHaveLength(1);
  copy.apply([change("b", { id: "b", text: "BB", place: 1 }), change("a", { id: "a", text: "A", place: 1 })]);
  expect(list.of(copy)).toBe(before);
  expect(list.of(undefined)).toBe(before);
  expect(list.of(newCopy())).toEqual([]);
});

it("asks for the order of one that changes, and not of all of them", () => {
  const copy = newCopy();
  const item = (number: number, text: string): Item => ({ id: `i${number}`, text, place: number });
  copy.replace(Array.from({ length: 1_000 }, (_, number) => ["item", `i${number}`, item(number, String((number * 7) % 1_000))] as const));
  let asked = 0;
  const orderBy = (left: unknown, right: unknown): number => {
    asked += 1;
    return byText((left as Item).text, (right as Item).text);
  };
  const list = new LiveList("item", { orderBy });
  list.of(copy);
  asked = 0;
  copy.apply([change("i5", item(5, "5555"))]);
  list.of(copy);
  expect(asked).toBeLessThan(20);
  copy.rebase([guess("g", "v1", item(6, "6666"))]);
  list.of(copy);
  expect(asked).toBeLessThan(40);
});
