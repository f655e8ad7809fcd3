/** The mutations that were asked for in this browser, as a tab knows them: what waits, what has become of it, and who wants to know. */

import type { WireRefusal } from "../wire/log";
import type { KeptQueue, NewMutation, Queued } from "./keeper";

/** What came of a mutation, before types. */
export type WireSettled =
  | { readonly status: "success"; readonly cursor: number }
  | ({ readonly status: "error" } & WireRefusal);

/** What has become of some, and which ones are forgotten, by their ids. */
export interface QueueChange {
  readonly changed: readonly Queued[];
  readonly forgotten: readonly string[];
}

/** A promise that somebody in this tab has. */
interface Promised {
  readonly scope: string;
  readonly settle: (settled: WireSettled) => void;
}

/**
 * What is here comes before what is kept: what has changed here and is not written yet counts on top of what is read.
 */
export class Queue {
  /** As whom what is asked for next is sent. */
  client = "";
  readonly #tab: string;
  #list: readonly Queued[] = [];
  #adding: readonly NewMutation[] = [];
  #unwritten: readonly QueueChange[] = [];
  readonly #promised = new Map<string, Promised>();
  #lastId = 0;

  /** `tab`: what only mutations of this tab begin with. */
  constructor(tab: string) {
    this.#tab = tab;
  }

  /** Those with a number, in their order. */
  get list(): readonly Queued[] {
    return this.#list;
  }

  /** Those that will have a number, in their order. */
  get adding(): readonly NewMutation[] {
    return this.#adding;
  }

  /** How many wait for the server. */
  get waiting(): number {
    return this.#list.filter(({ status }) => status === "pending").length + this.#adding.length;
  }

  has(id: string): boolean {
    return this.#list.some(queued => queued.id === id);
  }

  /** Whether somebody in this tab has asked for it. */
  isOwn(id: string): boolean {
    return id.startsWith(`${this.#tab}-`);
  }

  /** Lets a mutation wait. */
  ask(mutation: Omit<NewMutation, "id">): { readonly asked: NewMutation; readonly settled: Promise<WireSettled> } {
    this.#lastId += 1;
    const asked: NewMutation = { ...mutation, id: `${this.#tab}-${this.#lastId.toString(36)}` };
    this.#adding = [...this.#adding, asked];
    const settled = new Promise<WireSettled>(settle => this.#promised.set(asked.id, { scope: asked.scope, settle }));
    return { asked, settled };
  }

  /** Takes over one that has its number, from here or another tab. */
  add(queued: Queued): void {
    this.#adding = this.#adding.filter(({ id }) => id !== queued.id);
    if (this.has(queued.id)) return;
    const isBehind = ({ client, seq }: Queued): boolean => client === queued.client && seq > queued.seq;
    const before = this.#list.filter(other => !isBehind(other));
    this.#list = [...before, queued, ...this.#list.filter(isBehind)];
  }

  /** Takes over what has become of some, and tells those who wait for it; returns the scopes that this is about. */
  change(change: QueueChange): ReadonlySet<string> {
    const scopes = new Set(change.changed.map(({ scope }) => scope));
    for (const { id, scope } of this.#list) if (change.forgotten.includes(id)) scopes.add(scope);
    this.#list = changedBy(this.#list, change);
    change.changed.forEach(queued => this.#answer(queued));
    return scopes;
  }

  /** Notes that a change which was made here is not written yet; returns what notes that it is. */
  writing(change: QueueChange): () => void {
    this.#unwritten = [...this.#unwritten, change];
    return () => void (this.#unwritten = this.#unwritten.filter(other => other !== change));
  }

  /** Takes over what is kept. */
  load({ client, queue }: KeptQueue): void {
    this.client = client;
    this.#list = this.#unwritten.reduce(changedBy, queue);
    this.#list.forEach(queued => this.#answer(queued));
  }

  /**
   * Those that somebody here waits for and that are not there any more. They were applied: what is refused stays until it is dismissed, and one of
   * another tab that was dismissed stays for a while behind that.
   */
  missing(): readonly (readonly [string, string])[] {
    const isThere = (id: string): boolean => this.has(id) || this.#adding.some(asked => asked.id === id);
    return [...this.#promised].flatMap(([id, { scope }]) => (isThere(id) ? [] : [[id, scope] as const]));
  }

  /** Tells whoever waits for a mutation what came of it. */
  settle(id: string, settled: WireSettled): void {
    this.#promised.get(id)?.settle(settled);
    this.#promised.delete(id);
  }

  #answer({ id, status, cursor = 0, refusal }: Queued): void {
    if (status === "pending") return;
    if (refusal === undefined) return this.settle(id, { status: "success", cursor });
    const { errorCode, errorParams, message } = refusal;
    this.settle(id, { status: "error", errorCode, errorParams, message });
  }
}

function changedBy(list: readonly Queued[], { changed, forgotten }: QueueChange): readonly Queued[] {
  const [by, without] = [new Map(changed.map(queued => [queued.id, queued])), new Set(forgotten)];
  return list.flatMap(queued => {
    if (without.has(queued.id)) return [];
    const become = by.get(queued.id);
    // What another tab tells may be older than what is known here.
    if (become === undefined || (queued.status !== "pending" && become.status !== "dismissed")) return queued;
    // It may have the number, too, that it had before all got other ones.
    return { ...become, client: queued.client, seq: queued.seq };
  });
}
