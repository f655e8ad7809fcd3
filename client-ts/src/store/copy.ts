/** What is so in one scope, and what the mutations make of it that wait for the server. */

import type { Change } from "../wire/log";
import { keepEqual } from "../wire/patch";

/** A mutation that may not be in the copy yet. */
export interface Guess {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly args: unknown;
}

/** What a mutation is guessed to do; undefined where nobody has said it. */
export type FindMutator = (name: string, version: string) => ((tx: CopyTx, args: unknown) => void) | undefined;

/** The key of an entity. */
export type KeyOf = (entity: string, data: unknown) => string;

/** The data of one scope before types, for a mutator. */
export interface CopyTx {
  readonly scope: string;
  readonly get: (entity: string, id: string) => unknown;
  readonly list: (entity: string) => readonly unknown[];
  readonly create: (entity: string, data: unknown) => void;
  readonly put: (entity: string, data: unknown) => void;
  readonly update: (entity: string, id: string, change: unknown) => boolean;
  readonly delete: (entity: string, id: string) => boolean;
}

type Table = Map<string, unknown>;
/** By kind: an entity that is guessed, or that it is gone. */
type Overlay = Map<string, Map<string, { readonly data: unknown }>>;

const GONE = { data: undefined } as const;

/** How many changes of a kind are known by their keys, at least. */
const MOST_KNOWN = 500;

/** What has changed of a kind, in order. */
interface Touched {
  /** The keys of the last ones. */
  readonly keys: string[];
  /** How many there were before. */
  before: number;
}

/**
 * The copy of one scope. What the server has told is the base; the mutations that wait are applied on top of it, in their order, again after each change of either.
 */
export class Copy {
  readonly #scope: string;
  readonly #find: FindMutator;
  readonly #keyOf: KeyOf;
  readonly #failed: (guess: Guess, error: unknown) => void;
  #base = new Map<string, Table>();
  #overlay: Overlay = new Map();
  /** Those that wait and could not be guessed, which was said once. */
  #unguessed = new Set<string>();
  readonly #touched = new Map<string, Touched>();

  constructor(scope: string, find: FindMutator, keyOf: KeyOf, failed: (guess: Guess, error: unknown) => void) {
    this.#scope = scope;
    this.#find = find;
    this.#keyOf = keyOf;
    this.#failed = failed;
  }

  /** Takes over what the server has told of some. */
  apply(changes: readonly Change[]): void {
    for (const { entity, id, op, data } of changes) {
      const table = this.#base.get(entity) ?? new Map<string, unknown>();
      this.#base.set(entity, table);
      if (op === "delete") table.delete(id);
      else table.set(id, keepEqual(this.get(entity, id), data));
      this.#touch(entity, id);
    }
  }

