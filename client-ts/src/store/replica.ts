/** The data of scopes as it is here, before types: what is read, what waits for the server, and the other tabs that have the same. */

import type { LogConnection } from "../sync/log";
import { Listeners } from "../sync/listeners";
import type { Copy, FindMutator, KeyOf } from "./copy";
import { newClient, type Keeper, type NewMutation } from "./keeper";
import { LocalData } from "./localData";
import { readTabMessage, type TabMessage } from "./messages";
import { toldOf, type OpenScope } from "./openScope";
import { Pusher } from "./pusher";
import type { WireSettled } from "./queue";
import { Reader } from "./reader";
import type { Dropped, ScopeStatus } from "./storeTypes";
import { aloneTab, type Tabs } from "./tabs";
import { UserConnection } from "./userConnection";
import { Writer, type Write } from "./writer";

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

/** How often it is looked whether something was told in vain, by the server or another tab. */
const SAFETY_NET_MS = 30_000;
/** How long a scope is kept in memory that nobody reads. */
const LEAVES_AFTER_MS = 30_000;
/** How long what another tab reads is kept that says nothing any more. Browsers let one that nobody looks at speak once a minute. */
const FORGOTTEN_AFTER_MS = 300_000;

/** One replica for each tab; one of them leads: it speaks with the server, writes what it hears, and tells the others. */
export class Replica {
  readonly #log: LogConnection;
  readonly #server: UserConnection;
  readonly #local: LocalData;
  readonly #pusher: Pusher;
  readonly #reader: Reader;
  readonly #writer: Writer;
  readonly #drops: Listeners<[Dropped]>;
  /** What was lost before anybody listened. */
  #dropped: readonly Dropped[] = [];
  readonly #undos: (() => void)[] = [];
  readonly #tab = newClient().slice(0, 24);
  /** What each other tab reads, and when it has said so. */
  readonly #wanted = new Map<string, { readonly scopes: ReadonlySet<string>; readonly saidAt: number }>();
  #tabs: Tabs;
  #isClosed = false;

