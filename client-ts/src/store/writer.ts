/** Writes what is to outlive the page, and goes on in memory where nothing can be kept. */

import type { OnProblem } from "../sync/problems";
import { hasNoRoom, MemoryKeeper, type Keeper, type Queued } from "./keeper";
import type { Dropped } from "./storeTypes";

/** Reads or writes what is kept; it may be done again where it has failed. */
export type Write = (keeper: Keeper) => Promise<void>;

export interface WriterParts {
  /** Opens what outlives the page; where it rejects, `restore` is asked. */
  readonly open: () => Promise<Keeper>;
  /** Begins anew where what was kept cannot be read any more; null where it may be readable again, or nothing can be kept at all. */
  readonly restore: (error: unknown) => Promise<Keeper> | null;
  /** Takes over what is kept, before anything else is written. */
  readonly load: Write;
  /** What is here, where it cannot be kept any more. */
  readonly queue: () => readonly Queued[];
  /** How many mutations wait for the server. */
  readonly waiting: () => number;
  /** The scopes that somebody reads, in any tab. */
  readonly read: () => ReadonlySet<string>;
  readonly onDrop: (dropped: Dropped) => void;
  /** Nothing is kept from now on: what the other tabs keep is not what is here. */
  readonly onAlone: () => void;
  readonly onProblem: OnProblem;
}

/** One write comes after the other: a page that ends in between goes on where it had written. */
export class Writer {
  readonly #parts: WriterParts;
  #keeper: Keeper = new MemoryKeeper();
  /** What is written, one after the other. */
  #writing: Promise<void>;

  constructor(parts: WriterParts) {
    this.#parts = parts;
    this.#writing = this.#open();
  }

  /** Writes behind all that is to be written. `unlessFull`: what is done in its place where there is no room for it. */
  write(write: Write, unlessFull?: Write): void {
    this.#writing = this.#writing.then(() => this.#do(write, unlessFull));
  }

  /** Writes, and waits until that is done. */
  async written(write: Write): Promise<void> {
    this.write(write);
    await this.#writing;
  }

  /** Lets go of what is kept when all is written. */
  close(): void {
    void this.#writing.then(() => this.#keeper.close());
  }

  async #open(): Promise<void> {
    const { open, load, onAlone } = this.#parts;
    try {
      this.#keeper = await open();
      await load(this.#keeper);
    } catch (error) {
      await this.#openAnew(error);
      await load(this.#keeper);
    }
    if (!this.#keeper.isLasting) onAlone();
  }

  async #openAnew(error: unknown): Promise<void> {
    const { restore, onProblem, onDrop, waiting } = this.#parts;
    onProblem({ kind: "store-not-kept", error });
    const restored = await readable(restore(error));
    this.#keeper = restored ?? new MemoryKeeper();
    if (restored !== null) onDrop({ reason: "damaged", error });
    else onDrop({ reason: "not-kept", waiting: waiting(), error });
  }

  async #do(write: Write, unlessFull: Write | undefined): Promise<void> {
    const { onProblem } = this.#parts;
    const keeper = this.#keeper;
    try {
      await write(keeper);
    } catch (error) {
      if (!keeper.isLasting) return onProblem({ kind: "callback-failed", route: null, error });
      if (hasNoRoom(error) && (await this.#inLessRoom(keeper, write, unlessFull))) return;
      await this.#giveUp(error);
      await write(this.#keeper).catch((again: unknown) => onProblem({ kind: "callback-failed", route: null, error: again }));
    }
  }

  /** Makes room for a write; what waits comes before copies, and those that somebody reads before the others. Returns whether there was enough. */
  async #inLessRoom(keeper: Keeper, write: Write, unlessFull: Write | undefined): Promise<boolean> {
    const without = (but: ReadonlySet<string>) => async (): Promise<void> => {
      await keeper.drop(but);
      await write(keeper);
    };
    for (const step of [without(this.#parts.read()), unlessFull ?? without(new Set())]) {
      try {
        await step(keeper);
        return true;
      } catch (error) {
        if (!hasNoRoom(error)) return false;
      }
    }
    return false;
  }

  /** What is here lives as long as the page from now on. */
  async #giveUp(error: unknown): Promise<void> {
    const { load, queue, waiting, onProblem, onDrop, onAlone } = this.#parts;
    onProblem({ kind: "store-not-kept", error });
    // Where nothing can be written, what other tabs have added can be read: what is here comes behind that.
    await load(this.#keeper).catch(() => {});
    this.#keeper.close();
    this.#keeper = new MemoryKeeper(queue());
    onDrop({ reason: "not-kept", waiting: waiting(), error });
    onAlone();
  }
}

/** What was begun anew, if it can be read. */
async function readable(restoring: Promise<Keeper> | null): Promise<Keeper | null> {
  try {
    const keeper = await restoring;
    await keeper?.queue();
    return keeper;
  } catch {
    return null;
  }
}
