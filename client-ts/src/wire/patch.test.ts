import fastJsonPatch from "fast-json-patch";
import { describe, expect, test } from "vitest";
import { applyPatch, keepEqual, parsePatch, type Operation, type Patch } from "./patch";

const { applyPatch: applyByReference } = fastJsonPatch;

/** JSON, in which `__proto__` is a field like others. */
function json(text: string): unknown {
  return JSON.parse(text);
}

/** Parses both, applies, and answers the value as text; null for a misfit. Whatever happens, the value and the patch stay as they were. */
function apply(value: string, patch: string): string | null {
  const [before, parsed] = [json(value), parsePatch(json(patch))];
  if (!parsed.ok) throw new Error(parsed.problem);
  const patched = applyPatch(frozen(before), frozen(parsed.value));
  return patched.fits ? JSON.stringify(patched.value) : null;
}

/** Strict code throws when it changes what is frozen. */
function frozen<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

describe("an operation", () => {
  test.each([
    ["adds a field", "{}", '[{"op":"add","path":"/a","value":1}]', '{"a":1}'],
    ["adds a field that is there in its place", '{"a":1,"b":2}', '[{"op":"add","path":"/a","value":3}]', '{"a":3,"b":2}'],
    ["replaces a field in its place", '{"a":1,"b":2}', '[{"op":"replace","path":"/a","value":null}]', '{"a":null,"b":2}'],
    ["removes a field", '{"a":1,"b":2}', '[{"op":"remove","path":"/a"}]', '{"b":2}'],
    ["inserts an item at the start", "[1,2]", '[{"op":"add","path":"/0","value":0}]', "[0,1,2]"],
    ["inserts an item in the middle", "[1,2]", '[{"op":"add","path":"/1","value":0}]', "[1,0,2]"],
    ["inserts an item at the end", "[1,2]", '[{"op":"add","path":"/2","value":0}]', "[1,2,0]"],
    ["appends an item", "[1,2]", '[{"op":"add","path":"/-","value":0}]', "[1,2,0]"],
    ["replaces an item", "[1,2]", '[{"op":"replace","path":"/1","value":[]}]', "[1,[]]"],
    ["removes an item", "[1,2,3]", '[{"op":"remove","path":"/1"}]', "[1,3]"],
    ["moves an item up", "[1,2,3]", '[{"op":"move","from":"/0","path":"/2"}]', "[2,3,1]"],
    ["moves an item down", "[1,2,3]", '[{"op":"move","from":"/2","path":"/0"}]', "[3,1,2]"],
    ["moves an item to the end", "[1,2,3]", '[{"op":"move","from":"/0","path":"/-"}]', "[2,3,1]"],
    ["moves an item to where it is", "[1,2,3]", '[{"op":"move","from":"/1","path":"/1"}]', "[1,2,3]"],
    ["works deep down", '{"a":[{"b":{"c":[1]}}]}', '[{"op":"add","path":"/a/0/b/c/-","value":2}]', '{"a":[{"b":{"c":[1,2]}}]}'],
    ["comes after the one before it", '{"a":1}', '[{"op":"remove","path":"/a"},{"op":"add","path":"/a","value":{"b":1}},{"op":"replace","path":"/a/b","value":2}]', '{"a":{"b":2}}'],
    ["reads `~1` as a slash", '{"a/b":1}', '[{"op":"replace","path":"/a~1b","value":2}]', '{"a/b":2}'],
    ["reads `~0` as a tilde", '{"a~b":1}', '[{"op":"replace","path":"/a~0b","value":2}]', '{"a~b":2}'],
    ["reads `~01` as `~1`", '{"~1":1,"/":1}', '[{"op":"replace","path":"/~01","value":2}]', '{"~1":2,"/":1}'],
    ["finds an empty name", '{"":{"":1}}', '[{"op":"replace","path":"//","value":2}]', '{"":{"":2}}'],
    ["adds `__proto__` as a field", "{}", '[{"op":"add","path":"/__proto__","value":{"isAdmin":true}}]', '{"__proto__":{"isAdmin":true}}'],
    ["goes into a field `__proto__`", '{"__proto__":{"a":1}}', '[{"op":"add","path":"/__proto__/b","value":2}]', '{"__proto__":{"a":1,"b":2}}'],
    ["removes a field `__proto__`", '{"__proto__":{"a":1}}', '[{"op":"remove","path":"/__proto__"}]', "{}"],
    ["keeps a field `__proto__` beside it", '{"__proto__":{"a":1}}', '[{"op":"add","path":"/b","value":2}]', '{"__proto__":{"a":1},"b":2}'],
    ["finds fields that are named like places", '{"0":"a","-":"b"}', '[{"op":"replace","path":"/0","value":1},{"op":"replace","path":"/-","value":2}]', '{"0":1,"-":2}'],
    ["leaves what it brings to those behind it", "{}", '[{"op":"add","path":"/a","value":{"b":[]}},{"op":"add","path":"/a/b/-","value":1}]', '{"a":{"b":[1]}}'],
    ["is none", '{"a":1}', "[]", '{"a":1}'],
  ])("%s", (_, value, patch, expected) => expect(apply(value, patch)).toBe(expected));

  test.each([
    ["a field that is not there is replaced", "{}", '[{"op":"replace","path":"/a","value":1}]'],
    ["a field that is not there is removed", "{}", '[{"op":"remove","path":"/a"}]'],
    ["the way is not there", "{}", '[{"op":"add","path":"/a/b","value":1}]'],
    ["the way leads through a text", '{"a":"text"}', '[{"op":"add","path":"/a/b","value":1}]'],
    ["the way leads through null", '{"a":null}', '[{"op":"add","path":"/a/b","value":1}]'],
    ["an item is behind the end", "[1]", '[{"op":"replace","path":"/1","value":1}]'],
    ["an item behind the end is removed", "[1]", '[{"op":"remove","path":"/1"}]'],
    ["an item is inserted behind the end", "[1]", '[{"op":"add","path":"/2","value":1}]'],
    ["`-` is replaced", "[1]", '[{"op":"replace","path":"/-","value":1}]'],
    ["`-` is removed", "[1]", '[{"op":"remove","path":"/-"}]'],
    ["`-` is on the way", "[[]]", '[{"op":"add","path":"/-/0","value":1}]'],
    ["a place has a leading zero", "[1,2]", '[{"op":"replace","path":"/01","value":1}]'],
    ["a place is negative", "[1]", '[{"op":"replace","path":"/-1","value":1}]'],
    ["a place is no number", "[1]", '[{"op":"replace","path":"/length","value":0}]'],
    ["a place is written otherwise", "[1,2]", '[{"op":"replace","path":"/1e0","value":1}]'],
    ["a place is larger than numbers are", "[1]", '[{"op":"add","path":"/99999999999999999999","value":1}]'],
    ["something inherited is replaced", "{}", '[{"op":"replace","path":"/toString","value":1}]'],
    ["something inherited is on the way", "{}", '[{"op":"add","path":"/__proto__/isAdmin","value":true}]'],
    ["a constructor is on the way", "{}", '[{"op":"add","path":"/constructor/prototype","value":true}]'],
    ["what is moved is not there", "[1]", '[{"op":"move","from":"/1","path":"/0"}]'],
    ["what is moved is the length of a list", "[1]", '[{"op":"move","from":"/length","path":"/0"}]'],
    ["what is moved is going nowhere", "[1]", '[{"op":"move","from":"/0","path":"/1"}]'],
    ["something is moved into itself", '{"a":{"b":{}}}', '[{"op":"move","from":"/a","path":"/a/b/c"}]'],
    ["an item is moved into itself, where the next one is then", "[[],[]]", '[{"op":"move","from":"/0","path":"/0/0"}]'],
    ["a later operation does not fit", '{"a":1}', '[{"op":"replace","path":"/a","value":2},{"op":"remove","path":"/b"}]'],
    ["the value is no object", "7", '[{"op":"add","path":"/a","value":1}]'],
    ["the value is null", "null", '[{"op":"add","path":"/a","value":1}]'],
  ])("does not fit where %s", (_, value, patch) => expect(apply(value, patch)).toBeNull());

  test.each<Operation>([
    { op: "add", path: "", value: 1 },
    { op: "replace", path: "", value: 1 },
    { op: "remove", path: "" },
    { op: "move", from: "", path: "/a" },
  ])("never concerns the whole: %j", operation => expect(applyPatch({ a: 1 }, [operation])).toEqual({ fits: false }));

  test("that brings `__proto__` gives nobody another prototype", () => {
    const patched = applyPatch({}, [{ op: "add", path: "/__proto__", value: { isAdmin: true } }]);
    expect(patched.fits && (patched.value as { isAdmin?: true }).isAdmin).toBeUndefined();
    expect({}).not.toHaveProperty("isAdmin");
  });
});

