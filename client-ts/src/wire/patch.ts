/** What has changed in a value: JSON patches (RFC 6902) of `add`, `remove`, `replace`, and `move` within one list. */

import { isObject, read, unreadable, type JsonObject, type Read } from "./read";

/** One operation. A path is a JSON pointer (RFC 6901), and never that of the whole. */
export type Operation =
  | { readonly op: "add" | "replace"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string }
  | { readonly op: "move"; readonly from: string; readonly path: string };

/** Operations, one after the other. */
export type Patch = readonly Operation[];

/** Reads a patch; one with other operations is none that we can apply. */
export function parsePatch(message: unknown): Read<Patch> {
  if (!Array.isArray(message)) return unreadable("`patch` is not an array");
  const operations: Operation[] = [];
  for (const one of message as readonly unknown[]) {
    if (!isObject(one)) return unreadable("an operation is not an object");
    const { op, path, from } = one;
    if (typeof path !== "string" || !path.startsWith("/")) return unreadable("`path` of an operation is none");
    if (op === "remove") operations.push({ op, path });
    else if ((op === "add" || op === "replace") && "value" in one) operations.push({ op, path, value: one.value });
    else if (op === "move" && typeof from === "string" && from.startsWith("/")) operations.push({ op, from, path });
    else return unreadable("an operation is none of `add`, `remove`, `replace`, `move`");
  }
  return read(operations);
}

/** What a patch makes of a value, or that it is for another one. */
export type Patched = { readonly fits: true; readonly value: unknown } | { readonly fits: false };

/** Applies `patch` to `value`, which stays as it was; what does not change is the same object in both. */
export function applyPatch(value: unknown, patch: Patch): Patched {
  const draft = new Draft(value);
  return patch.every(operation => draft.apply(operation)) ? { fits: true, value: draft.value } : { fits: false };
}

/** What holds other values, by their names or, in a list, their places. */
type Holder = Record<string, unknown> | unknown[];

/** A value that is changed bit by bit. Each list and each object is copied once, however many operations change it. */
class Draft {
  value: unknown;
  /** The copies that nobody else has. */
  readonly #own = new Set<unknown>();

  constructor(value: unknown) {
    this.value = value;
  }

  /** Returns whether the operation is one for this value; after one that is not, the draft is good for nothing. */
  apply(operation: Operation): boolean {
    const path = names(operation.path);
    switch (operation.op) {
      case "add":
        return this.#add(path, operation.value);
      case "replace":
        return this.#replace(path, operation.value);
      case "remove":
        return this.#remove(path);
      case "move": {
        const found = this.#find(names(operation.from));
        // Nothing can be put into itself.
        if (found === null || operation.path.startsWith(`${operation.from}/`)) return false;
        return this.#remove(names(operation.from)) && this.#add(path, found.value);
      }
    }
  }

  #add(path: readonly string[], value: unknown): boolean {
    const name = path.at(-1);
    const holder = this.#holder(path);
    if (holder === null || name === undefined) return false;
    // What is equal to what was there need not be another object.
    if (!Array.isArray(holder)) return Object.hasOwn(holder, name) ? this.#replace(path, value) : this.#set(path, name, value);
    const index = name === "-" ? holder.length : indexOf(name);
    if (index === null || index > holder.length) return false;
    (this.#ownHolder(path) as unknown[]).splice(index, 0, value);
    return true;
  }

