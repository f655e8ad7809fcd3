/** Where a store keeps what must outlive the page: the copies of scopes, and the mutations that wait. */

import type { Change, WireRefusal } from "../wire/log";

/** A mutation that was asked for here, until it is in the copy, or dismissed. */
export interface Queued {
  /** Which of this client's mutations it is, counted from 1. */
  readonly seq: number;
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly scope: string;
  readonly args: unknown;
  readonly after?: "success" | undefined;
  /**
   * `pending`: the server has not settled it. `applied`: it has, and the copy is not there yet. `rejected`: it was refused.
   */
  readonly status: "pending" | "applied" | "rejected";
  /** Where it shows in the scope, once it is applied. */
  readonly cursor?: number | undefined;
  readonly refusal?: WireRefusal | undefined;
}

/** What is asked for, before it has its number. */
export type NewMutation = Omit<Queued, "seq" | "status" | "cursor" | "refusal">;

/** All that waits, and as whom it is sent. */
export interface KeptQueue {
  readonly client: string;
  readonly queue: readonly Queued[];
}

/** The copy of a scope. */
export interface KeptScope {
  readonly cursor: number;
  readonly epoch: string;
  readonly entities: readonly (readonly [string, string, unknown])[];
}

/** What a scope has become: some changes, or all of it; and which mutations are in it now. */
export interface ScopeCommit {
  readonly cursor: number;
  readonly epoch: string;
  readonly changes?: readonly Change[];
  readonly entities?: readonly (readonly [string, string, unknown])[];
  /** By their ids. */
  readonly done: readonly string[];
}

/** Keeps it. What one call writes is written together or not at all; calls are done in their order. */
export interface Keeper {
  /** Whether it outlives the page. */
  readonly isLasting: boolean;
  queue(): Promise<KeptQueue>;
  scope(scope: string): Promise<KeptScope | null>;
  /** Gives a mutation the next number. */
  add(mutation: NewMutation): Promise<Queued>;
  /** Notes what has become of mutations; those with the ids in `forgotten` are forgotten. */
  update(changed: readonly Queued[], forgotten: readonly string[]): Promise<void>;
  commit(scope: string, commit: ScopeCommit): Promise<void>;
  /** Goes on as another client: everything that is kept, whoever has added it, gets the numbers from 1 on, what is pending before the rest. */
  restart(client: string): Promise<KeptQueue>;
  close(): void;
}

/** Makes a name for a client that nobody can guess. */
export function newClient(): string {
  const bytes = new Uint8Array(18);
  if (typeof crypto !== "undefined") crypto.getRandomValues(bytes);
  else for (let index = 0; index < bytes.length; index += 1) bytes[index] = Math.floor(Math.random() * 256);
  return [...bytes].map(byte => byte.toString(16).padStart(2, "0")).join("");
}

/** Gives mutations the numbers from 1 on: those that are pending in their order, and then the others. */
export function renumbered(queue: readonly Queued[]): readonly Queued[] {
  const sorted = [...queue].sort((left, right) => left.seq - right.seq);
  const isPending = ({ status }: Queued): boolean => status === "pending";
  const ordered = [...sorted.filter(isPending), ...sorted.filter(queued => !isPending(queued))];
  return ordered.map((queued, index) => ({ ...queued, seq: index + 1 }));
}

/** Keeps it for as long as the page lives. */
export class MemoryKeeper implements Keeper {
  readonly isLasting = false;
  #client: string;
  #queue: readonly Queued[];
  #next: number;

  constructor(client: string = newClient(), queue: readonly Queued[] = []) {
    this.#client = client;
    this.#queue = queue;
    this.#next = 1 + Math.max(0, ...queue.map(({ seq }) => seq));
  }

  async queue(): Promise<KeptQueue> {
    return { client: this.#client, queue: this.#queue };
  }

  async scope(): Promise<null> {
    return null;
  }

  async add(mutation: NewMutation): Promise<Queued> {
    const queued: Queued = { ...mutation, seq: this.#next, status: "pending" };
    this.#next += 1;
    this.#queue = [...this.#queue, queued];
    return queued;
  }

  async update(changed: readonly Queued[], forgotten: readonly string[]): Promise<void> {
    const by = new Map(changed.map(queued => [queued.id, queued]));
    this.#queue = this.#queue.filter(({ id }) => !forgotten.includes(id)).map(queued => by.get(queued.id) ?? queued);
  }

  async commit(_: string, { done }: ScopeCommit): Promise<void> {
    this.#queue = this.#queue.filter(({ id }) => !done.includes(id));
  }

  async restart(client: string): Promise<KeptQueue> {
    this.#client = client;
    this.#queue = renumbered(this.#queue);
    this.#next = this.#queue.length + 1;
    return this.queue();
  }

  close(): void {}
}
