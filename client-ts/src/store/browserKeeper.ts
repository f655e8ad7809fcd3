/** A keeper in the browser's IndexedDB, which all tabs share. */

import type { DBSchema, IDBPDatabase, IDBPTransaction } from "idb";
import { KeptDatabase } from "../sync/keptDatabase";
import type { Change, ScopeHead } from "../wire/log";
import {
  bySeq,
  hasNoRoom,
  isSameHead,
  newClient,
  nextSeq,
  renumbered,
  type Keeper,
  type KeptQueue,
  type KeptScope,
  type NewMutation,
  type Queued,
  type ScopeCommit,
} from "./keeper";

type Entities = KeptScope["entities"];

/** What one entity has become since the copy was written as a whole. */
interface Row {
  readonly scope: string;
  readonly entity: string;
  readonly id: string;
  /** Left out where it is gone. */
  readonly data?: unknown;
}

/** How a copy stands, and what it is written in. */
interface Head extends ScopeHead {
  readonly scope: string;
  /** How many entities it had when it was written as a whole; left out by an earlier version, which wrote rows alone. */
  readonly size?: number;
  /** How many rows were written since, at most. */
  readonly rows?: number;
}

/** Who this browser is to the server, and the number of its next mutation. */
interface Own {
  readonly client: string;
  readonly next: number;
  /** Tells this database from one that is made when somebody has deleted it; it stays when the client is another one. */
  readonly born?: string;
}

interface Schema extends DBSchema {
  /**
   * Of each scope some of its entities each, as they were when it was written as a whole, numbered from 0 on, and behind them the rows of what
   * has changed since: many at once are read several times as fast as one by one.
   */
  entities: { key: [string, number] | [string, string, string]; value: Entities | Row };
  scopes: { key: string; value: Head };
  /** By their ids. */
  queue: { key: string; value: Queued };
  client: { key: string; value: Own };
}

/** A write. It is over all that there is, so that each can look whose database this is. */
type Writing = IDBPTransaction<Schema, ("client" | "entities" | "queue" | "scopes")[], "readwrite">;

/** How many entities are written in one. */
const PART = 250;
/** How many rows there are before all of it is written as a whole again; more of them where it is large. */
const MOST_ROWS = 500;

/** Opens the database; rejects where there is none, or where it cannot be read. */
export async function browserKeeper(name: string): Promise<Keeper> {
  if (typeof indexedDB === "undefined") throw new Error("this browser keeps nothing here");
  const keeper = new BrowserKeeper(name);
  await keeper.queue();
  return keeper;
}

class BrowserKeeper implements Keeper {
  readonly isLasting = true;
  readonly #database: KeptDatabase<Schema>;
  /** Which database this is; null as long as it was not looked at. */
  #born: string | null = null;

