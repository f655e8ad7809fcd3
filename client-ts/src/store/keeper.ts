/** Where a store keeps what must outlive the page: the copies of scopes, and the mutations that wait. */

import type { Change, ScopeHead, WireRefusal } from "../wire/log";

/** A mutation that was asked for here, until it is in the copy that is kept, or dismissed. */
export interface Queued {
  /** As whom it is sent. */
  readonly client: string;
  /** Which of this client's mutations it is, counted from 1; less for one that was settled as another client's. */
  readonly seq: number;
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly scope: string;
  readonly args: unknown;
  readonly after?: "success" | undefined;
  /**
   * `pending`: the server has not settled it. `applied`: it has, and the copy is not there yet. `rejected`: it was refused. `dismissed`: it was,
   * and somebody has read why; it is known for a while for the sake of another tab that has asked for it, and may not have heard.
   */
  readonly status: "pending" | "applied" | "rejected" | "dismissed";
  /** Where it shows in the scope, once it is applied. */
  readonly cursor?: number | undefined;
  readonly refusal?: WireRefusal | undefined;
}

/** What is asked for, before it has its number. */
export type NewMutation = Omit<Queued, "client" | "seq" | "status" | "cursor" | "refusal">;

/** All that waits, in its order, and as whom the next ones are sent. */
export interface KeptQueue {
  readonly client: string;
  readonly queue: readonly Queued[];
}

/** The copy of a scope. */
export interface KeptScope extends ScopeHead {
  readonly entities: readonly (readonly [string, string, unknown])[];
}

/** What a scope has become: some changes of the copy that is kept, or all of it; and which mutations are in it now. */
export type ScopeCommit = ScopeHead & {
  /** By their ids. */
  readonly done: readonly string[];
} & ({ readonly from: ScopeHead; readonly changes: readonly Change[] } | Pick<KeptScope, "entities">);

/**
 * Keeps it. What one call writes is written together or not at all; calls are done in their order.
 *
 * One that outlives the page rejects where what it keeps is not any more what it has kept before: somebody has deleted it.
 */
export interface Keeper {
  /** Whether it outlives the page. */
  readonly isLasting: boolean;
  queue(): Promise<KeptQueue>;
  scope(scope: string): Promise<KeptScope | null>;
  /** Up to where a copy is kept; null where none is. */
  head(scope: string): Promise<ScopeHead | null>;
  /** Gives a mutation the next number. */
  add(mutation: NewMutation): Promise<Queued>;
  /** Notes what has become of mutations; those with the ids in `forgotten` are forgotten. */
  update(changed: readonly Queued[], forgotten: readonly string[]): Promise<void>;
  /** Returns false, and has written nothing, where changes do not follow on what is kept. */
  commit(scope: string, commit: ScopeCommit): Promise<boolean>;
  /** Makes room: forgets the copies of all scopes but these. */
  drop(but: ReadonlySet<string>): Promise<void>;
  /** Goes on as another client: what is pending, whichever tab has added it, gets the numbers from 1 on. */
  restart(client: string): Promise<KeptQueue>;
  close(): void;
}

/** Whether an error says that there is no room for more. */
export function hasNoRoom(error: unknown): boolean {
  return error instanceof DOMException && error.name === "QuotaExceededError";
}

/** Whether two copies, or a copy and the server, have come equally far. */
export function isSameHead(left: ScopeHead, right: ScopeHead): boolean {
  return left.cursor === right.cursor && left.epoch === right.epoch;
}

/** Makes a name for a client that nobody can guess. */
export function newClient(): string {
  const bytes = new Uint8Array(18);
  if (typeof crypto !== "undefined") crypto.getRandomValues(bytes);
  else for (let index = 0; index < bytes.length; index += 1) bytes[index] = Math.floor(Math.random() * 256);
  return [...bytes].map(byte => byte.toString(16).padStart(2, "0")).join("");
}

/** Gives mutations of a client the numbers from 1 on that are pending; what is settled has none that is sent any more, and comes before them. */
export function renumbered(queue: readonly Queued[], client: string): readonly Queued[] {
  const sorted = bySeq(queue);
  const pending = sorted.filter(({ status }) => status === "pending");
  const settled = sorted.filter(({ status }) => status !== "pending");
  return [...settled, ...pending].map((queued, index) => ({ ...queued, client, seq: index + 1 - settled.length }));
}

/** The number that comes behind those of a queue that was just given numbers. */
export function nextSeq(queue: readonly Queued[]): number {
  return 1 + Math.max(0, ...queue.map(({ seq }) => seq));
}

/** The order of mutations of one client. */
export function bySeq(queue: readonly Queued[]): readonly Queued[] {
  return [...queue].sort((left, right) => left.seq - right.seq);
}

/** Keeps it for as long as the page lives. */
export class MemoryKeeper implements Keeper {
  readonly isLasting = false;
  #client = newClient();
  #queue: readonly Queued[];
  #next = 1;

  /**
   * `queue`: what was kept elsewhere until now. It stays the other client's, and comes first: whoever may still read it there sends the same, so
   * that it happens once. What is added here has a client of its own, since another tab gives the numbers of that one.
   */
  constructor(queue: readonly Queued[] = []) {
    this.#queue = queue;
  }

  async queue(): Promise<KeptQueue> {
    return { client: this.#client, queue: this.#queue };
  }

  async scope(): Promise<null> {
    return null;
  }

  async head(): Promise<null> {
    return null;
  }

  async add(mutation: NewMutation): Promise<Queued> {
    const queued: Queued = { ...mutation, client: this.#client, seq: this.#next, status: "pending" };
    this.#next += 1;
    this.#queue = [...this.#queue, queued];
    return queued;
  }

  async update(changed: readonly Queued[], forgotten: readonly string[]): Promise<void> {
    const by = new Map(changed.map(queued => [queued.id, queued]));
    this.#queue = this.#queue.filter(({ id }) => !forgotten.includes(id)).map(queued => by.get(queued.id) ?? queued);
  }

  async commit(_: string, { done }: ScopeCommit): Promise<boolean> {
    this.#queue = this.#queue.filter(({ id }) => !done.includes(id));
    return true;
  }

  async drop(): Promise<void> {}

  async restart(client: string): Promise<KeptQueue> {
    const isOwn = (queued: Queued): boolean => queued.client === this.#client;
    const own = renumbered(this.#queue.filter(isOwn), client);
    this.#queue = [...this.#queue.filter(queued => !isOwn(queued)), ...own];
    this.#client = client;
    this.#next = nextSeq(own);
    return this.queue();
  }

  close(): void {}
}
