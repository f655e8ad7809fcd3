/** The data of scopes as it is here, before types: copies, what waits for the server, and the way there and back. */

import { backoffMs, type Backoff } from "../socket/backoff";
import type { LogConnection } from "../sync/log";
import { Listeners } from "../sync/listeners";
import type { Change, MutationResult, PushedMutation, WireRefusal } from "../wire/log";
import { Copy, type FindMutator, type KeyOf } from "./copy";
import { MemoryKeeper, newClient, type Keeper, type NewMutation, type Queued } from "./keeper";
import { readTabMessage, type TabMessage } from "./messages";
import type { Dropped, RejectedMutation, ScopeStatus } from "./storeTypes";
import { aloneTab, type Tabs } from "./tabs";

/** What came of a mutation, before types. */
export type WireSettled =
  | { readonly status: "success"; readonly cursor: number }
  | ({ readonly status: "error" } & WireRefusal);

/** What a replica is made of. */
export interface ReplicaParts {
  readonly log: LogConnection;
  /** Whose it is; null where nobody is signed in. */
  readonly user: string | null;
  readonly find: FindMutator;
  readonly keyOf: KeyOf;
  /** Opens what outlives the page; where it rejects, `restore` is asked. */
  readonly open: () => Promise<Keeper>;
  /** Begins anew where what was kept cannot be read any more; null where it may be readable again, or nothing can be kept at all. */
  readonly restore: (error: unknown) => Promise<Keeper> | null;
  readonly tabs: Tabs;
  /** Calls back when the page is looked at again; returns its own undo. */
  readonly onFocus: (focused: () => void) => () => void;
}

/** A push under way. What is read meanwhile may have its effects in it, and is taken over when it is known what came of it. */
interface Flight {
  readonly scopes: ReadonlySet<string>;
  readonly landed: Promise<void>;
}

type Timer = ReturnType<typeof setTimeout>;

/** A scope that somebody here reads, or a moment ago. */
interface Scope {
  readonly name: string;
  readonly copy: Copy;
  readonly listeners: Listeners<[]>;
  cursor: number;
  epoch: string;
  /** There is a copy, however old. */
  isKnown: boolean;
  status: ScopeStatus["status"];
  error: ScopeStatus["error"];
  shown: ScopeStatus;
  holders: number;
  /** Lets go of it when nobody has read it for a while. */
  leaving: Timer | undefined;
  isReading: boolean;
  /** There is more than when reading began. */
  readsAgain: boolean;
  failures: number;
  retry: Timer | undefined;
}

const RETRY_BACKOFF: Backoff = { baseMs: 1_000, capMs: 30_000 };
/** How often it is looked whether a poke was lost. */
const SAFETY_NET_MS = 30_000;
/** How long a scope is kept in memory that nobody reads. */
const LEAVES_AFTER_MS = 30_000;
/** How many mutations are sent at once, and how many characters of JSON. */
const BATCH = { mutations: 100, characters: 500_000 };
/** What says that it is worth to ask again. */
const PASSING = new Set(["store-unavailable", "sync-disconnected", "sync-rate-limited", "sync-shutting-down", "sync-timeout", "sync-unavailable", "session-unavailable", "sync-server-failed"]);

const NOT_YET: ScopeStatus = { cursor: 0, pending: 0, rejected: [], status: "offline", error: null };

/**
 * One replica for each tab; one of them leads: it speaks with the server, writes what it hears, and tells the others.
 *
 * What is here is shown at once and written behind that, in one order: a page that ends in between goes on where it had written.
 */
export class Replica {
  readonly #parts: ReplicaParts;
  readonly #scopes = new Map<string, Scope>();
  readonly #drops: Listeners<[Dropped]>;
  readonly #tab = newClient();
  readonly #waiting = new Map<string, (settled: WireSettled) => void>();
  readonly #undos: (() => void)[] = [];
  /** What each tab reads. */
  readonly #wanted = new Map<string, ReadonlySet<string>>();
  #tabs: Tabs;
  #keeper: Keeper = new MemoryKeeper();
  #client = "";
  /** Those with a number, in their order. */
  #queue: readonly Queued[] = [];
  /** Those that will have one. */
  #adding: readonly NewMutation[] = [];
  #dropped: Dropped | null = null;
  #leads = false;
  #isReady = false;
  #isClosed = false;
  #isPushing = false;
  /** What is pushed and not answered yet. */
  #flight: Flight | null = null;
  #failures = 0;
  #retry: Timer | undefined;
  #lastId = 0;
  /** What is written, one after the other. */
  #writing: Promise<void>;