test.each([
  [{}, "`patch` is not an array"],
  ["[]", "`patch` is not an array"],
  [null, "`patch` is not an array"],
  [[null], "an operation is not an object"],
  [[["add", "/a", 1]], "an operation is not an object"],
  [[{ op: "remove" }], "`path` of an operation is none"],
  [[{ op: "remove", path: 1 }], "`path` of an operation is none"],
  [[{ op: "remove", path: "" }], "`path` of an operation is none"],
  [[{ op: "remove", path: "a" }], "`path` of an operation is none"],
  [[{ op: "replace", path: "", value: {} }], "`path` of an operation is none"],
  [[{ path: "/a", value: 1 }], "an operation is none of `add`, `remove`, `replace`, `move`"],
  [[{ op: "test", path: "/a", value: 1 }], "an operation is none of `add`, `remove`, `replace`, `move`"],
  [[{ op: "copy", from: "/a", path: "/b" }], "an operation is none of `add`, `remove`, `replace`, `move`"],
  [[{ op: "toString", path: "/a", value: 1 }], "an operation is none of `add`, `remove`, `replace`, `move`"],
  [[{ op: "add", path: "/a" }], "an operation is none of `add`, `remove`, `replace`, `move`"],
  [[{ op: "move", path: "/a" }], "an operation is none of `add`, `remove`, `replace`, `move`"],
  [[{ op: "move", from: "", path: "/a" }], "an operation is none of `add`, `remove`, `replace`, `move`"],
  [[{ op: "remove", path: "/a" }, { op: "test", path: "/a", value: 1 }], "an operation is none of `add`, `remove`, `replace`, `move`"],
])("%j is no patch", (message, problem) => expect(parsePatch(message)).toEqual({ ok: false, problem }));

