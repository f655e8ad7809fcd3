/** A keeper in the browser's IndexedDB, which all tabs share. */

import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { newClient, renumbered, type KeptQueue, type KeptScope, type Keeper, type NewMutation, type Queued, type ScopeCommit } from "./keeper";

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
}

interface Schema extends DBSchema {
  entities: { key: [string, string, string]; value: Row };
  scopes: { key: string; value: { readonly scope: string; readonly cursor: number; readonly epoch: string } };
  /** By their ids. */
  queue: { key: string; value: Queued };
  client: { key: string; value: Own };
}

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
    return { client: (own ?? (await this.#begin(database))).client, queue };
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

  async add(mutation: NewMutation): Promise<Queued> {
    const database = await this.#open();
    const change = database.transaction(["client", "queue"], "readwrite");
    const own = (await change.objectStore("client").get("own")) ?? begun();
    const queued: Queued = { ...mutation, seq: own.next, status: "pending" };
    await change.objectStore("queue").put(queued, queued.id);
    await change.objectStore("client").put({ ...own, next: own.next + 1 }, "own");
    await change.done;
    return queued;
  }

  async update(changed: readonly Queued[], forgotten: readonly string[]): Promise<void> {
    const database = await this.#open();
    const change = database.transaction("queue", "readwrite");
    for (const queued of changed) void change.store.put(queued, queued.id);
    for (const id of forgotten) void change.store.delete(id);
    await change.done;
  }

  async commit(scope: string, { cursor, epoch, changes = [], entities, done }: ScopeCommit): Promise<void> {
    const database = await this.#open();
    const change = database.transaction(["entities", "scopes", "queue"], "readwrite");
    const rows = change.objectStore("entities");
    if (entities !== undefined) {
      void rows.delete(whole(scope));
      for (const [entity, id, data] of entities) void rows.put({ scope, entity, id, data }, [scope, entity, id]);
    }
    for (const { entity, id, op, data } of changes) {
      if (op === "delete") void rows.delete([scope, entity, id]);
      else void rows.put({ scope, entity, id, data }, [scope, entity, id]);
    }
    void change.objectStore("scopes").put({ scope, cursor, epoch }, scope);
    for (const id of done) void change.objectStore("queue").delete(id);
    await change.done;
  }

  async restart(client: string): Promise<KeptQueue> {
    const database = await this.#open();
    const change = database.transaction(["client", "queue"], "readwrite");
    const queue = renumbered(await change.objectStore("queue").getAll());
    for (const queued of queue) void change.objectStore("queue").put(queued, queued.id);
    void change.objectStore("client").put({ client, next: queue.length + 1 }, "own");
    await change.done;
    return { client, queue };
  }

  close(): void {
    void this.#opened?.then(database => database.close()).catch(() => {});
    this.#opened = null;
  }

  async #begin(database: IDBPDatabase<Schema>): Promise<Own> {
    const change = database.transaction("client", "readwrite");
    // Another tab may have begun meanwhile.
    const own = (await change.store.get("own")) ?? begun();
    await change.store.put(own, "own");
    await change.done;
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

/** Somebody whom the server does not know yet. */
function begun(): Own {
  return { client: newClient(), next: 1 };
}

/** Whether an error says that a database is not what it should be; anything else may be over in a while, and nothing is deleted for it. */
export function isDamaged(error: unknown): boolean {
  return error instanceof DOMException && (error.name === "NotFoundError" || error.name === "DataError");
}

/** All keys of a scope: an array is behind every text. */
function whole(scope: string): IDBKeyRange {
  return IDBKeyRange.bound([scope], [scope, []]);
}
