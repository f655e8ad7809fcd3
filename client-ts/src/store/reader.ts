/** The way of changes from the server: each scope that is open is subscribed to, read up to its end, and read on when there is more. */

import { backoffMs } from "../socket/backoff";
import type { Poke, Unsubscribed, WireRefusal } from "../wire/log";
import { isSameHead } from "./keeper";
import type { LocalData } from "./localData";
import type { OpenScope, Standing } from "./openScope";
import { RETRY_BACKOFF } from "./pusher";
import { PASSING, refusalOf, type Asked, type UserConnection } from "./userConnection";

/** How many scopes are subscribed to at once. */
const MOST_SCOPES = 100;

const SYNCING: Standing = { status: "syncing", error: null };
const LIVE: Standing = { status: "live", error: null };
const OFFLINE: Standing = { status: "offline", error: null };

export interface ReaderParts {
  readonly server: UserConnection;
  readonly local: LocalData;
  /** Waits until no push is under way that may be in what was read of a scope. */
  readonly landed: (scope: string) => Promise<void>;
  readonly flies: (scope: string) => boolean;
  /** From 0 to below 1. */
  readonly random: () => number;
}

export class Reader {
  readonly #parts: ReaderParts;
  #isClosed = false;
  /** Counts sockets: what the last one has answered says nothing of this one. */
  #socket = 0;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  /** Where a scope stands of which nothing was asked yet. */
  standing(hasSocket: boolean): Standing {
    const { refusal } = this.#parts.server;
    return refusal === null ? (hasSocket ? SYNCING : OFFLINE) : errorOf(refusal);
  }

