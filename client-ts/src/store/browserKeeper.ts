/** A keeper in the browser's IndexedDB, which all tabs share. */

import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction } from "idb";
import type { ScopeHead } from "../wire/log";
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

interface Row {
  readonly scope: string;
  readonly entity: string;
  readonly id: string;
  readonly data: unknown;
}

/** Who this browser is to the server, and the number of its next mutation. */
interface Own {
  readonly client: string;
  readonly next: number;
  /** Tells this database from one that is made when somebody has deleted it; it stays when the client is another one. */
  readonly born?: string;
}

interface Schema extends DBSchema {
  entities: { key: [string, string, string]; value: Row };
  scopes: { key: string; value: ScopeHead & { readonly scope: string } };
  /** By their ids. */
  queue: { key: string; value: Queued };
  client: { key: string; value: Own };
}

/** A write. It is over all that there is, so that each can look whose database this is. */
type Writing = IDBPTransaction<Schema, ("client" | "entities" | "queue" | "scopes")[], "readwrite">;

/** Opens the database; rejects where there is none, or where it cannot be read. */
export async function browserKeeper(name: string): Promise<Keeper> {
  if (typeof indexedDB === "undefined") throw new Error("this browser keeps nothing here");
  const keeper = new BrowserKeeper(name);
  await keeper.queue();
  return keeper;
}

class BrowserKeeper implements Keeper {
  readonly isLasting = true;
  readonly #name: string;
  #opened: Promise<IDBPDatabase<Schema>> | null = null;
  /** Which database this is; null as long as it was not looked at. */
  #born: string | null = null;

  constructor(name: string) {
    this.#name = name;
  }

  async queue(): Promise<KeptQueue> {
    const database = await this.#open();
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
    const database = await this.#open();
    const reading = database.transaction(["scopes", "entities"]);
    const kept = await reading.objectStore("scopes").get(scope);
    const rows = kept === undefined ? [] : await reading.objectStore("entities").getAll(whole(scope));
    await reading.done;
    if (kept === undefined) return null;
    return { cursor: kept.cursor, epoch: kept.epoch, entities: rows.map(({ entity, id, data }) => [entity, id, data]) };
  }

  async head(scope: string): Promise<ScopeHead | null> {
    const database = await this.#open();
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
      const [rows, scopes] = [change.objectStore("entities"), change.objectStore("scopes")];
      if ("from" in commit) {
        const kept = await scopes.get(scope);
        if (kept === undefined || !isSameHead(kept, commit.from)) return false;
        for (const { entity, id, op, data } of commit.changes) {
          if (op === "delete") part(rows.delete([scope, entity, id]));
          else part(rows.put({ scope, entity, id, data }, [scope, entity, id]));
        }
      } else {
        part(rows.delete(whole(scope)));
        for (const [entity, id, data] of commit.entities) part(rows.put({ scope, entity, id, data }, [scope, entity, id]));
      }
      part(scopes.put({ scope, cursor: commit.cursor, epoch: commit.epoch }, scope));
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
    void this.#opened?.then(database => database.close()).catch(() => {});
    this.#opened = null;
  }

  /** Writes what `work` does, or nothing where one part of it fails. */
  async #write<Value>(work: (change: Writing, own: Own) => Value | Promise<Value>): Promise<Value> {
    const database = await this.#open();
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

  #open(): Promise<IDBPDatabase<Schema>> {
    this.#opened ??= openDB<Schema>(this.#name, 1, {
      upgrade: database => {
        database.createObjectStore("entities");
        database.createObjectStore("scopes");
        database.createObjectStore("queue");
        database.createObjectStore("client");
      },
      // Another version of this package wants the database, or somebody deletes it.
      blocking: (_, __, event) => {
        (event.target as IDBDatabase).close();
        this.#opened = null;
      },
      terminated: () => void (this.#opened = null),
    });
    this.#opened.catch(() => (this.#opened = null));
    return this.#opened;
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

/** All keys of a scope: an array is behind every text. */
function whole(scope: string): IDBKeyRange {
  return IDBKeyRange.bound([scope], [scope, []]);
}
