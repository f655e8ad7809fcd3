/** A server of durable data in the hands of a test: one page of memory, that can be slow, lose answers, trim its log and refuse. */

import type { LogConnection } from "../sync/log";
import { Listeners } from "../sync/listeners";
import type {
  Change,
  MutationResult,
  Poke,
  Pull,
  PullAnswer,
  Push,
  PushAnswer,
  ScopeHead,
  Snapshot,
  SnapshotAnswer,
  Subscribe,
  SubscribeAnswer,
  Unsubscribed,
  WireRefusal,
} from "../wire/log";
import type { WireFailure } from "../wire/answers";
import { turns } from "./turns";

/** What the server makes of a mutation: changes of its scope's data, or a code. */
export type Apply = (data: Map<string, unknown>, name: string, args: unknown) => string | undefined;

/** Who is signed in. */
type User = string | null;

interface ServerScope {
  data: Map<string, unknown>;
  readonly log: Change[];
  /** What was so at each cursor of this life of the data. */
  readonly past: ReadonlyMap<string, unknown>[];
  head: number;
  floor: number;
  epoch: string;
}

interface ServerClient {
  last: number;
  readonly outcomes: Map<number, { readonly id: string; readonly result: MutationResult }>;
}

const refusal = (errorCode: string, errorParams: object = {}): WireRefusal => ({
  errorCode,
  errorParams: errorParams as Readonly<Record<string, unknown>>,
  message: `${errorCode}.`,
});
const failure = (errorCode: string): WireFailure => ({ status: "error", httpStatus: 409, ...refusal(errorCode) });

export class LogServer {
  readonly scopes: Map<string, ServerScope> = new Map();
  readonly clients: Map<string, ServerClient> = new Map();
  readonly connections: Set<TestConnection> = new Set();
  /** How often each mutation was applied. */
  readonly applied: Map<string, number> = new Map();
  /** What came of each mutation, and in whose name it was asked for. */
  readonly outcomes: Map<string, { readonly result: MutationResult; readonly user: User }> = new Map();
  /** The mutations that are never done in time, and nobody knows when they will be. */
  readonly stuck: Set<string> = new Set();
  /** Scopes that cannot be read at the moment, and why. */
  readonly failing: Map<string, string> = new Map();
  readonly #forbidden = new Map<User, Set<string>>();
  readonly #apply: Apply;
  #epochs = 0;

  constructor(apply: Apply) {
    this.#apply = apply;
  }

