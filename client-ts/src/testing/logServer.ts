/** A server of durable data in the hands of a test: one page of memory, that can be slow, lose answers, trim its log and refuse. */

import type { LogConnection } from "../sync/log";
import { Listeners } from "../sync/listeners";
import type { Change, MutationResult, Poke, PullAnswer, Push, PushAnswer, ScopeHead, SnapshotAnswer, Subscribe, SubscribeAnswer, Unsubscribed, WireRefusal } from "../wire/log";
import type { WireFailure } from "../wire/answers";

/** What the server makes of a mutation: changes of its scope's data, or a code. */
export type Apply = (data: Map<string, unknown>, name: string, args: unknown) => string | undefined;

interface ServerScope {
  readonly data: Map<string, unknown>;
  readonly log: Change[];
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
  readonly #apply: Apply;

  constructor(apply: Apply) {
    this.#apply = apply;
  }

  scope(name: string): ServerScope {
    const known = this.scopes.get(name);
    if (known !== undefined) return known;
    const scope: ServerScope = { data: new Map(), log: [], head: 0, floor: 0, epoch: `e${this.scopes.size + 1}` };
    this.scopes.set(name, scope);
    return scope;
  }

  /** Writes something that no client here has asked for. */
  write(name: string, id: string, data: unknown): void {
    this.#commit(name, new Map([[id, data]]));
  }

  /** Forgets the changes up to a cursor. */
  trim(name: string, floor: number = this.scope(name).head): void {
    const scope = this.scope(name);
    scope.floor = Math.max(scope.floor, floor);
    const kept = scope.log.filter(({ cursor }) => cursor > scope.floor);
    scope.log.splice(0, scope.log.length, ...kept);
  }

  push({ client: name, mutations }: Push): PushAnswer {
    const client = this.clients.get(name) ?? { last: 0, outcomes: new Map() };
    this.clients.set(name, client);
    return { status: "success", results: mutations.map(mutation => this.#settle(client, mutation)) };
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

  #settle(client: ServerClient, { id, seq, name, scope, args, after }: Push["mutations"][number]): MutationResult {
    const known = client.outcomes.get(seq);
    if (known !== undefined) {
      return known.id === id ? known.result : { id, ok: false, isSettled: false, refusal: refusal("sync-id-reused") };
    }
    if (seq !== client.last + 1) {
      return { id, ok: false, isSettled: false, refusal: refusal("mutation-out-of-order", { expected: client.last + 1 }) };
    }
    client.last = seq;
    const result = this.#run(client, id, seq, name, scope, args, after);
    client.outcomes.set(seq, { id, result });
    return result;
  }

  #run(client: ServerClient, id: string, seq: number, name: string, scope: string, args: unknown, after: string | undefined): MutationResult {
    if (after === "success" && client.outcomes.get(seq - 1)?.result.ok === false) {
      return { id, ok: false, isSettled: true, refusal: refusal("mutation-skipped") };
    }
    const { data } = this.scope(scope);
    const now = new Map(data);
    const code = this.#apply(now, name, args);
    if (code !== undefined) return { id, ok: false, isSettled: true, refusal: refusal(code) };
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
  readonly #subscribed = new Set<string>();
  readonly problems: unknown[] = [];
  /** How many answers are lost from now on, though the server has done what they answer. */
  loses = 0;
  /** How many turns later pushes are answered than what they change is told. */
  lag = 0;
  /** Whether pokes are lost. */
  isDeaf = false;
  /** What scopes may not be read. */
  readonly forbidden: Set<string> = new Set();
  #isOpen = false;
  /** Counts what was sent. */
  readonly sent: string[] = [];
  readonly random = (): number => 0.5;
  readonly onProblem = (problem: unknown): void => void this.problems.push(problem);
  readonly use = (): void => {};
  readonly isOpen = (): boolean => this.#isOpen;

  constructor(server: LogServer) {
    this.#server = server;
    server.connections.add(this);
  }

  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#openings.tell(true);
  }

  lose(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#subscribed.clear();
    this.#openings.tell(false);
  }

  poke(poke: Poke): void {
    if (this.#isOpen && this.#subscribed.has(poke.scope) && !this.isDeaf) queueMicrotask(() => this.#isOpen && this.#pokes.tell(poke));
  }

  readonly push = (push: Push): Promise<PushAnswer> => this.#answer("push", () => this.#server.push(push));
  readonly pull = ({ scope, cursor, epoch }: { scope: string; cursor: number; epoch?: string | undefined }): Promise<PullAnswer> =>
    this.#answer("pull", () => (this.forbidden.has(scope) ? failure("scope-forbidden") : this.#server.pull(scope, cursor, epoch)));
  readonly snapshot = ({ scope }: { scope: string }): Promise<SnapshotAnswer> =>
    this.#answer("snapshot", () => (this.forbidden.has(scope) ? failure("scope-forbidden") : this.#server.snapshot(scope)));
  readonly subscribe = ({ scopes }: Subscribe): Promise<SubscribeAnswer> =>
    this.#answer("subscribe", () => {
      const heads: [string, ScopeHead | WireRefusal][] = scopes.map(name => {
        if (this.forbidden.has(name)) return [name, refusal("scope-forbidden")];
        this.#subscribed.add(name);
        const { head, epoch } = this.#server.scope(name);
        return [name, { cursor: head, epoch }];
      });
      return { status: "success", scopes: Object.fromEntries(heads) };
    });
  readonly unsubscribe = (scopes: readonly string[]): void => scopes.forEach(scope => this.#subscribed.delete(scope));
  readonly onPoke = (heard: (poke: Poke) => void): (() => void) => this.#pokes.on(heard);
  readonly onUnsubscribed = (heard: (unsubscribed: Unsubscribed) => void): (() => void) => this.#unsubscribed.on(heard);
  readonly onOpen = (changed: (isOpen: boolean) => void): (() => void) => this.#openings.on(changed);

  async #answer<Answer>(what: string, answer: () => Answer | WireFailure): Promise<Answer | WireFailure> {
    this.sent.push(what);
    if (!this.#isOpen) return failure("sync-disconnected");
    // As it would travel: nothing is shared.
    const answered: unknown = structuredClone(answer());
    for (let turn = 0; turn <= (what === "push" ? this.lag : 0); turn += 1) await Promise.resolve();
    if (this.loses > 0 || !this.#isOpen) {
      this.loses -= 1;
      return failure("sync-disconnected");
    }
    return answered as Answer;
  }
}