test("a patch is read without what a newer server says besides", () => {
  const patch = [{ op: "move", from: "/a", path: "/b", newer: true }, { op: "remove", path: "/c", value: 7 }];
  expect(parsePatch(patch)).toEqual({ ok: true, value: [{ op: "move", from: "/a", path: "/b" }, { op: "remove", path: "/c" }] });
});

describe("what does not change is the same object", () => {
  const value = { notes: { a: { text: "a", tags: ["x"] }, b: { text: "b", tags: [] } }, order: ["a", "b"] };

  function changed(...patch: Patch): typeof value {
    const patched = applyPatch(frozen(value), patch);
    if (!patched.fits) throw new Error("a misfit");
    return patched.value as typeof value;
  }

  test("beside a field that is replaced, all the way up", () => {
    const now = changed({ op: "replace", path: "/notes/a/text", value: "A" });
    expect(now.notes).not.toBe(value.notes);
    expect(now.notes.a).not.toBe(value.notes.a);
    expect(now.order).toBe(value.order);
    expect(now.notes.b).toBe(value.notes.b);
    expect(now.notes.a.tags).toBe(value.notes.a.tags);
  });

  test("in what is replaced by something that is equal in part", () => {
    const now = changed({ op: "replace", path: "/notes/a", value: { text: "A", tags: ["x"] } });
    expect(now.notes.a).toEqual({ text: "A", tags: ["x"] });
    expect(now.notes.a.tags).toBe(value.notes.a.tags);
  });

  test.each<Operation>([
    { op: "replace", path: "/notes/a", value: { tags: ["x"], text: "a" } },
    { op: "add", path: "/order", value: ["a", "b"] },
    { op: "replace", path: "/order/0", value: "a" },
  ])("as a whole, where all is equal: %j", operation => expect(changed(operation)).toBe(value));

  test("where it is moved", () => {
    const list = [{ id: 1 }, { id: 2 }];
    const patched = applyPatch(list, [{ op: "move", from: "/0", path: "/1" }]);
    expect(patched.fits && (patched.value as typeof list)[1]).toBe(list[0]);
  });
});