  scope(name: string): ServerScope {
    const known = this.scopes.get(name);
    if (known !== undefined) return known;
    const scope: ServerScope = { data: new Map(), log: [], past: [new Map()], head: 0, floor: 0, epoch: this.#epoch() };
    this.scopes.set(name, scope);
    return scope;
  }

  /** Writes something that no client here has asked for. */
  write(name: string, id: string, data: unknown): void {
    this.#commit(name, new Map([[id, data]]));
  }

  /** Writes what a source tells of a row, which may be what it has told before: then nothing has changed. */
  read(name: string, id: string, data: unknown): void {
    const known = this.scope(name).data;
    if (JSON.stringify(known.get(id)) !== JSON.stringify(data)) this.write(name, id, data);
  }

  /** Reads a source anew: what was missed is in no change, and whoever has read before takes it as a whole. */
  renew(name: string, rows: ReadonlyMap<string, unknown>): void {
    const scope = this.scope(name);
    scope.data = new Map(rows);
    scope.past.push(new Map(rows));
    Object.assign(scope, { head: scope.head + 1, floor: scope.head + 1, epoch: this.#epoch() });
    scope.log.length = 0;
    for (const connection of this.connections) connection.poke({ scope: name, cursor: scope.head, changes: [] });
  }

  /** Forgets the changes up to a cursor. */
  trim(name: string, floor: number = this.scope(name).head): void {
    const scope = this.scope(name);
    scope.floor = Math.max(scope.floor, floor);
    const kept = scope.log.filter(({ cursor }) => cursor > scope.floor);
    scope.log.splice(0, scope.log.length, ...kept);
  }

  /** Goes back to what was so at a cursor, as if from a backup: what follows is another life of the data. */
  rewind(name: string, cursor: number): void {
    const scope = this.scope(name);
    scope.data = new Map(scope.past[cursor]);
    scope.past.splice(cursor + 1);
    Object.assign(scope, { head: cursor, floor: Math.min(scope.floor, cursor), epoch: this.#epoch() });
    scope.log.splice(0, scope.log.length, ...scope.log.filter(change => change.cursor <= cursor));
  }

  /** Takes a scope away from a user: whoever is told of it is told so, and no more. */
  forbid(user: User, name: string): void {
    this.#forbidden.set(user, new Set(this.#forbidden.get(user)).add(name));
    for (const connection of this.connections) if (connection.user === user) connection.end(name, refusal("scope-forbidden"));
  }

  /** Gives a scope back, which nobody is told. */
  allow(user: User, name: string): void {
    this.#forbidden.get(user)?.delete(name);
  }

  /** Why a user cannot read a scope, if so. */
  refuses(user: User, name: string): string | undefined {
    return this.isForbidden(user, name) ? "scope-forbidden" : this.failing.get(name);
  }

  isForbidden(user: User, name: string): boolean {
    return this.#forbidden.get(user)?.has(name) === true;
  }

  push(user: User, { client: name, mutations }: Push): PushAnswer {
    const client = this.clients.get(name) ?? { last: 0, outcomes: new Map() };
    this.clients.set(name, client);
    return { status: "success", results: mutations.map(mutation => this.#settle(user, client, mutation)) };
  }

  pull(name: string, cursor: number, epoch: string | undefined, limit = 3): PullAnswer {
    const scope = this.scope(name);
    const isOther = cursor > 0 && epoch !== undefined && epoch !== "" && epoch !== scope.epoch;
    if (cursor < scope.floor || cursor > scope.head || isOther) return failure("cursor-too-old");
    const changes = scope.log.filter(change => change.cursor > cursor).slice(0, limit);
    const end = changes.at(-1)?.cursor ?? cursor;
    return { status: "success", changes, cursor: end, hasMore: end < scope.head, epoch: scope.epoch };
  }

  snapshot(name: string): SnapshotAnswer {
    const { data, head, epoch } = this.scope(name);
    return { status: "success", data: { item: Object.fromEntries(data) }, cursor: head, epoch, next: undefined };
  }

  #epoch(): string {
    this.#epochs += 1;
    return `e${this.#epochs}`;
  }

  #settle(user: User, client: ServerClient, mutation: Push["mutations"][number]): MutationResult {
    const { id, seq } = mutation;
    const unsettled = (code: string, params?: object): MutationResult => ({ id, ok: false, isSettled: false, refusal: refusal(code, params) });
    const known = client.outcomes.get(seq);
    if (known !== undefined) return known.id === id ? known.result : unsettled("sync-id-reused");
    if (seq !== client.last + 1) return unsettled("mutation-out-of-order", { expected: client.last + 1 });
    if (this.stuck.has(id)) return unsettled("sync-timeout");
    const failing = this.failing.get(mutation.scope);
    if (failing !== undefined) return unsettled(failing);
    client.last = seq;
    const result = this.#run(user, client, mutation);
    client.outcomes.set(seq, { id, result });
    this.outcomes.set(id, { result, user });
    return result;
  }

  #run(user: User, client: ServerClient, { id, seq, name, scope, args, after }: Push["mutations"][number]): MutationResult {
    const refused = (code: string): MutationResult => ({ id, ok: false, isSettled: true, refusal: refusal(code) });
    if (this.isForbidden(user, scope)) return refused("scope-forbidden");
    if (after === "success" && client.outcomes.get(seq - 1)?.result.ok === false) return refused("mutation-skipped");
    const { data } = this.scope(scope);
    const now = new Map(data);
    const code = this.#apply(now, name, args);
    if (code !== undefined) return refused(code);
    this.applied.set(id, (this.applied.get(id) ?? 0) + 1);
    const written = new Map<string, unknown>();
    for (const [key, value] of now) if (!Object.is(data.get(key), value)) written.set(key, value);
    for (const key of data.keys()) if (!now.has(key)) written.set(key, undefined);
    return { id, ok: true, cursor: this.#commit(scope, written) };
  }

  #commit(name: string, written: ReadonlyMap<string, unknown>): number {
    const scope = this.scope(name);
    const changes: Change[] = [];
    for (const [id, data] of written) {
      scope.head += 1;
      const op = data === undefined ? "delete" : scope.data.has(id) ? "update" : "create";
      changes.push({ cursor: scope.head, entity: "item", id, op, data, ts: scope.head });
      if (data === undefined) scope.data.delete(id);
      else scope.data.set(id, data);
      scope.past.push(new Map(scope.data));
    }
    scope.log.push(...changes);
    if (changes.length > 0) {
      for (const connection of this.connections) connection.poke({ scope: name, cursor: scope.head, changes });
    }
    return scope.head;
  }
}

/** A connection of a client to such a server. */
export class TestConnection implements LogConnection {
  readonly #server: LogServer;
  readonly #pokes = new Listeners<[Poke]>(() => {});
  readonly #unsubscribed = new Listeners<[Unsubscribed]>(() => {});
  readonly #openings = new Listeners<[boolean]>(() => {});
  /** Who has subscribed to what. */
  readonly #subscribed = new Map<string, User>();
  readonly problems: unknown[] = [];
  /** Whose session it is. */
  user: User;
  /** How many answers are lost from now on, though the server has done what they answer. */
  loses = 0;
  /** How many turns later pushes are answered than what they change is told. */
  lag = 0;
  /** How many turns later an answer, or something else, comes than it could. */
  delay: () => number = () => 0;
  /** How many turns later a push comes to the server once more; null where it does not. */
  repeats: () => number | null = () => null;
  /** Whether pokes are lost. */
  isDeaf = false;
  #isOpen = false;
  /** Counts sockets. */
  #socket = 0;
  #told: Promise<void> = Promise.resolve();
  /** Counts what was sent. */
  readonly sent: string[] = [];
  readonly random = (): number => 0.5;
  readonly onProblem = (problem: unknown): void => void this.problems.push(problem);
  readonly use = (): void => {};
  readonly isOpen = (): boolean => this.#isOpen;

  constructor(server: LogServer, user: User = "ada") {
    this.#server = server;
    this.user = user;
    server.connections.add(this);
  }

  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#socket += 1;
    this.#openings.tell(true);
  }

  lose(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#subscribed.clear();
    this.#openings.tell(false);
  }

  /** The session of this socket is another user's from now on. Whether the server looks at once, or tells for a while what it may not. */
  signIn(user: User, isNoticed = true): void {
    this.user = user;
    if (!isNoticed) return;
    for (const [scope, asker] of this.#subscribed) if (asker !== user) this.end(scope, refusal("auth-user-changed"));
  }

  poke(poke: Poke): void {
    if (this.#subscribed.has(poke.scope) && !this.isDeaf) this.#tell(() => this.#pokes.tell(poke));
  }

  /** Tells no more of a scope, and says why. */
  end(scope: string, why: WireRefusal): void {
    if (this.#subscribed.delete(scope)) this.#tell(() => this.#unsubscribed.tell({ scope, ...why }));
  }

  readonly push = (push: Push): Promise<PushAnswer> => {
    const repeat = this.repeats();
    if (repeat !== null) void turns(repeat).then(() => push.user === this.user && this.#server.push(this.user, push));
    return this.#answer("push", push, () => this.#server.push(this.user, push), this.lag);
  };
  readonly pull = (pull: Pull): Promise<PullAnswer> =>
    this.#answer("pull", pull, () => this.#readable(pull.scope, () => this.#server.pull(pull.scope, pull.cursor, pull.epoch)));
  readonly snapshot = (snapshot: Snapshot): Promise<SnapshotAnswer> =>
    this.#answer("snapshot", snapshot, () => this.#readable(snapshot.scope, () => this.#server.snapshot(snapshot.scope)));
  readonly subscribe = (subscribe: Subscribe): Promise<SubscribeAnswer> =>
    this.#answer("subscribe", subscribe, () => {
      const heads: [string, ScopeHead | WireRefusal][] = subscribe.scopes.map(name => {
        const code = this.#server.refuses(this.user, name);
        if (code !== undefined) return [name, refusal(code)];
        this.#subscribed.set(name, subscribe.user);
        const { head, epoch } = this.#server.scope(name);
        return [name, { cursor: head, epoch }];
      });
      return { status: "success", scopes: Object.fromEntries(heads) };
    });
  /** The scopes that this socket is subscribed to. */
  get subscribed(): readonly string[] {
    return [...this.#subscribed.keys()].sort();
  }

  readonly unsubscribe = (scopes: readonly string[]): void => scopes.forEach(scope => this.#subscribed.delete(scope));
  readonly onPoke = (heard: (poke: Poke) => void): (() => void) => this.#pokes.on(heard);
  readonly onUnsubscribed = (heard: (unsubscribed: Unsubscribed) => void): (() => void) => this.#unsubscribed.on(heard);
  readonly onOpen = (changed: (isOpen: boolean) => void): (() => void) => this.#openings.on(changed);

  #readable<Answer>(scope: string, answer: () => Answer): Answer | WireFailure {
    const code = this.#server.refuses(this.user, scope);
    return code === undefined ? answer() : failure(code);
  }

  /** Tells something unasked, in the order in which it is told. */
  #tell(tell: () => void): void {
    const socket = this.#socket;
    this.#told = this.#told.then(() => turns(this.delay())).then(() => void (this.#isOpen && socket === this.#socket && tell()));
  }

  async #answer<Answer>(
    what: string,
    asked: { readonly user: User },
    answer: () => Answer | WireFailure,
    lag = 0,
  ): Promise<Answer | WireFailure> {
    this.sent.push(what);
    if (!this.#isOpen) return failure("sync-disconnected");
    const socket = this.#socket;
    // As it would travel: nothing is shared.
    const answered: unknown = structuredClone(asked.user === this.user ? answer() : failure("auth-user-changed"));
    await turns(1 + lag + this.delay());
    if (!this.#isOpen || socket !== this.#socket) return failure("sync-disconnected");
    if (this.loses > 0) {
      this.loses -= 1;
      return failure("sync-timeout");
    }
    return answered as Answer;
  }
}