  /** Takes over all that there is: kind, key and data. */
  replace(entities: Iterable<readonly [string, string, unknown]>): void {
    const before = this.#base;
    this.#base = new Map();
    for (const [entity, id, data] of entities) {
      const table = this.#base.get(entity) ?? new Map<string, unknown>();
      this.#base.set(entity, table);
      table.set(id, keepEqual(before.get(entity)?.get(id), data));
    }
    for (const entity of new Set([...before.keys(), ...this.#base.keys()])) this.#touchAll(entity);
  }

  /** What the server has told, without what is guessed: kind, key and data. */
  told(): readonly (readonly [string, string, unknown])[] {
    return [...this.#base].flatMap(([entity, table]) => [...table].map(([id, data]) => [entity, id, data] as const));
  }

  /** Applies the mutations that wait on top. */
  rebase(guesses: readonly Guess[]): void {
    const before = this.#overlay;
    this.#overlay = new Map();
    for (const guess of guesses) this.#guess(guess);
    this.#unguessed = new Set(guesses.flatMap(({ id }) => (this.#unguessed.has(id) ? id : [])));
    for (const entity of new Set([...before.keys(), ...this.#overlay.keys()])) {
      const [old, now] = [before.get(entity), this.#overlay.get(entity)];
      for (const [id, { data }] of now ?? []) {
        const kept = keepEqual(old?.get(id)?.data, data);
        if (old?.has(id) !== true || !Object.is(kept, old.get(id)?.data)) this.#touch(entity, id);
        now?.set(id, { data: kept });
      }
      for (const id of old?.keys() ?? []) if (now?.has(id) !== true) this.#touch(entity, id);
    }
  }

  /** Counts the changes of a kind: as long as it is the same, so is everything of the kind. */
  version(entity: string): number {
    const touched = this.#touched.get(entity);
    return touched === undefined ? 0 : touched.before + touched.keys.length;
  }

  /** The keys of those of a kind that may have changed since a version; null where it may be any of them. */
  changedSince(entity: string, version: number): ReadonlySet<string> | null {
    const { before, keys } = this.#touched.get(entity) ?? { before: 0, keys: [] };
    return version < before ? null : new Set(keys.slice(version - before));
  }

  get(entity: string, id: string): unknown {
    const guessed = this.#overlay.get(entity)?.get(id);
    return guessed === undefined ? this.#base.get(entity)?.get(id) : guessed.data;
  }

  /** All of a kind with their keys, in no order. */
  *all(entity: string): Generator<readonly [string, unknown]> {
    const guessed = this.#overlay.get(entity);
    for (const [id, data] of this.#base.get(entity) ?? []) {
      if (guessed?.has(id) !== true) yield [id, data];
    }
    for (const [id, { data }] of guessed ?? []) if (data !== undefined) yield [id, data];
  }

  /** The keys of those of a kind that mutations have changed which wait. */
  guessed(entity: string): Iterable<string> {
    return this.#overlay.get(entity)?.keys() ?? [];
  }

  #touch(entity: string, id: string): void {
    const touched = this.#touched.get(entity) ?? { keys: [], before: 0 };
    this.#touched.set(entity, touched);
    touched.keys.push(id);
    if (touched.keys.length >= 2 * MOST_KNOWN) touched.before += touched.keys.splice(0, MOST_KNOWN).length;
  }

  #touchAll(entity: string): void {
    this.#touched.set(entity, { keys: [], before: this.version(entity) + 1 });
  }

  /** Applies one; what it has done is forgotten where it throws. */
  #guess(guess: Guess): void {
    const mutator = this.#find(guess.name, guess.version);
    if (mutator === undefined) return;
    const own: Overlay = new Map();
    try {
      mutator(this.#tx(own), guess.args);
    } catch (error) {
      const isKnown = this.#unguessed.has(guess.id);
      this.#unguessed.add(guess.id);
      return isKnown ? undefined : this.#failed(guess, error);
    }
    for (const [entity, changed] of own) {
      const overlay = this.#overlay.get(entity) ?? new Map<string, { readonly data: unknown }>();
      this.#overlay.set(entity, overlay);
      for (const [id, data] of changed) overlay.set(id, data);
    }
  }

  #tx(own: Overlay): CopyTx {
    const get = (entity: string, id: string): unknown => {
      const written = own.get(entity)?.get(id);
      return written === undefined ? this.get(entity, id) : written.data;
    };
    // What a mutator is given it may change: what is here is applied to again with each change of the server's.
    const getOwn = (entity: string, id: string): unknown => structuredClone(get(entity, id));
    const write = (entity: string, id: string, data: { readonly data: unknown }): void => {
      const table = own.get(entity) ?? new Map<string, { readonly data: unknown }>();
      own.set(entity, table);
      table.set(id, data);
    };
    const put = (entity: string, data: unknown): void => write(entity, this.#keyOf(entity, data), { data });
    return {
      scope: this.#scope,
      get: getOwn,
      put,
      list: entity => {
        const keys = new Set([...this.all(entity)].map(([id]) => id));
        for (const id of own.get(entity)?.keys() ?? []) keys.add(id);
        return [...keys].sort(byText).flatMap(id => get(entity, id) ?? []);
      },
      create: (entity, data) => {
        const id = this.#keyOf(entity, data);
        if (get(entity, id) !== undefined) throw new Error(`there is a \`${entity}\` with the key ${JSON.stringify(id)}`);
        put(entity, data);
      },
      update: (entity, id, change) => {
        const before = get(entity, id);
        if (before === undefined) return false;
        const now: unknown =
          typeof change === "function"
            ? (change as (before: unknown) => unknown)(getOwn(entity, id))
            : { ...before, ...(change as object) };
        write(entity, id, { data: now });
        return true;
      },
      delete: (entity, id) => {
        const isThere = get(entity, id) !== undefined;
        if (isThere) write(entity, id, GONE);
        return isThere;
      },
    };
  }
}

/** The order of keys: that of their characters, whatever the reader's language. */
export function byText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
