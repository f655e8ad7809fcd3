/** A database of this browser, which all tabs share. */

import { openDB, type DBSchema, type IDBPDatabase } from "idb";

/** Opens a database when it is wanted first, and anew after it was closed: by another version of this package that wants it, or by the browser. */
export class KeptDatabase<Schema extends DBSchema> {
  readonly name: string;
  readonly #version: number;
  readonly #upgrade: (database: IDBPDatabase<Schema>, before: number) => void;
  #opened: Promise<IDBPDatabase<Schema>> | null = null;

  /** `upgrade` makes what is missing in one of the version `before`, 0 where there was none. */
  constructor(name: string, version: number, upgrade: (database: IDBPDatabase<Schema>, before: number) => void) {
    this.name = name;
    this.#version = version;
    this.#upgrade = upgrade;
  }

  /** Rejects where there is none, or where it cannot be read; the next call tries again. */
  open(): Promise<IDBPDatabase<Schema>> {
    this.#opened ??= openDB<Schema>(this.name, this.#version, {
      upgrade: this.#upgrade,
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

  close(): void {
    void this.#opened?.then(database => database.close()).catch(() => {});
    this.#opened = null;
  }
}
