/** The entities of a kind that a query asks for, sorted. What changes one of them costs as much as one, however many there are. */

import { byText, type Copy } from "./copy";
import type { Query } from "./storeTypes";

interface Row {
  readonly id: string;
  readonly data: unknown;
}

type Order = (left: Row, right: Row) => number;
type OrderBy = string | ((left: unknown, right: unknown) => number) | undefined;

const NOTHING: readonly never[] = Object.freeze([]);

/** What one query finds. */
export class LiveList {
  readonly #entity: string;
  readonly #query: Omit<Query<unknown>, "scope">;
  /** Sorted by a function, which only this query has. */
  readonly #own: Sorted | null;
  /** What the list was chosen from. */
  #seen: readonly unknown[] = NOTHING;
  #list: readonly unknown[] = NOTHING;

  constructor(entity: string, query: Omit<Query<unknown>, "scope">) {
    this.#entity = entity;
    this.#query = query;
    this.#own = typeof query.orderBy === "function" ? new Sorted(entity, query.orderBy) : null;
  }

  /** The list as it is in a copy: the same one as long as it has the same in it; the last one where there is no copy. */
  of(copy: Copy | undefined): readonly unknown[] {
    if (copy === undefined) return this.#list;
    const { where, orderBy } = this.#query;
    const all = (this.#own ?? sharedOf(copy, this.#entity, orderBy as string | undefined)).of(copy);
    if (all === this.#seen) return this.#list;
    this.#seen = all;
    this.#list = keptSame(this.#list, where === undefined ? all : all.filter(where));
    return this.#list;
  }
}

/** Those that are sorted by a field, or by their keys: all who ask for that have the same, also where they choose by functions that come and go. */
const shared = new WeakMap<Copy, Map<string, Sorted>>();

function sharedOf(copy: Copy, entity: string, field: string | undefined): Sorted {
  const ofCopy = shared.get(copy) ?? new Map<string, Sorted>();
  shared.set(copy, ofCopy);
  const name = JSON.stringify([entity, field]);
  const sorted = ofCopy.get(name) ?? new Sorted(entity, field);
  ofCopy.set(name, sorted);
  return sorted;
}

/** All entities of a kind. */
class Sorted {
  readonly #entity: string;
  readonly #order: Order;
  #rows: readonly Row[] = NOTHING;
  #list: readonly unknown[] = NOTHING;
  /** What it was made of. */
  #seen: { readonly copy: Copy; readonly version: number } | null = null;

  constructor(entity: string, orderBy: OrderBy) {
    this.#entity = entity;
    this.#order = orderOf(orderBy);
  }

  /** The list as it is in a copy: the same one as long as it has the same in it. */
  of(copy: Copy): readonly unknown[] {
    const version = copy.version(this.#entity);
    const seen = this.#seen?.copy === copy ? this.#seen.version : null;
    if (seen === version) return this.#list;
    const changed = seen === null ? null : copy.changedSince(this.#entity, seen);
    this.#rows = changed === null ? this.#all(copy) : this.#patched(copy, changed);
    this.#seen = { copy, version };
    this.#list = keptSame(this.#list, this.#rows.map(({ data }) => data));
    return this.#list;
  }

  #all(copy: Copy): readonly Row[] {
    return Array.from(copy.all(this.#entity), ([id, data]) => ({ id, data })).sort(this.#order);
  }

  /** Takes out those that may have changed, and puts them where they belong now. */
  #patched(copy: Copy, changed: ReadonlySet<string>): readonly Row[] {
    const stay = this.#rows.filter(({ id }) => !changed.has(id));
    const come = [...changed].map(id => ({ id, data: copy.get(this.#entity, id) })).filter(({ data }) => data !== undefined);
    const rows: Row[] = [];
    let from = 0;
    for (const row of come.sort(this.#order)) {
      const to = placeOf(row, stay, from, this.#order);
      for (; from < to; from += 1) rows.push(stay[from] as Row);
      rows.push(row);
    }
    for (; from < stay.length; from += 1) rows.push(stay[from] as Row);
    return rows;
  }
}

/** The list that there was, where the other one has the same in it. */
function keptSame(before: readonly unknown[], now: readonly unknown[]): readonly unknown[] {
  return now.length === before.length && now.every((data, index) => Object.is(data, before[index])) ? before : now;
}

/** Where a row belongs among sorted ones, at `from` or behind it. */
function placeOf(row: Row, sorted: readonly Row[], from: number, order: Order): number {
  let [low, high] = [from, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (order(sorted[middle] as Row, row) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The order that a query asks for; among equals it is that of their keys. */
function orderOf(orderBy: OrderBy): Order {
  if (orderBy === undefined) return (left, right) => byText(left.id, right.id);
  if (typeof orderBy === "function") return (left, right) => orderBy(left.data, right.data) || byText(left.id, right.id);
  const of = ({ data }: Row): unknown => (data as Readonly<Record<string, unknown>>)[orderBy];
  return (left, right) => byValue(of(left), of(right)) || byText(left.id, right.id);
}

function byValue(left: unknown, right: unknown): number {
  if (typeof left === "string" && typeof right === "string") return byText(left, right);
  return Number(left ?? 0) - Number(right ?? 0);
}
