/** The way of mutations to the server: in their order, as many at once as it takes, and again until each is settled. */

import { backoffMs, type Backoff } from "../socket/backoff";
import type { OnProblem } from "../sync/problems";
import type { MutationResult, PushedMutation, WireRefusal } from "../wire/log";
import type { Queued } from "./keeper";
import type { LocalData } from "./localData";
import type { Timer } from "./openScope";
import { PASSING, type UserConnection } from "./userConnection";
import type { Write } from "./writer";

/** How long it is waited after failures: of a push, of a scope. */
export const RETRY_BACKOFF: Backoff = { baseMs: 1_000, capMs: 30_000 };
/** How many mutations are sent at once, and how many characters of JSON. */
const BATCH = { mutations: 100, characters: 500_000 };

/** Refusals of a push that pass: by themselves, or when the right user is there, which the scopes say. */
const WAITED_FOR: ReadonlySet<string> = new Set([...PASSING, "auth-required", "auth-user-changed"]);

export interface PusherParts {
  readonly server: UserConnection;
  readonly local: LocalData;
  /** Writes, and waits until that is done. */
  readonly written: (write: Write) => Promise<void>;
  readonly onProblem: OnProblem;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/** A push under way. What is read meanwhile may have its effects in it, and is taken over when it is known what came of it. */
interface Flight {
  readonly scopes: ReadonlySet<string>;
  readonly landed: Promise<void>;
}

/** What comes next: the rest, a smaller part of the same, or nothing for now. */
type Next = "on" | "smaller" | "later";

export class Pusher {
  readonly #parts: PusherParts;
  #isClosed = false;
  #isPushing = false;
  /** What is pushed and not answered yet. */
  #flight: Flight | null = null;
  /** How often in a row nothing was settled. */
  #failures = 0;
  #retry: Timer | undefined;
  /** Why a push was refused last, of those that were told. */
  #told: string | null = null;
  /** It goes on as another client, of whom the server has not settled anything yet. */
  #hasRestarted = false;

  constructor(parts: PusherParts) {
    this.#parts = parts;
  }

  /** There is a new socket: what failed on the last one says nothing of it. */
  opened(): void {
    this.#clearRetry();
    this.push();
  }

  close(): void {
    this.#isClosed = true;
    this.#clearRetry();
  }

  /** Sends what waits, unless that is under way, or has failed a moment ago. */
  push(): void {
    if (!this.#isPushing && this.#retry === undefined && this.#parts.local.leads) void this.#pushAll();
  }

  /** Waits for what is under way that changes a scope, and may be in what was read of it by now. */
  async landed(scope: string): Promise<void> {
    if (this.flies(scope)) await this.#flight?.landed;
  }

  /** Whether something is under way that changes a scope. */
  flies(scope: string): boolean {
    return this.#flight?.scopes.has(scope) === true;
  }

  async #pushAll(): Promise<void> {
    this.#isPushing = true;
    try {
      let most = BATCH.mutations;
      while (this.#parts.server.isOpen && !this.#isClosed) {
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
  async #fly(batch: readonly Queued[]): Promise<Next> {
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

  async #send(batch: readonly Queued[]): Promise<Next> {
    const { server, local } = this.#parts;
    const client = batch[0]?.client ?? "";
    const answer = await server.push({ client, mutations: batch.map(pushed) });
    if (answer.status === "success") return this.#settle(batch, answer.results);
    if (answer.errorCode === "sync-id-reused") return this.#restart(client);
    if (answer.errorCode !== "sync-too-large") {
      this.#blocked(answer);
      return this.#later();
    }
    if (batch.length > 1) return "smaller";
    this.#hasRestarted = false;
    local.settle(batch.map(queued => ({ ...queued, status: "rejected", refusal: refusalOf(answer) })));
    return "on";
  }

  /** The next ones that are sent as one client. */
  #batch(most: number): readonly Queued[] {
    const batch: Queued[] = [];
    let characters = 0;
    for (const queued of this.#parts.local.queue.list) {
      if (queued.status !== "pending") continue;
      characters += JSON.stringify(queued.args)?.length ?? 0;
      const isOther = batch.length > 0 && batch[0]?.client !== queued.client;
      if (isOther || batch.length === most || (batch.length > 0 && characters > BATCH.characters)) break;
      batch.push(queued);
    }
    return batch;
  }

  /** Tries again after a while, or when there is a new socket; not at all as long as the socket is somebody else's. */
  #later(): "later" {
    if (!this.#parts.server.isOpen || this.#isClosed) return "later";
    this.#failures += 1;
    const again = (): void => {
      this.#clearRetry();
      this.push();
    };
    this.#clearRetry();
    this.#retry = setTimeout(again, backoffMs(this.#failures, RETRY_BACKOFF, this.#parts.random));
    return "later";
  }

  /** Tells once of a push that is refused as a whole though it could be asked for: nothing says that this will pass. */
  #blocked(refusal: WireRefusal): void {
    if (!this.#parts.server.isOpen || WAITED_FOR.has(refusal.errorCode) || this.#told === refusal.errorCode) return;
    this.#told = refusal.errorCode;
    this.#parts.onProblem({ kind: "push-refused", errorCode: refusal.errorCode, message: refusal.message });
  }

  #clearRetry(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
  }

  /** Notes what has become of a batch. */
  async #settle(batch: readonly Queued[], results: readonly MutationResult[]): Promise<Next> {
    const of = new Map(results.map(result => [result.id, result]));
    const changed: Queued[] = [];
    let stuck: WireRefusal | null = null;
    for (const queued of batch) {
      const result = of.get(queued.id);
      if (result === undefined) continue;
      if (result.ok) changed.push({ ...queued, status: "applied", cursor: result.cursor });
      else if (result.isSettled) changed.push({ ...queued, status: "rejected", refusal: refusalOf(result.refusal) });
      else stuck ??= result.refusal;
    }
    if (changed.length > 0) {
      this.#failures = 0;
      this.#told = null;
      this.#hasRestarted = false;
      this.#parts.local.settle(changed);
    }
    // The server knows other mutations of this client than we do: it, or we, have lost some.
    const isStranger = stuck?.errorCode === "sync-id-reused" || stuck?.errorCode === "mutation-out-of-order";
    if (isStranger && changed.length === 0) return this.#restart(batch[0]?.client ?? "");
    return changed.length === batch.length || isStranger ? "on" : this.#later();
  }

  /** Goes on with what another tab has added that was not heard of here; or, if there is nothing, as another client than this one. */
  async #restart(client: string): Promise<Next> {
    const { local, written } = this.#parts;
    const known = new Set(local.queue.list.map(({ id }) => id));
    await written(keeper => local.loadQueue(keeper));
    if (local.queue.list.some(({ id, status }) => status === "pending" && !known.has(id))) return "on";
    // Where this tab is alone with what another one may still send, it sends the same or nothing.
    if (this.#hasRestarted || client !== local.queue.client) return this.#later();
    this.#hasRestarted = true;
    await written(keeper => local.restart(keeper));
    return "on";
  }
}

function pushed({ id, seq, name, version, scope, args, after }: Queued): PushedMutation {
  return { id, seq, name, version, scope, args, ...(after !== undefined && { after }) };
}

function refusalOf({ errorCode, errorParams, message }: WireRefusal): WireRefusal {
  return { errorCode, errorParams, message };
}
