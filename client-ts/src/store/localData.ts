/** What is here of the data of a store: the scopes that are open, and what waits for the server; shown, kept, and told to the other tabs. */

import type { Change } from "../wire/log";
import type { Copy } from "./copy";
import { isSameHead, newClient, type Keeper, type KeptScope, type NewMutation, type Queued } from "./keeper";
import type { TabMessage } from "./messages";
import { newScope, NOT_YET, toldOf, type OpenScope, type ScopeParts, type Standing } from "./openScope";
import { Queue, type QueueChange, type WireSettled } from "./queue";
import type { RejectedMutation, ScopeStatus } from "./storeTypes";
import type { Write } from "./writer";

export interface LocalParts extends ScopeParts {
  /** What only mutations of this tab begin with. */
  readonly tab: string;
  /** Writes behind all that is to be written. */
  readonly write: (write: Write, unlessFull?: Write) => void;
  /** Tells the other tabs. */
  readonly tell: (message: TabMessage) => void;
  /** Asks the tab that leads for copies that were missed, and are not kept. */
  readonly onMissed: () => void;
}

/** What the tab that leads tells of copies and of what waits. */
type LocalMessage = Extract<TabMessage, { kind: "added" | "settled" | "restarted" | "moved" | "replaced" | "status" }>;

/** How many mutations are known that are in no copy which is kept, since nobody reads their scope. */
const MOST_APPLIED = 500;
/** How many of other tabs are known that were dismissed. */
const MOST_DISMISSED = 100;

/**
 * What is here is shown at once and written behind that, in one order. The tab that leads moves copies on and settles mutations; the others
 * follow what it tells them.
 */
export class LocalData {
  readonly queue: Queue;
  readonly #parts: LocalParts;
  readonly #scopes = new Map<string, OpenScope>();
  /** Whether this tab speaks with the server. */
  leads = false;
  /** Counts what other tabs have told of the queue. */
  #heard = 0;

  constructor(parts: LocalParts) {
    this.#parts = parts;
    this.queue = new Queue(parts.tab);
  }

  // Scopes.

  /** Those that are open. */
  get scopes(): readonly OpenScope[] {
    return [...this.#scopes.values()];
  }

  scope(name: string): OpenScope | undefined {
    return this.#scopes.get(name);
  }

  /** Whether nobody has let go of a scope meanwhile. */
  isOpen(scope: OpenScope): boolean {
    return this.#scopes.get(scope.name) === scope;
  }

  copy(name: string): Copy | undefined {
    return this.#scopes.get(name)?.copy;
  }

  status(name: string): ScopeStatus {
    return this.#scopes.get(name)?.shown ?? NOT_YET;
  }

  /** Opens a scope, with nothing in it yet. */
  open(name: string, standing: Standing): OpenScope {
    const scope = newScope(name, standing, this.#parts);
    this.#scopes.set(name, scope);
    this.#rebase(name);
    return scope;
  }

  close(scope: OpenScope): void {
    this.#scopes.delete(scope.name);
  }

  /** Says where a scope stands with the server. */
  stand(scope: OpenScope, standing: Standing): void {
    const { status, error } = scope.standing;
    if (status === standing.status && error?.errorCode === standing.error?.errorCode) return;
    scope.standing = standing;
    if (this.leads) this.#parts.tell({ kind: "status", scope: scope.name, ...standing });
    this.#show(scope);
  }

  /** Takes over the copy that is kept; returns whether one is. */
  async load(keeper: Keeper, scope: OpenScope): Promise<boolean> {
    const kept = await keeper.scope(scope.name);
    // What was read may have been told of meanwhile.
    const isOlder = scope.isKnown && kept?.epoch === scope.epoch && kept.cursor < scope.cursor;
    if (kept !== null && !isOlder && this.isOpen(scope)) this.#takeOver(scope, kept);
    return kept !== null;
  }

  /** Takes over what is kept of scopes, of all that are open if none are named, where that is not what is here. */
  async catchUp(keeper: Keeper, scopes: readonly OpenScope[] = this.scopes): Promise<void> {
    for (const scope of scopes) {
      const head = scope.isKnown ? await keeper.head(scope.name) : undefined;
      if (head === undefined || (head !== null && !isSameHead(head, scope))) await this.load(keeper, scope);
    }
  }

  #takeOver(scope: OpenScope, { cursor, epoch, entities }: KeptScope): void {
    scope.copy.replace(entities);
    Object.assign(scope, { cursor, epoch, isKnown: true });
    this.#rebase(scope.name);
  }

  #move(scope: OpenScope, cursor: number, epoch: string, changes: readonly Change[]): void {
    scope.copy.apply(changes);
    Object.assign(scope, { cursor, epoch });
    this.#rebase(scope.name);
  }