describe("keepEqual", () => {
  const before = { a: { x: 1 }, list: [{ y: 1 }, { y: 2 }], text: "t", none: null };
  const again = (): typeof before => structuredClone(before);

  test("hands out what was there where all is equal", () => {
    expect(keepEqual(before, again())).toBe(before);
    expect(keepEqual(before.list, again().list)).toBe(before.list);
    expect(keepEqual(null, null)).toBe(null);
  });

  test("keeps the parts that are equal", () => {
    const now = { ...again(), list: [{ y: 1 }, { y: 3 }, { y: 4 }] };
    const kept = keepEqual(before, now);
    expect(kept).toEqual(now);
    expect(kept.a).toBe(before.a);
    expect(kept.list[0]).toBe(before.list[0]);
    expect(kept.list).not.toBe(before.list);
  });

  test.each([
    ["a field less", { a: 1, b: 2 }, { a: 1 }],
    ["a field more", { a: 1 }, { a: 1, b: 2 }],
    ["another field", { a: 1, b: undefined }, { a: 1, c: undefined }],
    ["an item less", [1, 2], [1]],
    ["an item more", [1], [1, 2]],
    ["a list for an object", { length: 0 }, []],
    ["an object for a list", [], {}],
    ["null for an object", {}, null],
    ["an object for nothing", undefined, {}],
    ["zero with its sign", 0, -0],
    ["what the prototype of all objects would be equal to", {}, json('{"__proto__":{}}')],
    ["a field less of that name", json('{"__proto__":{}}'), {}],
    ["a date", new Date(1), new Date(2)],
    ["a map", new Map([[1, 1]]), new Map([[1, 2]])],
  ])("takes what is new: %s", (_, old, now) => {
    const kept = keepEqual<unknown>(old, now);
    expect(kept).toEqual(now);
    expect(kept).not.toBe(old);
    expect(kept).not.toBe(Object.prototype);
  });

  test("keeps the order of fields that is new where anything else is", () => {
    expect(Object.keys(keepEqual({ a: 1, b: 2 }, { b: 2, a: 3 }))).toEqual(["b", "a"]);
  });
});

describe("however large or deep", () => {
  const DEPTH = 200_000;
  const nested = (): unknown => json("[".repeat(DEPTH) + "]".repeat(DEPTH));

  test("no stack overflows", () => {
    const now = nested();
    expect(keepEqual(nested(), now)).not.toBeUndefined();
    const path = "/0".repeat(DEPTH - 1);
    expect(applyPatch(now, [{ op: "add", path: `${path}/0`, value: 1 }]).fits).toBe(true);
  });

  /** Counts what is read of an object, since a test that looks at the clock says something of the machine. */
  function counted(size: number): { readonly value: object; readonly copies: () => number } {
    let copies = 0;
    const entries = Array.from({ length: size }, (_, index) => [`k${index}`, { index }] as const);
    const value = new Proxy(Object.fromEntries(entries), {
      ownKeys: target => {
        copies += 1;
        return Reflect.ownKeys(target);
      },
    });
    return { value, copies: () => copies };
  }

  test("a map is copied once for all operations of a patch", () => {
    const { value, copies } = counted(10_000);
    const patch = Array.from({ length: 10_000 }, (_, index): Operation => {
      if (index % 3 === 0) return { op: "remove", path: `/k${index}` };
      return index % 3 === 1 ? { op: "replace", path: `/k${index}/index`, value: -1 } : { op: "add", path: `/new${index}`, value: {} };
    });
    const patched = applyPatch(value, patch);
    expect(copies()).toBe(1);
    expect(patched.fits && Object.keys(patched.value as object)).toHaveLength(10_000 - 3_334 + 3_333);
  });

  test("a megabyte is compared in one go", () => {
    const value = (): object => Object.fromEntries(Array.from({ length: 25_000 }, (_, at) => [`note-${at}`, { text: `text ${at}`, at }]));
    const before = value();
    expect(JSON.stringify(before).length).toBeGreaterThan(1_000_000);
    expect(keepEqual(before, value())).toBe(before);
  });
});