  /** The socket is gone, and with it what was subscribed to. */
  lost(): void {
    this.#socket += 1;
    for (const scope of this.#parts.local.scopes) {
      clearTimeout(scope.retry);
      scope.subscription = "none";
      if (this.#parts.local.leads) this.#parts.local.stand(scope, OFFLINE);
    }
  }

  /** The socket is somebody else's: nothing is read on it. */
  refused(): void {
    const { server, local } = this.#parts;
    if (server.refusal === null || !local.leads) return;
    for (const scope of local.scopes) this.#fail(scope, server.refusal);
  }

  close(): void {
    this.#isClosed = true;
    for (const scope of this.#parts.local.scopes) {
      clearTimeout(scope.retry);
      clearTimeout(scope.leaving);
    }
  }

  /** Looks whether there is more of anything, and subscribes to what is not subscribed to. */
  readAll(): void {
    if (!this.#parts.local.leads) return;
    this.subscribe(this.#parts.local.scopes.filter(({ subscription }) => subscription === "none"));
    for (const scope of this.#parts.local.scopes) if (scope.subscription === "held") void this.#read(scope);
  }

  subscribe(scopes: readonly OpenScope[]): void {
    const { server } = this.#parts;
    if (server.refusal !== null) return this.refused();
    if (!server.isOpen || this.#isClosed) return;
    for (let from = 0; from < scopes.length; from += MOST_SCOPES) void this.#subscribe(scopes.slice(from, from + MOST_SCOPES));
  }

  async #subscribe(scopes: readonly OpenScope[]): Promise<void> {
    const { server, local } = this.#parts;
    for (const scope of scopes) {
      clearTimeout(scope.retry);
      scope.subscription = "asked";
      scope.isDoubtful = false;
      // Why it could not be had is said until it can.
      if (scope.standing.status !== "error") local.stand(scope, SYNCING);
    }
    const socket = this.#socket;
    const answer = await server.subscribe({ scopes: scopes.map(({ name }) => name), client: local.queue.client });
    if (socket !== this.#socket) return;
    for (const scope of scopes) {
      const of = answer.status === "error" ? answer : answer.scopes[scope.name];
      if (scope.subscription !== "asked" || !local.isOpen(scope)) continue;
      if (of === undefined) scope.subscription = "none";
      else if ("errorCode" in of) this.#fail(scope, of);
      else if (scope.isDoubtful) this.subscribe([scope]);
      else this.#subscribed(scope, of);
    }
  }

  #subscribed(scope: OpenScope, head: { readonly cursor: number; readonly epoch: string }): void {
    scope.subscription = "held";
    if (scope.isKnown && isSameHead(scope, head)) return this.#isLive(scope);
    this.#parts.local.stand(scope, SYNCING);
    void this.#read(scope);
  }

  /** The server tells no more of a scope. */
  unsubscribed({ scope: name, errorCode, errorParams, message }: Unsubscribed): void {
    const { server, local } = this.#parts;
    const refusal = { errorCode, errorParams, message };
    server.note(refusal);
    const scope = local.scope(name);
    if (scope === undefined || !local.leads) return;
    if (scope.subscription === "asked") scope.isDoubtful = true;
    else this.#fail(scope, refusal);
  }

  poked(poke: Poke): void {
    const { landed, flies } = this.#parts;
    if (!flies(poke.scope)) return this.#take(poke);
    // Whatever flies next began when this was here: it is not in it, and nobody who goes on writing keeps others from being shown.
    void landed(poke.scope).then(() => this.#take(poke));
  }

  #take({ scope: name, cursor, changes }: Poke): void {
    const { local } = this.#parts;
    const scope = local.scope(name);
    if (scope === undefined || scope.subscription === "none" || this.#isClosed || cursor <= scope.cursor) return;
    const follows = scope.isKnown && !scope.isReading && changes[0]?.cursor === scope.cursor + 1;
    if (follows && changes.at(-1)?.cursor === cursor) local.commit(scope, cursor, scope.epoch, changes);
    else void this.#read(scope);
  }

  /** Reads on until there is no more. */
  async #read(scope: OpenScope): Promise<void> {
    scope.readsAgain = true;
    if (scope.isReading) return;
    scope.isReading = true;
    try {
      while (scope.readsAgain && this.#canRead(scope)) {
        scope.readsAgain = false;
        const isDone = scope.isKnown ? await this.#pull(scope) : await this.#snapshot(scope);
        if (!isDone) return;
      }
      if (this.#canRead(scope)) this.#isLive(scope);
    } finally {
      scope.isReading = false;
    }
  }

  #canRead(scope: OpenScope): boolean {
    const { server, local } = this.#parts;
    return server.isOpen && local.isOpen(scope) && scope.subscription !== "none" && !this.#isClosed;
  }

  /** Pulls once; returns whether that went well. */
  async #pull(scope: OpenScope): Promise<boolean> {
    const { server, local, landed } = this.#parts;
    const { name, cursor, epoch } = scope;
    const socket = this.#socket;
    const answer = await this.#patiently(scope, socket, () => server.pull({ scope: name, cursor, epoch }));
    await landed(name);
    if (this.#isVain(scope, socket)) return true;
    if (answer.status === "success") {
      // Nobody else reads meanwhile, but a page of another tab may have led.
      if (scope.cursor !== cursor) return (scope.readsAgain = true);
      if (answer.changes.length > 0 || answer.epoch !== epoch) local.commit(scope, answer.cursor, answer.epoch, answer.changes);
      if (answer.hasMore) scope.readsAgain = true;
      return true;
    }
    if (answer.errorCode !== "cursor-too-old") return this.#fail(scope, answer);
    scope.isKnown = false;
    return (scope.readsAgain = true);
  }

  /** Takes all that there is, and reads on from there. */
  async #snapshot(scope: OpenScope): Promise<boolean> {
    const { server, local, landed } = this.#parts;
    const entities: [string, string, unknown][] = [];
    const socket = this.#socket;
    let page: string | undefined;
    for (;;) {
      const answer = await this.#patiently(scope, socket, () => server.snapshot({ scope: scope.name, page }));
      if (this.#isVain(scope, socket)) return true;
      if (answer.status === "error") {
        if (answer.errorCode === "cursor-too-old" && page !== undefined) return (scope.readsAgain = true);
        return this.#fail(scope, answer);
      }
      for (const [entity, all] of Object.entries(answer.data)) {
        for (const [id, data] of Object.entries(all)) entities.push([entity, id, data]);
      }
      page = answer.next;
      if (page !== undefined) continue;
      await landed(scope.name);
      if (this.#isVain(scope, socket)) return true;
      local.replace(scope, { cursor: answer.cursor, epoch: answer.epoch, entities });
      return (scope.readsAgain = true);
    }
  }

  /** Asks again for what was too much at once, when that is worth it: a large scope is read as fast as its reader may, and not from the start. */
  async #patiently<Answer>(scope: OpenScope, socket: number, ask: () => Promise<Asked<Answer>>): Promise<Asked<Answer>> {
    for (;;) {
      const answer = await ask();
      const refusal = refusalOf(answer);
      if (refusal?.errorCode !== "sync-rate-limited") return answer;
      await new Promise(resolve => setTimeout(resolve, pauseMs(refusal)));
      if (this.#isVain(scope, socket) || this.#isClosed) return answer;
    }
  }

  /** Whether nobody wants any more what was asked on a socket; whoever has subscribed on the next one reads on there. */
  #isVain(scope: OpenScope, socket: number): boolean {
    return socket !== this.#socket || !this.#parts.local.isOpen(scope);
  }

  #isLive(scope: OpenScope): void {
    scope.failures = 0;
    this.#parts.local.stand(scope, LIVE);
  }

  /** Says why a scope cannot be had, and subscribes to it again: soon, if that may have passed, or else with the next reason to look. */
  #fail(scope: OpenScope, refusal: WireRefusal): false {
    const { local, random } = this.#parts;
    clearTimeout(scope.retry);
    scope.subscription = "none";
    local.stand(scope, errorOf(refusal));
    if (!PASSING.has(refusal.errorCode) || this.#isClosed) return false;
    scope.failures += 1;
    scope.retry = setTimeout(() => {
      if (scope.subscription === "none" && local.isOpen(scope)) this.subscribe([scope]);
    }, backoffMs(scope.failures, RETRY_BACKOFF, random));
    return false;
  }
}

/** How long it is to be waited after too much was asked for, within bounds: what is told is another program's word. */
function pauseMs({ errorParams: { seconds } }: WireRefusal): number {
  return (typeof seconds === "number" ? Math.min(Math.max(seconds, 1), 60) : 1) * 1_000;
}

function errorOf({ errorCode, message }: WireRefusal): Standing {
  return { status: "error", error: { errorCode, message } };
}