  /** Applies what waits on top, and shows it. */
  #rebase(name: string): void {
    const scope = this.#scopes.get(name);
    if (scope === undefined) return;
    const isOpen = ({ status, cursor = 0 }: Queued): boolean =>
      status === "pending" || (status === "applied" && (!scope.isKnown || cursor > scope.cursor));
    const numbered = this.queue.list.filter(queued => queued.scope === name && isOpen(queued));
    scope.copy.rebase([...numbered, ...this.queue.adding.filter(asked => asked.scope === name)]);
    this.#show(scope);
  }

  #show(scope: OpenScope): void {
    const own = this.queue.list.filter(queued => queued.scope === scope.name);
    const adding = this.queue.adding.filter(asked => asked.scope === scope.name);
    const pending = own.filter(({ status }) => status === "pending").length + adding.length;
    const rejected = own.flatMap(queued => rejectedOf(queued) ?? []);
    const { cursor, standing, shown } = scope;
    const sameRejected = rejected.length === shown.rejected.length && rejected.every(({ id }, index) => id === shown.rejected[index]?.id);
    const isSame = shown.cursor === cursor && shown.pending === pending && sameRejected;
    if (!isSame || shown.status !== standing.status || shown.error !== standing.error) {
      scope.shown = { cursor, pending, rejected: sameRejected ? shown.rejected : rejected, ...standing };
    }
    scope.listeners.tell();
  }

  // What waits.

  /** Lets a mutation wait; `added` is called when it has its number. */
  ask(mutation: Omit<NewMutation, "id">, added: () => void): { readonly id: string; readonly settled: Promise<WireSettled> } {
    const { asked, settled } = this.queue.ask(mutation);
    this.#rebase(asked.scope);
    this.#parts.write(async keeper => {
      const queued = await keeper.add(asked);
      this.#add(queued);
      this.#parts.tell({ kind: "added", queued });
      added();
    });
    return { id: asked.id, settled };
  }

  /** Forgets a mutation that was refused. */
  dismiss(id: string): void {
    const refused = this.queue.list.find(queued => queued.id === id && queued.status === "rejected");
    if (refused === undefined) return;
    const dismissed: Queued = { ...refused, status: "dismissed" };
    const before = this.queue.list.filter(({ status }) => status === "dismissed").map(queued => queued.id);
    const forgotten = this.queue.isOwn(id) ? [id] : before.slice(0, Math.max(0, before.length + 1 - MOST_DISMISSED));
    const change = { changed: [dismissed], forgotten };
    this.#change(change, async keeper => {
      await keeper.update(forgotten.includes(id) ? [] : [dismissed], forgotten);
      this.#parts.tell({ kind: "settled", ...change });
    });
  }

  /** Notes what the server has made of mutations. */
  settle(changed: readonly Queued[]): void {
    const oldest = this.#tooMany(changed);
    this.#change({ changed, forgotten: oldest }, async keeper => {
      const over = await this.#over(keeper, changed);
      const atOnce = over.filter(id => this.queue.isOwn(id));
      await keeper.update(changed.filter(({ id }) => !atOnce.includes(id)), [...atOnce, ...oldest]);
      this.#take({ changed: [], forgotten: over });
      this.#parts.tell({ kind: "settled", changed, forgotten: over });
      // What has become of those of other tabs is kept until they were told: this page may end before it can.
      const others = over.filter(id => !atOnce.includes(id));
      if (others.length > 0) await keeper.update([], others);
    });
  }

  /** Tells the other tabs what has become of mutations that a page may not have told of which led before, and forgets those that are over. */
  async tidy(keeper: Keeper): Promise<void> {
    const settled = this.queue.list.filter(({ status }) => status !== "pending");
    if (settled.length === 0) return;
    const over = await this.#over(keeper, settled);
    this.#take({ changed: [], forgotten: over });
    this.#parts.tell({ kind: "settled", changed: settled, forgotten: over });
    if (over.length > 0) await keeper.update([], over);
  }

  /** Those that are in the copy that is kept of their scope, or whose scope has none. */
  async #over(keeper: Keeper, changed: readonly Queued[]): Promise<readonly string[]> {
    const over: string[] = [];
    for (const { id, status, scope: name, cursor = 0 } of changed) {
      if (status !== "applied") continue;
      const scope = this.#scopes.get(name);
      // A copy is on its way that has it, or has not.
      if (scope?.isKnown === false) continue;
      const head = await keeper.head(name);
      if (cursor <= (head?.cursor ?? scope?.cursor ?? cursor)) over.push(id);
    }
    return over;
  }

  /**
   * The oldest of those that are applied and in a scope that nobody reads, where these are too many with some more: one that is read again lacks them
   * until it is read from the server.
   */
  #tooMany(more: readonly Queued[]): readonly string[] {
    const isLeft = ({ status, scope }: Queued): boolean => status === "applied" && !this.#scopes.has(scope);
    const kept = this.queue.list.filter(isLeft);
    return kept.slice(0, Math.max(0, kept.length + more.filter(isLeft).length - MOST_APPLIED)).map(({ id }) => id);
  }

  /** Takes over the mutations that are kept. */
  async loadQueue(keeper: Keeper): Promise<void> {
    let [heard, kept] = [this.#heard, await keeper.queue()];
    // What was told meanwhile may be newer than what was read.
    while (heard !== this.#heard) [heard, kept] = [this.#heard, await keeper.queue()];
    this.queue.load(kept);
    for (const [id, name] of this.queue.missing()) {
      const [scope, head] = [this.#scopes.get(name), await keeper.head(name)];
      this.queue.settle(id, { status: "success", cursor: Math.max(head?.cursor ?? 0, scope?.isKnown === true ? scope.cursor : 0) });
    }
    for (const name of this.#scopes.keys()) this.#rebase(name);
  }

  /** Goes on as another client: what waits is sent with numbers from 1 on. */
  async restart(keeper: Keeper): Promise<void> {
    await keeper.restart(newClient());
    await this.loadQueue(keeper);
    this.#parts.tell({ kind: "restarted" });
  }

  #add(queued: Queued): void {
    this.queue.add(queued);
    this.#rebase(queued.scope);
  }

  /** Changes what waits here at once, and what is kept behind that. */
  #change(change: QueueChange, write: Write, unlessFull?: Write): void {
    this.#take(change);
    const written = this.queue.writing(change);
    const noting = (then: Write): Write => async keeper => {
      await then(keeper);
      written();
    };
    this.#parts.write(noting(write), unlessFull && noting(unlessFull));
  }

  #take(change: QueueChange): void {
    for (const scope of this.queue.change(change)) this.#rebase(scope);
  }

  // What the server tells.

  /** Moves a copy on. */
  commit(scope: OpenScope, cursor: number, epoch: string, changes: readonly Change[]): void {
    const { name } = scope;
    const from = { cursor: scope.cursor, epoch: scope.epoch };
    const done = this.#done(name, cursor);
    const told = { kind: "moved", scope: name, from: from.cursor, cursor, epoch, changes, done } as const;
    this.#move(scope, cursor, epoch, changes);
    const write: Write = async keeper => {
      // What is kept may be gone, to make room.
      const isKept = scope.isUnkept || (await keeper.commit(name, { from, cursor, epoch, changes, done }));
      if (!isKept) await keeper.commit(name, { ...toldOf(scope), done });
      if (scope.isUnkept) await keeper.update([], done);
      this.#parts.tell(told);
    };
    this.#change({ changed: [], forgotten: done }, write, keeper => this.#unkept(keeper, scope, done, told));
  }

  /** Puts another copy in the place of one. */
  replace(scope: OpenScope, copy: KeptScope): void {
    const { name } = scope;
    // What was applied in another life of the data is in this one, or is lost.
    const isOtherLife = scope.epoch !== "" && scope.epoch !== copy.epoch;
    const done = this.#done(name, isOtherLife ? Infinity : copy.cursor);
    this.#takeOver(scope, copy);
    const write: Write = async keeper => {
      await keeper.commit(name, { ...copy, done });
      scope.isUnkept = false;
      this.#parts.tell({ kind: "replaced", scope: name, done });
    };
    this.#change({ changed: [], forgotten: done }, write, keeper => this.#unkept(keeper, scope, done, { kind: "replaced", scope: name, done, copy }));
  }

  /** Goes on without keeping a copy: there is no room for it, but for what waits. */
  async #unkept(keeper: Keeper, scope: OpenScope, done: readonly string[], told: TabMessage): Promise<void> {
    const others = this.scopes.filter(other => other !== scope).map(({ name }) => name);
    await keeper.drop(new Set(others));
    await keeper.update([], done);
    scope.isUnkept = true;
    this.#parts.tell(told);
  }

  // What the tab that leads tells.

  /** Follows what another tab tells. */
  hear(message: LocalMessage): void {
    if (message.kind === "status") {
      const { status, error } = message;
      const scope = this.#scopes.get(message.scope);
      if (scope !== undefined && !this.leads) this.stand(scope, { status, error });
      return;
    }
    this.#heard += 1;
    if (message.kind === "added") this.#add(message.queued);
    else if (message.kind === "settled") this.#take(message);
    else if (message.kind === "restarted") this.#parts.write(keeper => this.loadQueue(keeper));
    else this.#follow(message);
  }

  #follow(message: Extract<LocalMessage, { kind: "moved" | "replaced" }>): void {
    const scope = this.#scopes.get(message.scope);
    const forget = (): void => this.#take({ changed: [], forgotten: message.done });
    if (scope === undefined) return forget();
    if (message.kind === "moved" && scope.isKnown && scope.cursor === message.from) {
      this.#move(scope, message.cursor, message.epoch, message.changes);
      return forget();
    }
    if (message.kind === "replaced" && message.copy !== undefined) {
      this.#takeOver(scope, message.copy);
      return forget();
    }
    this.#parts.write(async keeper => {
      // A copy that is not kept has to be told.
      if (!(await this.load(keeper, scope))) this.#parts.onMissed();
      forget();
    });
  }

  /** The mutations that are in a copy which has come so far. */
  #done(scope: string, cursor: number): readonly string[] {
    const isIn = (queued: Queued): boolean => queued.scope === scope && queued.status === "applied" && (queued.cursor ?? 0) <= cursor;
    return this.queue.list.filter(isIn).map(({ id }) => id);
  }
}

function rejectedOf({ status, refusal, id, name, version, scope, args }: Queued): RejectedMutation | null {
  if (status !== "rejected" || refusal === undefined) return null;
  const { errorCode, errorParams, message } = refusal;
  return { id, name, version, scope, args, errorCode, errorParams, message };
}