  constructor({ log, user, find, keyOf, open, restore, tabs, onFocus }: ReplicaParts) {
    const { onProblem, random } = log;
    this.#log = log;
    this.#tabs = tabs;
    this.#drops = new Listeners(onProblem);
    this.#server = new UserConnection(log, user, () => this.#reader.refused());
    const local = new LocalData({
      find,
      keyOf,
      onProblem,
      tab: this.#tab,
      write: (write, unlessFull) => this.#writer.write(write, unlessFull),
      tell: message => this.#tell(message),
      onMissed: () => this.#sayWanted(),
    });
    this.#local = local;
    const written = (write: Write): Promise<void> => this.#writer.written(write);
    this.#pusher = new Pusher({ server: this.#server, local, onProblem, random, written });
    this.#reader = new Reader({
      server: this.#server,
      local,
      random,
      landed: scope => this.#pusher.landed(scope),
      flies: scope => this.#pusher.flies(scope),
    });
    this.#writer = new Writer({
      open,
      restore,
      onProblem,
      load: keeper => local.loadQueue(keeper),
      queue: () => local.queue.list,
      waiting: () => local.queue.waiting,
      read: () => new Set([...this.#wanted.values()].flatMap(({ scopes }) => [...scopes]).concat(local.scopes.map(({ name }) => name))),
      onDrop: dropped => this.#drop(dropped),
      onAlone: () => this.#beAlone(),
    });
    this.#join(tabs);
    this.#listen(onFocus);
  }

  /** Asks for a mutation. */
  mutate(mutation: Omit<NewMutation, "id">): { readonly id: string; readonly settled: Promise<WireSettled> } {
    this.#log.use();
    return this.#local.ask(mutation, () => this.#pusher.push());
  }

  /** Reads a scope until the undo that this returns. */
  hold(name: string, changed: () => void): () => void {
    this.#log.use();
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
      if (scope.holders === 0 && !this.#isClosed) scope.leaving = setTimeout(() => this.#leave(scope), LEAVES_AFTER_MS);
    };
  }

  /** The copy of a scope, while somebody reads it. */
  copy(name: string): Copy | undefined {
    return this.#local.copy(name);
  }

  /** How a scope stands; the same object as long as nothing changed. */
  status(name: string): ScopeStatus {
    return this.#local.status(name);
  }

  /** Forgets a mutation that was refused. */
  dismiss(id: string): void {
    this.#local.dismiss(id);
  }

  onDrop(callback: (dropped: Dropped) => void): () => void {
    const before = this.#dropped;
    this.#dropped = [];
    const undo = this.#drops.on(callback);
    queueMicrotask(() => before.forEach(dropped => this.#drops.tell(dropped)));
    return undo;
  }

  /** Lets go of everything; whoever reads on is shown what was here. */
  close(): void {
    if (this.#isClosed) return;
    for (const undo of this.#undos) undo();
    this.#pusher.close();
    this.#reader.close();
    const { leads, scopes } = this.#local;
    // The socket is the next store's, too.
    if (leads && scopes.length > 0) this.#server.unsubscribe(scopes.map(({ name }) => name));
    this.#tell({ kind: "wants", tab: this.#tab, scopes: [] });
    this.#isClosed = true;
    this.#local.leads = false;
    this.#tabs.close();
    this.#writer.close();
  }

  #drop(dropped: Dropped): void {
    if (this.#drops.size === 0) this.#dropped = [...this.#dropped, dropped];
    else this.#drops.tell(dropped);
  }

  #listen(onFocus: ReplicaParts["onFocus"]): void {
    const net = setInterval(() => this.#look(), SAFETY_NET_MS);
    this.#undos.push(
      this.#log.onOpen(isOpen => (isOpen ? this.#opened() : this.#lost())),
      this.#log.onPoke(poke => this.#local.leads && this.#reader.poked(poke)),
      this.#log.onUnsubscribed(unsubscribed => this.#reader.unsubscribed(unsubscribed)),
      onFocus(() => {
        this.#look();
        // The tab that leads may be one that nobody looks at.
        if (!this.#local.leads) this.#tell({ kind: "looked" });
      }),
      () => clearInterval(net),
    );
  }

  // The server.

  #opened(): void {
    if (!this.#local.leads || !this.#log.isOpen() || this.#isClosed) return;
    this.#server.tryAgain();
    this.#reader.readAll();
    this.#pusher.opened();
  }

  #lost(): void {
    this.#server.tryAgain();
    this.#reader.lost();
  }

  /** Looks whether something was told in vain. */
  #look(): void {
    this.#writer.write(async keeper => {
      await this.#local.loadQueue(keeper);
      if (!this.#local.leads) await this.#local.catchUp(keeper);
      this.#pusher.push();
    });
    this.#forgetTabs();
    if (this.#local.leads) this.#ask();
    else this.#sayWanted();
  }

  #ask(): void {
    this.#server.tryAgain();
    this.#reader.readAll();
    this.#pusher.push();
  }

  // The other tabs.

  #join(tabs: Tabs): void {
    this.#tabs = tabs;
    tabs.onHeard(message => {
      const heard = readTabMessage(message);
      if (heard !== null && !this.#isClosed) this.#heard(heard);
    });
    tabs.onLead(() => this.#writer.write(keeper => this.#lead(keeper)));
  }

  #tell(message: TabMessage): void {
    if (!this.#isClosed) this.#tabs.tell(message);
  }

  /** Speaks with the server for itself from now on. */
  #beAlone(): void {
    this.#tabs.close();
    this.#join(aloneTab());
  }

  async #lead(keeper: Keeper): Promise<void> {
    if (this.#isClosed) return;
    // Whoever led before may have written what was not heard here.
    await this.#local.loadQueue(keeper);
    await this.#local.catchUp(keeper);
    this.#local.leads = true;
    await this.#local.tidy(keeper);
    // Those who are still there say it again.
    this.#wanted.clear();
    this.#tell({ kind: "leads" });
    queueMicrotask(() => this.#opened());
  }

  #heard(message: TabMessage): void {
    switch (message.kind) {
      case "leads":
        return this.#look();
      case "looked":
        return this.#local.leads ? this.#ask() : undefined;
      case "wants":
        return this.#want(message.tab, message.scopes);
      default:
        this.#local.hear(message);
        if (message.kind === "added") this.#pusher.push();
    }
  }

  #sayWanted(): void {
    this.#tell({ kind: "wants", tab: this.#tab, scopes: this.#local.scopes.map(({ name }) => name) });
  }

  /** Another tab reads these. */
  #want(tab: string, scopes: readonly string[]): void {
    const before = this.#wanted.get(tab)?.scopes;
    this.#wanted.set(tab, { scopes: new Set(scopes), saidAt: Date.now() });
    // It may not know what is read here.
    if (before === undefined) this.#sayWanted();
    if (!this.#local.leads) return;
    for (const name of scopes) {
      const scope = this.#scope(name);
      this.#tell({ kind: "status", scope: name, ...scope.standing });
      this.#writer.write(keeper => this.#showUnkept(keeper, scope));
    }
    this.#leaveAll(before ?? []);
  }

  /** Forgets tabs that have said nothing for long: they are closed, or sleep, and say it again when they wake up. */
  #forgetTabs(): void {
    for (const [tab, { scopes, saidAt }] of this.#wanted) {
      if (Date.now() - saidAt <= FORGOTTEN_AFTER_MS) continue;
      this.#wanted.delete(tab);
      if (this.#local.leads) this.#leaveAll(scopes);
    }
  }

  /** Leaves those of the scopes that nobody reads here. */
  #leaveAll(names: Iterable<string>): void {
    for (const name of names) {
      const scope = this.#local.scope(name);
      if (scope?.holders === 0) this.#leave(scope);
    }
  }

  /** Tells a copy that another tab cannot read where it is kept. */
  async #showUnkept(keeper: Keeper, scope: OpenScope): Promise<void> {
    if (!scope.isKnown || (await keeper.head(scope.name)) !== null) return;
    this.#tell({ kind: "replaced", scope: scope.name, done: [], copy: toldOf(scope) });
  }

  // Scopes.

  #scope(name: string): OpenScope {
    const known = this.#local.scope(name);
    if (known !== undefined) return known;
    const scope = this.#local.open(name, this.#reader.standing(this.#log.isOpen()));
    if (this.#isClosed) return scope;
    this.#writer.write(async keeper => {
      // Whoever leads since it was opened has looked already.
      await this.#local.catchUp(keeper, [scope]);
      this.#sayWanted();
      if (this.#local.leads) this.#reader.subscribe([scope]);
    });
    return scope;
  }

  #leave(scope: OpenScope): void {
    const isWanted = [...this.#wanted.values()].some(({ scopes }) => scopes.has(scope.name));
    if (scope.holders > 0 || !this.#local.isOpen(scope) || (this.#local.leads && isWanted)) return;
    this.#local.close(scope);
    clearTimeout(scope.retry);
    if (this.#local.leads) this.#server.unsubscribe([scope.name]);
    this.#sayWanted();
  }
}