describe("patches by chance", () => {
  const NAMES = ["a", "b", "", "a/b", "~", "~1", "0", "-", "ä", "toString"];

  /** mulberry32: the same numbers for the same seed, wherever it runs. */
  function dice(seed: number): (sides: number) => number {
    let state = seed;
    return sides => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
    };
  }

  type Dice = ReturnType<typeof dice>;

  function pick<Item>(roll: Dice, items: readonly Item[]): Item {
    return items[roll(items.length)] as Item;
  }

  function value(roll: Dice, levels: number): unknown {
    const kind = roll(levels === 0 ? 4 : 8);
    if (kind < 4) return pick(roll, [null, true, roll(100) - 50, pick(roll, NAMES)]);
    const parts = Array.from({ length: roll(5) }, () => value(roll, levels - 1));
    return kind < 6 ? parts : Object.fromEntries(parts.map(part => [pick(roll, NAMES), part]));
  }

  /** Of every place in a value, its path; and of every place where something could be added. */
  function places(of: unknown, path = ""): { readonly there: readonly string[]; readonly free: readonly string[] } {
    if (typeof of !== "object" || of === null) return { there: [], free: [] };
    const inner = Object.entries(of).map(([name, part]) => {
      const at = `${path}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      const { there, free } = places(part, at);
      return { there: [at, ...there], free };
    });
    const own = Array.isArray(of) ? [`${path}/-`, ...of.map((_, index) => `${path}/${index}`)] : [`${path}/new`, `${path}/b`];
    return { there: inner.flatMap(({ there }) => there), free: [...own, ...inner.flatMap(({ free }) => free)] };
  }

  function operation(roll: Dice, of: unknown): Operation {
    const { there, free } = places(of);
    if (there.length === 0 || roll(3) === 0) return { op: "add", path: pick(roll, free), value: value(roll, 2) };
    const path = pick(roll, there);
    if (roll(3) === 0) return { op: "remove", path };
    if (roll(2) === 0) return { op: "replace", path, value: value(roll, 2) };
    const siblings = there.filter(other => parentOf(other) === parentOf(path));
    return { op: "move", from: path, path: pick(roll, siblings) };
  }

  const parentOf = (path: string): string => path.slice(0, path.lastIndexOf("/"));

  test("do what another implementation does", () => {
    for (let seed = 0; seed < 500; seed += 1) {
      const roll = dice(seed);
      const start = [value(roll, 3), value(roll, 3), value(roll, 3)];
      const before = JSON.stringify(start);
      const patch: Operation[] = [];
      let expected: unknown = structuredClone(start);
      for (let count = roll(12); count >= 0; count -= 1) {
        const next = operation(roll, expected);
        patch.push(next);
        expected = applyByReference(structuredClone(expected), [structuredClone(next)]).newDocument;
      }
      expect(applyPatch(frozen(start), frozen(patch)), `seed ${seed}`).toEqual({ fits: true, value: expected });
      expect(JSON.stringify(start), `seed ${seed}`).toBe(before);
    }
  });
});