  constructor(parts: ReplicaParts) {
    this.#parts = parts;
    this.#tabs = parts.tabs;
    this.#drops = new Listeners(parts.log.onProblem);
    this.#writing = this.#open();
    this.#join(parts.tabs);
    this.#undos.push(
      parts.log.onOpen(isOpen => (isOpen ? this.#opened() : this.#lost())),
      parts.log.onPoke(({ scope, cursor, changes }) => this.#poked(scope, cursor, changes)),
      parts.onFocus(() => this.#readAll()),
    );
    const net = setInterval(() => this.#readAll(), SAFETY_NET_MS);
    this.#undos.push(() => clearInterval(net));
  }

  /** Asks for a mutation. */
  mutate(mutation: Omit<NewMutation, "id">): { readonly id: string; readonly settled: Promise<WireSettled> } {
    this.#parts.log.use();
    this.#lastId += 1;
    const asked: NewMutation = { ...mutation, id: `${this.#tab.slice(0, 24)}-${this.#lastId.toString(36)}` };
    const settled = new Promise<WireSettled>(settle => this.#waiting.set(asked.id, settle));
    this.#adding = [...this.#adding, asked];
    this.#rebase(mutation.scope);
    this.#write(() => this.#add(asked));
    return { id: asked.id, settled };
  }

  /** Reads a scope until the undo that this returns. */
  hold(name: string, changed: () => void): () => void {
    this.#parts.log.use();
    const scope = this.#scope(name);
    clearTimeout(scope.leaving);
    scope.holders += 1;
    const undo = scope.listeners.on(changed);
    let isHeld = true;
    return () => {
      undo();
      if (!isHeld) return;
      isHeld = false;
      scope.holders -= 1;
      if (scope.holders === 0) scope.leaving = setTimeout(() => this.#leave(scope), LEAVES_AFTER_MS);
    };
  }

  /** The copy of a scope, while somebody reads it. */
  copy(name: string): Copy | undefined {
    return this.#scopes.get(name)?.copy;
  }

  /** How a scope stands; the same object as long as nothing changed. */
  status(name: string): ScopeStatus {
    return this.#scopes.get(name)?.shown ?? NOT_YET;
  }

  /** Forgets a mutation that was refused. */
  dismiss(id: string): void {
    const refused = this.#queue.find(queued => queued.id === id && queued.status === "rejected");
    if (refused === undefined) return;
    this.#changeQueue([], [refused.id]);
    this.#write(async () => {
      await this.#keeper.update([], [refused.id]);
      this.#tell({ kind: "settled", changed: [], forgotten: [refused.id] });
    });
  }

  onDrop(callback: (dropped: Dropped) => void): () => void {
    const before = this.#dropped;
    this.#dropped = null;
    const undo = this.#drops.on(callback);
    // What happened before anybody listened.
    if (before !== null) queueMicrotask(() => this.#drops.tell(before));
    return undo;
  }

  close(): void {
    this.#isClosed = true;
    for (const undo of this.#undos) undo();
    clearTimeout(this.#retry);
    for (const scope of this.#scopes.values()) {
      clearTimeout(scope.retry);
      clearTimeout(scope.leaving);
    }
    this.#tell({ kind: "wants", tab: this.#tab, scopes: [] });
    this.#tabs.close();
    void this.#writing.then(() => this.#keeper.close());
  }

  // What is kept.

  async #open(): Promise<void> {
    try {
      this.#keeper = await this.#parts.open();
      await this.#loadQueue();
    } catch (error) {
      await this.#openAnew(error);
      await this.#loadQueue();
    }
    // What the others read is not what is here.
    if (!this.#keeper.isLasting) this.#beAlone();
    this.#isReady = true;
    // Whoever waits for it is behind this.
    queueMicrotask(() => this.#opened());
  }

  async #openAnew(error: unknown): Promise<void> {
    this.#keeper = new MemoryKeeper();
    this.#parts.log.onProblem({ kind: "store-not-kept", error });
    const restored = this.#parts.restore(error);
    if (restored === null) return;
    try {
      const keeper = await restored;
      await keeper.queue();
      this.#keeper = keeper;
      this.#drop({ reason: "damaged", error });
    } catch {
      // Nothing can be kept: it lives as long as the page.
    }
  }

  #drop(dropped: Dropped): void {
    if (this.#drops.size === 0) this.#dropped = dropped;
    else this.#drops.tell(dropped);
  }

  async #loadQueue(): Promise<void> {
    const { client, queue } = await this.#keeper.queue();
    this.#client = client;
    this.#queue = [...queue].sort((left, right) => left.seq - right.seq);
    // What another tab was told, which has ended before it could say so.
    this.#queue.forEach(queued => this.#answer(queued));
    for (const scope of this.#scopes.keys()) this.#rebase(scope);
  }

  /** Writes behind all that is to be written. What cannot be kept lives as long as the page, and this tab is alone from then on. */
  #write(write: () => Promise<void>): void {
    this.#writing = this.#writing.then(async () => {
      try {
        await write();
      } catch (error) {
        if (!this.#keeper.isLasting) return this.#parts.log.onProblem({ kind: "callback-failed", route: null, error });
        this.#parts.log.onProblem({ kind: "store-not-kept", error });
        this.#keeper = new MemoryKeeper(this.#client, this.#queue);
        this.#beAlone();
        await write().catch((again: unknown) => this.#parts.log.onProblem({ kind: "callback-failed", route: null, error: again }));
      }
    });
  }

  /** Speaks with the server for itself from now on. */
  #beAlone(): void {
    this.#tabs.close();
    this.#join(aloneTab());
  }

  async #add(asked: NewMutation): Promise<void> {
    const queued = await this.#keeper.add(asked);
    this.#adding = this.#adding.filter(({ id }) => id !== asked.id);
    this.#queue = [...this.#queue, queued];
    this.#rebase(asked.scope);
    this.#tell({ kind: "added", queued });
    void this.#push();
  }

  // The other tabs.

  #join(tabs: Tabs): void {
    this.#tabs = tabs;
    tabs.onHeard(message => {
      const heard = readTabMessage(message);
      if (heard !== null && !this.#isClosed) this.#heard(heard);
    });
    tabs.onLead(() => this.#write(() => this.#lead()));
  }

  #tell(message: TabMessage): void {
    if (!this.#isClosed || message.kind === "wants") this.#tabs.tell(message);
  }

  async #lead(): Promise<void> {
    if (this.#isClosed) return;
    this.#leads = true;
    // Whoever led before may have written what was not heard here.
    await this.#loadQueue();
    for (const scope of this.#scopes.values()) await this.#load(scope);
    this.#tell({ kind: "leads" });
    queueMicrotask(() => this.#opened());
  }

  #heard(message: TabMessage): void {
    switch (message.kind) {
      case "leads":
        return this.#sayWanted();
      case "wants":
        return this.#want(message.tab, message.scopes);
      case "added":
        if (!this.#queue.some(({ id }) => id === message.queued.id)) {
          this.#queue = [...this.#queue, message.queued].sort((left, right) => left.seq - right.seq);
          this.#rebase(message.queued.scope);
        }
        return void this.#push();
      case "settled":
        return this.#changeQueue(message.changed, message.forgotten);
      case "restarted":
        return this.#write(() => this.#loadQueue());
      case "moved":
        return this.#follow(message);
      case "replaced": {
        const scope = this.#scopes.get(message.scope);
        if (scope !== undefined) this.#write(() => this.#load(scope));
        return this.#changeQueue([], message.done);
      }
      case "status": {
        const scope = this.#scopes.get(message.scope);
        if (scope !== undefined && !this.#leads) this.#set(scope, message.status, message.error);
      }
    }
  }

  #follow({ scope: name, from, cursor, epoch, changes, done }: Extract<TabMessage, { kind: "moved" }>): void {
    const scope = this.#scopes.get(name);
    if (scope !== undefined && scope.cursor === from && scope.isKnown) this.#move(scope, cursor, epoch, changes);
    else if (scope !== undefined) this.#write(() => this.#load(scope));
    this.#changeQueue([], done);
  }

  #sayWanted(): void {
    this.#tell({ kind: "wants", tab: this.#tab, scopes: [...this.#scopes.keys()] });
  }

  /** Another tab reads these. */
  #want(tab: string, scopes: readonly string[]): void {
    const before = this.#wanted.get(tab) ?? new Set();
    this.#wanted.set(tab, new Set(scopes));
    if (!this.#leads) return;
    for (const name of scopes) {
      const { status, error } = this.#scope(name);
      this.#tell({ kind: "status", scope: name, status, error });
    }
    for (const name of before) {
      const scope = this.#scopes.get(name);
      if (scope?.holders === 0) this.#leave(scope);
    }
  }

  // Scopes.

  #scope(name: string): Scope {
    const known = this.#scopes.get(name);
    if (known !== undefined) return known;
    const failed = (guess: { name: string; version: string }, error: unknown): void =>
      this.#parts.log.onProblem({ kind: "callback-failed", route: `${guess.name}/${guess.version}`, error });
    const scope: Scope = {
      name,
      copy: new Copy(this.#parts.find, this.#parts.keyOf, failed),
      listeners: new Listeners(this.#parts.log.onProblem),
      cursor: 0,
      epoch: "",
      isKnown: false,
      status: this.#parts.log.isOpen() ? "syncing" : "offline",
      error: null,
      shown: NOT_YET,
      holders: 0,
      leaving: undefined,
      isReading: false,
      readsAgain: false,
      failures: 0,
      retry: undefined,
    };
    this.#scopes.set(name, scope);
    this.#rebase(name);
    this.#write(async () => {
      await this.#load(scope);
      this.#sayWanted();
      if (this.#leads) this.#subscribe([scope]);
    });
    return scope;
  }

  #leave(scope: Scope): void {
    const isWanted = [...this.#wanted.values()].some(scopes => scopes.has(scope.name));
    if (scope.holders > 0 || this.#scopes.get(scope.name) !== scope || (this.#leads && isWanted)) return;
    this.#scopes.delete(scope.name);
    clearTimeout(scope.retry);
    if (this.#leads) this.#parts.log.unsubscribe([scope.name]);
    this.#sayWanted();
  }

  /** Takes over the copy that is kept. */
  async #load(scope: Scope): Promise<void> {
    const kept = await this.#keeper.scope(scope.name);
    if (kept === null || this.#scopes.get(scope.name) !== scope) return;
    scope.copy.replace(kept.entities);
    scope.cursor = kept.cursor;
    scope.epoch = kept.epoch;
    scope.isKnown = true;
    this.#rebase(scope.name);
  }

  /** Applies what waits on top, and shows it. */
  #rebase(name: string): void {
    const scope = this.#scopes.get(name);
    if (scope === undefined) return;
    const isOpen = ({ status, cursor = 0 }: Queued): boolean =>
      status === "pending" || (status === "applied" && (!scope.isKnown || cursor > scope.cursor));
    const numbered = this.#queue.filter(queued => queued.scope === name && isOpen(queued));
    scope.copy.rebase([...numbered, ...this.#adding.filter(asked => asked.scope === name)]);
    this.#show(scope);
  }

  #set(scope: Scope, status: ScopeStatus["status"], error: ScopeStatus["error"]): void {
    if (scope.status === status && scope.error?.errorCode === error?.errorCode) return;
    scope.status = status;
    scope.error = error;
    if (this.#leads) this.#tell({ kind: "status", scope: scope.name, status, error });
    this.#show(scope);
  }

  #show(scope: Scope): void {
    const own = this.#queue.filter(queued => queued.scope === scope.name);
    const pending = own.filter(({ status }) => status === "pending").length + this.#adding.filter(asked => asked.scope === scope.name).length;
    const rejected = own.flatMap(queued => rejectedOf(queued) ?? []);
    const { cursor, status, error, shown } = scope;
    const sameRejected = rejected.length === shown.rejected.length && rejected.every(({ id }, index) => id === shown.rejected[index]?.id);
    const isSame = shown.cursor === cursor && shown.pending === pending && sameRejected && shown.status === status && shown.error === error;
    if (!isSame) scope.shown = { cursor, pending, rejected: sameRejected ? shown.rejected : rejected, status, error };
    scope.listeners.tell();
  }

  // From the server.

  #opened(): void {
    if (!this.#isReady || !this.#leads || !this.#parts.log.isOpen() || this.#isClosed) return;
    this.#failures = 0;
    this.#subscribe([...this.#scopes.values()]);
    void this.#push();
  }

  #lost(): void {
    for (const scope of this.#scopes.values()) {
      clearTimeout(scope.retry);
      if (this.#leads) this.#set(scope, "offline", null);
    }
  }

  #subscribe(scopes: readonly Scope[]): void {
    if (scopes.length === 0 || !this.#parts.log.isOpen()) return;
    for (const scope of scopes) this.#set(scope, "syncing", null);
    void this.#parts.log.subscribe({ user: this.#parts.user, scopes: scopes.map(({ name }) => name) }).then(answer => {
      for (const scope of scopes) {
        const of = answer.status === "error" ? answer : answer.scopes[scope.name];
        if (of === undefined) continue;
        if ("errorCode" in of) this.#failed(scope, of);
        else if (scope.isKnown && scope.cursor === of.cursor && scope.epoch === of.epoch) this.#isLive(scope);
        else void this.#read(scope);
      }
    });
  }

  #poked(name: string, cursor: number, changes: readonly Change[]): void {
    if (this.#flight?.scopes.has(name) === true) {
      void this.#flight.landed.then(() => this.#poked(name, cursor, changes));
      return;
    }
    const scope = this.#scopes.get(name);
    if (scope === undefined || !this.#leads || cursor <= scope.cursor) return;
    const follows = scope.isKnown && !scope.isReading && changes[0]?.cursor === scope.cursor + 1;
    if (follows && changes.at(-1)?.cursor === cursor) this.#commit(scope, cursor, scope.epoch, changes);
    else void this.#read(scope);
  }

  #readAll(): void {
    if (!this.#leads || !this.#parts.log.isOpen()) return;
    for (const scope of this.#scopes.values()) if (scope.status === "live") void this.#read(scope);
    void this.#push();
  }

  /** Reads on until there is no more. */
  async #read(scope: Scope): Promise<void> {
    scope.readsAgain = true;
    if (scope.isReading) return;
    scope.isReading = true;
    try {
      while (scope.readsAgain && this.#parts.log.isOpen() && this.#scopes.get(scope.name) === scope && !this.#isClosed) {
        scope.readsAgain = false;
        const isDone = scope.isKnown ? await this.#pull(scope) : await this.#snapshot(scope);
        if (!isDone) return;
      }
      if (this.#parts.log.isOpen()) this.#isLive(scope);
    } finally {
      scope.isReading = false;
    }
  }

  /** Pulls once; returns whether that went well. */
  async #pull(scope: Scope): Promise<boolean> {
    const { name, cursor, epoch } = scope;
    const answer = await this.#parts.log.pull({ user: this.#parts.user, scope: name, cursor, epoch });
    await this.#landed(name);
    if (answer.status === "success") {
      // Nobody else reads meanwhile, but a page of another tab may have led.
      if (scope.cursor !== cursor) return (scope.readsAgain = true);
      if (answer.changes.length > 0 || answer.epoch !== epoch) this.#commit(scope, answer.cursor, answer.epoch, answer.changes);
      if (answer.hasMore) scope.readsAgain = true;
      return true;
    }
    if (answer.errorCode !== "cursor-too-old") return this.#failed(scope, answer);
    scope.isKnown = false;
    return (scope.readsAgain = true);
  }

  /** Takes all that there is, and reads on from there. */
  async #snapshot(scope: Scope): Promise<boolean> {
    const entities: [string, string, unknown][] = [];
    let page: string | undefined;
    for (;;) {
      const answer = await this.#parts.log.snapshot({ user: this.#parts.user, scope: scope.name, page });
      if (answer.status === "error") {
        if (answer.errorCode === "cursor-too-old" && page !== undefined) return (scope.readsAgain = true);
        return this.#failed(scope, answer);
      }
      for (const [entity, all] of Object.entries(answer.data)) {
        for (const [id, data] of Object.entries(all)) entities.push([entity, id, data]);
      }
      page = answer.next;
      if (page === undefined) {
        await this.#landed(scope.name);
        this.#replace(scope, answer.cursor, answer.epoch, entities);
        return (scope.readsAgain = true);
      }
    }
  }

  #isLive(scope: Scope): void {
    scope.failures = 0;
    this.#set(scope, "live", null);
  }

  #failed(scope: Scope, { errorCode, message }: WireRefusal): false {
    if (errorCode === "sync-disconnected") return false;
    this.#set(scope, "error", { errorCode, message });
    if (PASSING.has(errorCode)) {
      scope.failures += 1;
      clearTimeout(scope.retry);
      scope.retry = setTimeout(() => this.#subscribe([scope]), backoffMs(scope.failures, RETRY_BACKOFF, this.#parts.log.random));
    }
    return false;
  }

  /** Moves a copy on, here and in what is kept, and tells the others. */
  #commit(scope: Scope, cursor: number, epoch: string, changes: readonly Change[]): void {
    const { name, cursor: from } = scope;
    const done = this.#done(name, cursor);
    this.#move(scope, cursor, epoch, changes);
    this.#changeQueue([], done);
    this.#write(async () => {
      await this.#keeper.commit(name, { cursor, epoch, changes, done });
      this.#tell({ kind: "moved", scope: name, from, cursor, epoch, changes, done });
    });
  }