  #replace(path: readonly string[], value: unknown): boolean {
    const name = path.at(-1);
    const found = this.#find(path);
    if (found === null || name === undefined) return false;
    const kept = keepEqual(found.value, value);
    return Object.is(kept, found.value) || this.#set(path, name, kept);
  }

  #remove(path: readonly string[]): boolean {
    const name = path.at(-1);
    if (this.#find(path) === null || name === undefined) return false;
    const holder = this.#ownHolder(path);
    if (Array.isArray(holder)) holder.splice(Number(name), 1);
    else delete holder[name];
    return true;
  }

  #set(path: readonly string[], name: string, value: unknown): true {
    setIn(this.#ownHolder(path), name, value);
    return true;
  }

  /** Returns what is there, in an object of its own since it may be anything, or null where nothing is. */
  #find(path: readonly string[]): { readonly value: unknown } | null {
    let value: unknown = this.value;
    for (const name of path) {
      if (!isHolder(value) || !has(value, name)) return null;
      value = (value as Record<string, unknown>)[name];
    }
    return { value };
  }

  /** Returns what holds, or may hold, the value with this path. */
  #holder(path: readonly string[]): Holder | null {
    const found = this.#find(path.slice(0, -1));
    return found !== null && isHolder(found.value) ? found.value : null;
  }

  /** Returns the same, to be changed: what is on the way is there. */
  #ownHolder(path: readonly string[]): Holder {
    let holder = (this.value = this.#ownCopy(this.value as Holder));
    for (const name of path.slice(0, -1)) {
      const inner = this.#ownCopy((holder as Record<string, Holder>)[name] ?? {});
      setIn(holder, name, inner);
      holder = inner;
    }
    return holder;
  }

  #ownCopy(holder: Holder): Holder {
    if (this.#own.has(holder)) return holder;
    const copy = Array.isArray(holder) ? [...holder] : { ...holder };
    this.#own.add(copy);
    return copy;
  }
}

function isHolder(value: unknown): value is Holder {
  return typeof value === "object" && value !== null;
}

function has(holder: Holder, name: string): boolean {
  return Array.isArray(holder) ? (indexOf(name) ?? Infinity) < holder.length : Object.hasOwn(holder, name);
}

function indexOf(name: string): number | null {
  return /^(0|[1-9]\d*)$/.test(name) ? Number(name) : null;
}

/** To assign to `__proto__` would not make a field of it. */
function setIn(holder: Holder, name: string, value: unknown): void {
  if (name !== "__proto__") (holder as Record<string, unknown>)[name] = value;
  else Object.defineProperty(holder, name, { value, writable: true, enumerable: true, configurable: true });
}

function names(path: string): readonly string[] {
  return path
    .split("/")
    .slice(1)
    .map(name => name.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Nothing that a server of ours can write is nested as deeply; what is deeper is taken for new, and no stack overflows. */
const DEEPEST = 500;

/** Returns `now`, with the parts of `before` in place of those that are equal to them: what has not changed is the same object. */
export function keepEqual<Value>(before: unknown, now: Value): Value {
  return kept(before, now, DEEPEST) as Value;
}

function kept(before: unknown, now: unknown, levels: number): unknown {
  if (Object.is(before, now) || levels === 0) return now;
  if (Array.isArray(before) && Array.isArray(now)) return keptItems(before, now, levels);
  return isPlain(before) && isPlain(now) ? keptFields(before, now, levels) : now;
}

function keptItems(before: readonly unknown[], now: readonly unknown[], levels: number): readonly unknown[] {
  const items = now.map((item, index) => kept(before[index], item, levels - 1));
  return items.length === before.length && items.every((item, index) => Object.is(item, before[index])) ? before : items;
}

function keptFields(before: JsonObject, now: JsonObject, levels: number): JsonObject {
  const names = Object.keys(now);
  const fields: Record<string, unknown> = {};
  let isSame = names.length === Object.keys(before).length;
  for (const name of names) {
    const isThere = Object.hasOwn(before, name);
    const field = isThere ? kept(before[name], now[name], levels - 1) : now[name];
    isSame &&= isThere && Object.is(field, before[name]);
    setIn(fields, name, field);
  }
  return isSame ? before : fields;
}

/** Whether it is all fields: two dates or maps have the same fields, which are none, and are not the same. */
function isPlain(value: unknown): value is JsonObject {
  return isObject(value) && (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null);
}
