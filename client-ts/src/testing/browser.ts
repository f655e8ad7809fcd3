/** A browser in the hands of a test: what its tabs keep together, and what they tell each other. */

import { newClient, renumbered, type KeptQueue, type KeptScope, type Keeper, type NewMutation, type Queued, type ScopeCommit } from "../store/keeper";
import type { Tabs } from "../store/tabs";

/** What outlives the tabs. */
interface Disk {
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

  /** Whether nothing can be read any more. */
  isUnreadable = false;

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
    this.#tabs.splice(this.#tabs.indexOf(tab), 1);
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
    for (const tab of this.#tabs) if (tab !== from) queueMicrotask(() => tab.hear(told));
  }

  disk(): Disk {
    this.#disk ??= { client: newClient(), next: 1, queue: new Map(), scopes: new Map() };
    return this.#disk;
  }
}

/** One page: its way to the disk and to the others. */
export class TestTab implements Tabs, Keeper {
  readonly isLasting = true;
  readonly #browser: TestBrowser;
  isGone = false;
  leads = false;
  #heard: (message: unknown) => void = () => {};
  lead: () => void = () => {};

  constructor(browser: TestBrowser) {
    this.#browser = browser;
  }

  readonly tell = (message: unknown): void => {
    if (!this.isGone) this.#browser.tell(this, message);
  };

  hear(message: unknown): void {
    if (!this.isGone) this.#heard(message);
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
    return this.#do(({ client, queue }) => ({ client, queue: [...queue.values()] }));
  }

  async scope(scope: string): Promise<KeptScope | null> {
    return this.#do(({ scopes }) => scopes.get(scope) ?? null);
  }

  async add(mutation: NewMutation): Promise<Queued> {
    return this.#write(disk => {
      const queued: Queued = { ...mutation, seq: disk.next, status: "pending" };
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

  async commit(scope: string, { cursor, epoch, changes = [], entities, done }: ScopeCommit): Promise<void> {
    return this.#write(({ scopes, queue }) => {
      const rows = new Map((entities ?? scopes.get(scope)?.entities ?? []).map(row => [`${row[0]} ${row[1]}`, row]));
      for (const { entity, id, op, data } of changes) {
        if (op === "delete") rows.delete(`${entity} ${id}`);
        else rows.set(`${entity} ${id}`, [entity, id, data]);
      }
      scopes.set(scope, { cursor, epoch, entities: [...rows.values()] });
      for (const id of done) queue.delete(id);
    });
  }

  async restart(client: string): Promise<KeptQueue> {
    return this.#write(disk => {
      const queue = renumbered([...disk.queue.values()]);
      disk.client = client;
      disk.next = queue.length + 1;
      disk.queue = new Map(queue.map(queued => [queued.id, queued]));
      return { client, queue };
    });
  }

  async #write<Value>(write: (disk: Disk) => Value): Promise<Value> {
    if (this.#browser.isFull) throw new DOMException("no room", "QuotaExceededError");
    return this.#do(write);
  }

  /** A page that is gone hears nothing any more, and does nothing. */
  async #do<Value>(work: (disk: Disk) => Value): Promise<Value> {
    await Promise.resolve();
    if (this.isGone) return new Promise(() => {});
    return structuredClone(work(this.#browser.disk()));
  }
}