  #move(scope: Scope, cursor: number, epoch: string, changes: readonly Change[]): void {
    scope.copy.apply(changes);
    scope.cursor = cursor;
    scope.epoch = epoch;
    this.#rebase(scope.name);
  }

  #replace(scope: Scope, cursor: number, epoch: string, entities: readonly (readonly [string, string, unknown])[]): void {
    const { name } = scope;
    scope.copy.replace(entities);
    scope.cursor = cursor;
    scope.epoch = epoch;
    scope.isKnown = true;
    const done = this.#done(name, cursor);
    this.#changeQueue([], done);
    this.#rebase(name);
    this.#write(async () => {
      await this.#keeper.commit(name, { cursor, epoch, entities, done });
      this.#tell({ kind: "replaced", scope: name, done });
    });
  }

  /** The mutations that are in a copy which has come so far. */
  #done(scope: string, cursor: number): readonly string[] {
    const isIn = (queued: Queued): boolean => queued.scope === scope && queued.status === "applied" && (queued.cursor ?? 0) <= cursor;
    return this.#queue.filter(isIn).map(({ id }) => id);
  }

  // To the server.

  /** Sends what waits, until nothing does. */
  async #push(): Promise<void> {
    if (this.#isPushing || !this.#leads || !this.#isReady) return;
    this.#isPushing = true;
    clearTimeout(this.#retry);
    try {
      let most = BATCH.mutations;
      while (this.#parts.log.isOpen() && !this.#isClosed) {
        const batch = this.#batch(most);
        if (batch.length === 0) return;
        const next = await this.#fly(batch);
        if (next === "later") return;
        most = next === "smaller" ? Math.ceil(batch.length / 2) : BATCH.mutations;
      }
    } finally {
      this.#isPushing = false;
    }
  }

  /** Sends a batch, and keeps what is read meanwhile from being shown together with the guesses about it. */
  async #fly(batch: readonly Queued[]): Promise<"on" | "smaller" | "later"> {
    let land = (): void => {};
    const landed = new Promise<void>(resolve => (land = resolve));
    this.#flight = { scopes: new Set(batch.map(({ scope }) => scope)), landed };
    try {
      return await this.#send(batch);
    } finally {
      this.#flight = null;
      land();
    }
  }

  async #landed(scope: string): Promise<void> {
    while (this.#flight?.scopes.has(scope) === true) await this.#flight.landed;
  }

  async #send(batch: readonly Queued[]): Promise<"on" | "smaller" | "later"> {
    const answer = await this.#parts.log.push({ user: this.#parts.user, client: this.#client, mutations: batch.map(pushed) });
    if (answer.status === "success") return (await this.#settle(batch, answer.results)) ? "on" : "later";
    if (answer.errorCode === "sync-too-large") {
      if (batch.length > 1) return "smaller";
      await this.#settleAll(batch.map(queued => ({ ...queued, status: "rejected", refusal: answer })));
    } else if (answer.errorCode === "sync-id-reused") {
      await this.#restart();
    } else {
      this.#pushLater();
      return "later";
    }
    return "on";
  }

  #batch(most: number): readonly Queued[] {
    const batch: Queued[] = [];
    let characters = 0;
    for (const queued of this.#queue) {
      if (queued.status !== "pending") continue;
      characters += JSON.stringify(queued.args)?.length ?? 0;
      if (batch.length === most || (batch.length > 0 && characters > BATCH.characters)) break;
      batch.push(queued);
    }
    return batch;
  }

  #pushLater(): void {
    this.#failures += 1;
    this.#retry = setTimeout(() => void this.#push(), backoffMs(this.#failures, RETRY_BACKOFF, this.#parts.log.random));
  }

  /** Notes what has become of a batch; returns whether it is worth to go on at once. */
  async #settle(batch: readonly Queued[], results: readonly MutationResult[]): Promise<boolean> {
    const of = new Map(results.map(result => [result.id, result]));
    const changed: Queued[] = [];
    let stuck: WireRefusal | null = null;
    for (const queued of batch) {
      const result = of.get(queued.id);
      if (result === undefined) continue;
      if (result.ok) changed.push({ ...queued, status: "applied", cursor: result.cursor });
      else if (result.isSettled) changed.push({ ...queued, status: "rejected", refusal: result.refusal });
      else stuck ??= result.refusal;
    }
    if (changed.length > 0) {
      this.#failures = 0;
      await this.#settleAll(changed);
    }
    if (stuck === null) return changed.length > 0;
    // The server knows other mutations of this client than we do: it, or we, have lost some.
    const isStranger = stuck.errorCode === "sync-id-reused" || stuck.errorCode === "mutation-out-of-order";
    if (isStranger && changed.length === 0) {
      // Another tab may have added one that was not heard of here.
      if (!(await this.#findsMissing())) await this.#restart();
      return true;
    }
    if (changed.length === 0) this.#pushLater();
    return changed.length > 0;
  }

  async #settleAll(changed: readonly Queued[]): Promise<void> {
    // What nobody reads here is in no copy.
    const isOver = (queued: Queued): boolean => {
      const scope = this.#scopes.get(queued.scope);
      return queued.status === "applied" && (scope === undefined || (scope.isKnown && (queued.cursor ?? 0) <= scope.cursor));
    };
    const forgotten = changed.filter(isOver).map(({ id }) => id);
    const kept = changed.filter(queued => !isOver(queued));
    this.#changeQueue(changed, []);
    this.#changeQueue([], forgotten);
    this.#write(async () => {
      await this.#keeper.update(kept, forgotten);
      this.#tell({ kind: "settled", changed, forgotten });
    });
  }

  /** Looks whether what is kept has something that waits and is not known here, and takes it over. */
  async #findsMissing(): Promise<boolean> {
    const known = new Set(this.#queue.map(({ id }) => id));
    await this.#written(() => this.#loadQueue());
    return this.#queue.some(({ id, status }) => status === "pending" && !known.has(id));
  }

  /** Goes on as another client: what waits is sent with numbers from 1 on. */
  async #restart(): Promise<void> {
    await this.#written(async () => {
      await this.#keeper.restart(newClient());
      await this.#loadQueue();
      this.#tell({ kind: "restarted" });
    });
  }

  /** Writes, and waits until that is done. */
  async #written(write: () => Promise<void>): Promise<void> {
    this.#write(write);
    await this.#writing;
  }

  /** Takes over what has become of mutations, and tells those who wait for it. */
  #changeQueue(changed: readonly Queued[], forgotten: readonly string[]): void {
    if (changed.length === 0 && forgotten.length === 0) return;
    const by = new Map(changed.map(queued => [queued.id, queued]));
    const concerned = new Set(changed.map(({ scope }) => scope));
    for (const queued of this.#queue) if (forgotten.includes(queued.id)) concerned.add(queued.scope);
    // What another tab tells may have the number that it had before all got other ones.
    const now = (queued: Queued): Queued => {
      const become = by.get(queued.id);
      return become === undefined ? queued : { ...become, seq: queued.seq };
    };
    this.#queue = this.#queue.filter(({ id }) => !forgotten.includes(id)).map(now);
    changed.forEach(queued => this.#answer(queued));
    for (const scope of concerned) this.#rebase(scope);
  }

  /** Tells whoever waits for a mutation what has become of it. */
  #answer(queued: Queued): void {
    const settled = settledOf(queued);
    if (settled === null) return;
    this.#waiting.get(queued.id)?.(settled);
    this.#waiting.delete(queued.id);
  }
}

function pushed({ id, seq, name, version, scope, args, after }: Queued): PushedMutation {
  return { id, seq, name, version, scope, args, ...(after !== undefined && { after }) };
}

function settledOf({ status, cursor = 0, refusal }: Queued): WireSettled | null {
  if (status === "pending") return null;
  if (refusal === undefined) return { status: "success", cursor };
  const { errorCode, errorParams, message } = refusal;
  return { status: "error", errorCode, errorParams, message };
}

function rejectedOf({ status, refusal, id, name, version, scope, args }: Queued): RejectedMutation | null {
  if (status !== "rejected" || refusal === undefined) return null;
  const { errorCode, errorParams, message } = refusal;
  return { id, name, version, scope, args, errorCode, errorParams, message };
}