  constructor(name: string) {
    this.#database = new KeptDatabase(name, 2, (database, before) => {
      // What the first version wrote is read as what has changed since there was nothing.
      if (before > 0) return;
      database.createObjectStore("entities");
      database.createObjectStore("scopes");
      database.createObjectStore("queue");
      database.createObjectStore("client");
    });
  }

  async queue(): Promise<KeptQueue> {
    const database = await this.#database.open();
    const reading = database.transaction(["client", "queue"]);
    const own = await reading.objectStore("client").get("own");
    const queue = await reading.objectStore("queue").getAll();
    await reading.done;
    // Where there is no room left, what is there can be read nevertheless.
    const { client, born = "" } = this.#born === null ? (own ?? (await this.#begin(database))) : this.#checked(own);
    this.#born = born;
    // One of an earlier version does not say as whom it is sent.
    return { client, queue: bySeq(queue.map(queued => ({ ...queued, client: queued.client ?? client }))) };
  }

  async scope(scope: string): Promise<KeptScope | null> {
    const database = await this.#database.open();
    const reading = database.transaction(["scopes", "entities"]);
    const kept = await reading.objectStore("scopes").get(scope);
    const rows = kept === undefined ? [] : await reading.objectStore("entities").getAll(whole(scope));
    await reading.done;
    if (kept === undefined) return null;
    return { cursor: kept.cursor, epoch: kept.epoch, entities: together(rows) };
  }

  async head(scope: string): Promise<ScopeHead | null> {
    const database = await this.#database.open();
    const kept = await database.get("scopes", scope);
    return kept === undefined ? null : { cursor: kept.cursor, epoch: kept.epoch };
  }

  add(mutation: NewMutation): Promise<Queued> {
    return this.#write((change, own) => {
      const queued: Queued = { ...mutation, client: own.client, seq: own.next, status: "pending" };
      part(change.objectStore("queue").put(queued, queued.id));
      part(change.objectStore("client").put({ ...own, next: own.next + 1 }, "own"));
      return queued;
    });
  }

  update(changed: readonly Queued[], forgotten: readonly string[]): Promise<void> {
    return this.#write(change => {
      const queue = change.objectStore("queue");
      for (const queued of changed) part(queue.put(queued, queued.id));
      for (const id of forgotten) part(queue.delete(id));
    });
  }

  commit(scope: string, commit: ScopeCommit): Promise<boolean> {
    return this.#write(async change => {
      const scopes = change.objectStore("scopes");
      const head = { scope, cursor: commit.cursor, epoch: commit.epoch };
      if ("from" in commit) {
        const kept = await scopes.get(scope);
        if (kept === undefined || !isSameHead(kept, commit.from)) return false;
        part(scopes.put({ ...head, ...(await writeRows(change, kept, commit.changes)) }, scope));
      } else {
        part(scopes.put({ ...head, ...writeWhole(change, scope, commit.entities) }, scope));
      }
      for (const id of commit.done) part(change.objectStore("queue").delete(id));
      return true;
    });
  }

  drop(but: ReadonlySet<string>): Promise<void> {
    return this.#write(async change => {
      for (const scope of await change.objectStore("scopes").getAllKeys()) {
        if (but.has(scope)) continue;
        part(change.objectStore("scopes").delete(scope));
        part(change.objectStore("entities").delete(whole(scope)));
      }
    });
  }

  restart(client: string): Promise<KeptQueue> {
    return this.#write(async (change, own) => {
      const queue = renumbered(await change.objectStore("queue").getAll(), client);
      for (const queued of queue) part(change.objectStore("queue").put(queued, queued.id));
      part(change.objectStore("client").put({ ...own, client, next: nextSeq(queue) }, "own"));
      return { client, queue };
    });
  }

  close(): void {
    this.#database.close();
  }

  /** Writes what `work` does, or nothing where one part of it fails. */
  async #write<Value>(work: (change: Writing, own: Own) => Value | Promise<Value>): Promise<Value> {
    const database = await this.#database.open();
    const change: Writing = database.transaction(["client", "entities", "queue", "scopes"], "readwrite");
    try {
      const own = this.#checked(await change.objectStore("client").get("own"));
      const value = await work(change, own);
      await change.done;
      return value;
    } catch (error) {
      const ended: unknown = await abort(change).catch((why: unknown) => why);
      // A part of it may only say that the whole was given up, and the whole why.
      throw hasNoRoom(ended) ? ended : error;
    }
  }

  async #begin(database: IDBPDatabase<Schema>): Promise<Own> {
    const change = database.transaction("client", "readwrite");
    // Another tab may have begun meanwhile.
    const own = (await change.store.get("own")) ?? { client: newClient(), next: 1, born: newClient() };
    part(change.store.put(own, "own"));
    await change.done;
    return own;
  }

  #checked(own: Own | undefined): Own {
    // One that was made before they had names has none, and is the same one all the same.
    if (own === undefined || (own.born ?? "") !== this.#born) throw new Error("what this browser had kept was deleted");
    return own;
  }
}

/** A part of a write: whether it went well shows in the whole. */
function part(writing: Promise<unknown>): void {
  writing.catch(() => {});
}

/** Gives up a write that may have ended already, and waits until it has. */
async function abort(change: Writing): Promise<void> {
  try {
    change.abort();
  } catch {
    // It has.
  }
  await change.done;
}

/** Whether an error says that a database is not what it should be; anything else may be over in a while, and nothing is deleted for it. */
export function isDamaged(error: unknown): boolean {
  return error instanceof DOMException && (error.name === "NotFoundError" || error.name === "DataError");
}

/** Writes a copy as a whole. */
function writeWhole(change: Writing, scope: string, entities: Entities): Pick<Head, "size" | "rows"> {
  const store = change.objectStore("entities");
  part(store.delete(whole(scope)));
  for (let from = 0; from < entities.length; from += PART) part(store.put(entities.slice(from, from + PART), [scope, from / PART]));
  return { size: entities.length, rows: 0 };
}

/** Writes what has changed, and all as a whole where there are too many rows by now. */
async function writeRows(change: Writing, { scope, size = 0, rows: before }: Head, changes: readonly Change[]): Promise<Pick<Head, "size" | "rows">> {
  const store = change.objectStore("entities");
  for (const { entity, id, op, data } of changes) {
    part(store.put({ scope, entity, id, ...(op !== "delete" && { data }) }, [scope, entity, id]));
  }
  const rows = (before ?? Infinity) + changes.length;
  if (rows <= Math.max(MOST_ROWS, size / 10)) return { size, rows };
  return writeWhole(change, scope, together(await store.getAll(whole(scope))));
}

/** What was written as a whole, with what has changed since. */
function together(written: readonly (Entities | Row)[]): Entities {
  const rows = written.filter(isRow);
  const entities = written.flatMap(each => (isRow(each) ? [] : each));
  if (rows.length === 0) return entities;
  const nameOf = (entity: string, id: string): string => `${entity} ${id}`;
  const changed = new Set(rows.map(({ entity, id }) => nameOf(entity, id)));
  const unchanged = entities.filter(([entity, id]) => !changed.has(nameOf(entity, id)));
  const there = rows.filter(({ data }) => data !== undefined);
  return [...unchanged, ...there.map(({ entity, id, data }) => [entity, id, data] as const)];
}

function isRow(written: Entities | Row): written is Row {
  return !Array.isArray(written);
}

/** All keys of a scope: an array is behind every text, and a number before it. */
function whole(scope: string): IDBKeyRange {
  return IDBKeyRange.bound([scope], [scope, []]);
}
