/** A browser in the hands of a test: what the tabs of one store keep together, and what they tell each other. */

import {
  bySeq,
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
} from "../store/keeper";
import type { Tabs } from "../store/tabs";
import type { ScopeHead } from "../wire/log";
import { turns } from "./turns";

/** What outlives the tabs. */
interface Disk {
  readonly born: string;
  client: string;
  next: number;
  queue: Map<string, Queued>;
  scopes: Map<string, KeptScope>;
}

export class TestBrowser {
  #disk: Disk | null = null;
  readonly #tabs: TestTab[] = [];
  /** Whether nothing can be written any more. */
  isFull = false;
  /** How many mutations and entities there is room for. */
  room: number = Infinity;
  /** Whether nothing can be read any more. */
  isUnreadable = false;
  /** How many turns later a tab hears what another one tells. */
  delay: () => number = () => 0;

  /** The database is deleted under its pages. */
  wipe(): void {
    this.#disk = null;
  }

  tab(): TestTab {
    const tab = new TestTab(this);
    this.#tabs.push(tab);
    return tab;
  }

  /** The page ends, with whatever it was about to do. */
  crash(tab: TestTab): void {
    tab.isGone = true;
    const at = this.#tabs.indexOf(tab);
    if (at >= 0) this.#tabs.splice(at, 1);
    this.lead();
  }

  lead(): void {
    const [first] = this.#tabs;
    if (first === undefined || first.leads) return;
    first.leads = true;
    queueMicrotask(() => first.lead());
  }

  tell(from: TestTab, message: unknown): void {
    const told: unknown = structuredClone(message);
    for (const tab of this.#tabs) if (tab !== from) tab.hear(told, this.delay());
  }

  get disk(): Disk {
    this.#disk ??= { born: newClient(), client: newClient(), next: 1, queue: new Map(), scopes: new Map() };
    return this.#disk;
  }

  /** Changes what is kept, or nothing where there is no room for it. */
  write<Value>(work: (disk: Disk) => Value): Value {
    if (this.isFull) throw new DOMException("no room", "QuotaExceededError");
    if (this.room === Infinity) return work(this.disk);
    const before = structuredClone(this.disk);
    const value = work(this.disk);
    const size = [...this.disk.scopes.values()].reduce((sum, { entities }) => sum + entities.length, this.disk.queue.size);
    if (size <= this.room) return value;
    this.#disk = before;
    throw new DOMException("no room", "QuotaExceededError");
  }
}

/** One page: its way to the disk and to the others. */
export class TestTab implements Tabs, Keeper {
  readonly isLasting = true;
  readonly #browser: TestBrowser;
  isGone = false;
  /** Whether it misses what the others tell. */
  isDeaf = false;
  leads = false;
  /** How many turns after something was read or written it knows that. */
  lag: () => number = () => 0;
  /** Is called when something is written, before the page hears that it is. */
  onWritten: () => void = () => {};
  #born: string | null = null;
  #heard: (message: unknown) => void = () => {};
  #hearing: Promise<void> = Promise.resolve();
  lead: () => void = () => {};

  constructor(browser: TestBrowser) {
    this.#browser = browser;
  }

  readonly tell = (message: unknown): void => {
    if (!this.isGone) this.#browser.tell(this, message);
  };

  /** Hears something after some turns, behind what was told before. */
  hear(message: unknown, delay: number): void {
    this.#hearing = this.#hearing.then(() => turns(delay)).then(() => {
      if (!this.isGone && !this.isDeaf) this.#heard(message);
    });
  }

  onHeard(heard: (message: unknown) => void): void {
    this.#heard = heard;
  }

  onLead(lead: () => void): void {
    this.lead = () => {
      if (!this.isGone) lead();
    };
    this.#browser.lead();
  }

  readonly close = (): void => this.#browser.crash(this);

  async queue(): Promise<KeptQueue> {
    if (this.#browser.isUnreadable) throw new DOMException("lost", "UnknownError");
    this.#born ??= this.#browser.disk.born;
    return this.#do(() => {
      const { client, queue } = this.#own();
      return { client, queue: bySeq([...queue.values()]) };
    });
  }

  async scope(scope: string): Promise<KeptScope | null> {
    return this.#do(() => this.#browser.disk.scopes.get(scope) ?? null);
  }

  async head(scope: string): Promise<ScopeHead | null> {
    const kept = await this.scope(scope);
    return kept && { cursor: kept.cursor, epoch: kept.epoch };
  }

  async add(mutation: NewMutation): Promise<Queued> {
    return this.#write(disk => {
      const queued: Queued = { ...mutation, client: disk.client, seq: disk.next, status: "pending" };
      disk.next += 1;
      disk.queue.set(queued.id, queued);
      return queued;
    });
  }

  async update(changed: readonly Queued[], forgotten: readonly string[]): Promise<void> {
    return this.#write(({ queue }) => {
      for (const queued of changed) queue.set(queued.id, queued);
      for (const id of forgotten) queue.delete(id);
    });
  }

  async commit(scope: string, commit: ScopeCommit): Promise<boolean> {
    return this.#write(({ scopes, queue }) => {
      const kept = scopes.get(scope);
      if ("from" in commit && (kept === undefined || !isSameHead(kept, commit.from))) return false;
      const rows = new Map(("from" in commit ? (kept?.entities ?? []) : commit.entities).map(row => [`${row[0]} ${row[1]}`, row]));
      for (const { entity, id, op, data } of "from" in commit ? commit.changes : []) {
        if (op === "delete") rows.delete(`${entity} ${id}`);
        else rows.set(`${entity} ${id}`, [entity, id, data]);
      }
      scopes.set(scope, { cursor: commit.cursor, epoch: commit.epoch, entities: [...rows.values()] });
      for (const id of commit.done) queue.delete(id);
      return true;
    });
  }

  async drop(but: ReadonlySet<string>): Promise<void> {
    return this.#write(({ scopes }) => {
      for (const scope of scopes.keys()) if (!but.has(scope)) scopes.delete(scope);
    });
  }

  async restart(client: string): Promise<KeptQueue> {
    return this.#write(disk => {
      const queue = renumbered([...disk.queue.values()], client);
      disk.client = client;
      disk.next = nextSeq(queue);
      disk.queue = new Map(queue.map(queued => [queued.id, queued]));
      return { client, queue };
    });
  }

  #own(): Disk {
    if (this.#browser.disk.born !== this.#born) throw new Error("what this browser had kept was deleted");
    return this.#browser.disk;
  }

  async #write<Value>(work: (disk: Disk) => Value): Promise<Value> {
    return this.#do(() => {
      this.#own();
      const value = this.#browser.write(work);
      this.onWritten();
      return value;
    });
  }

  /** A page that is gone hears nothing any more, and does nothing. */
  async #do<Value>(work: () => Value): Promise<Value> {
    await Promise.resolve();
    if (this.isGone) return new Promise(() => {});
    const value = structuredClone(work());
    await turns(1 + this.lag());
    return this.isGone ? new Promise(() => {}) : value;
  }
}
