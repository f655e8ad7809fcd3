/** The server, as it is asked in the name of one user. */

import type { LogConnection } from "../sync/log";
import type { WireFailure } from "../wire/answers";
import type { PullAnswer, Push, PushAnswer, Pull, Snapshot, SnapshotAnswer, Subscribe, SubscribeAnswer, WireRefusal } from "../wire/log";

/** An answer, or why there is none. */
export type Asked<Answer> = Exclude<Answer, WireFailure> | ({ readonly status: "error" } & WireRefusal);

type Unsigned<Question> = Omit<Question, "user">;

/** What says that it is worth to ask again soon. */
export const PASSING: ReadonlySet<string> = new Set([
  "session-unavailable",
  "store-unavailable",
  "sync-disconnected",
  "sync-rate-limited",
  "sync-server-failed",
  "sync-shutting-down",
  "sync-timeout",
  "sync-unavailable",
]);

/** What the server says to the store of somebody who is not who the socket belongs to. */
const OTHER_USER = "auth-user-changed";

/**
 * Every question says whose it is. Once the server has said that the socket is somebody else's, nothing is asked on it until it is tried again:
 * that is for whoever uses this to decide.
 */
export class UserConnection {
  readonly #log: LogConnection;
  readonly #user: string | null;
  readonly #onRefused: () => void;
  #refusal: WireRefusal | null = null;

  constructor(log: LogConnection, user: string | null, onRefused: () => void) {
    this.#log = log;
    this.#user = user;
    this.#onRefused = onRefused;
  }

  /** Whether it can be asked. */
  get isOpen(): boolean {
    return this.#log.isOpen() && this.#refusal === null;
  }

  /** Why it cannot be asked, though there is a socket. */
  get refusal(): WireRefusal | null {
    return this.#refusal;
  }

  push(push: Unsigned<Push>): Promise<Asked<PushAnswer>> {
    return this.#ask<PushAnswer>(() => this.#log.push({ user: this.#user, ...push }));
  }

  pull(pull: Unsigned<Pull>): Promise<Asked<PullAnswer>> {
    return this.#ask<PullAnswer>(() => this.#log.pull({ user: this.#user, ...pull }));
  }

  snapshot(snapshot: Unsigned<Snapshot>): Promise<Asked<SnapshotAnswer>> {
    return this.#ask<SnapshotAnswer>(() => this.#log.snapshot({ user: this.#user, ...snapshot }));
  }

  subscribe(subscribe: Unsigned<Subscribe>): Promise<Asked<SubscribeAnswer>> {
    return this.#ask<SubscribeAnswer>(() => this.#log.subscribe({ user: this.#user, ...subscribe }));
  }

  unsubscribe(scopes: readonly string[]): void {
    this.#log.unsubscribe(scopes);
  }

  /** Hears why something was refused. */
  note(refusal: WireRefusal): void {
    if (refusal.errorCode !== OTHER_USER) return;
    this.#refusal = refusal;
    this.#onRefused();
  }

  /** Lets it be asked again: there is another socket, or it may be another's by now. */
  tryAgain(): void {
    this.#refusal = null;
  }

  async #ask<Answer extends { readonly status: string }>(ask: () => Promise<Answer>): Promise<Asked<Answer>> {
    if (this.#refusal !== null) return { status: "error", ...this.#refusal };
    const answer = (await ask()) as Asked<Answer>;
    const refusal = refusalOf(answer);
    if (refusal !== null) this.note(refusal);
    return answer;
  }
}

/** Why there is no answer, if so. */
export function refusalOf<Answer>(answer: Asked<Answer>): WireRefusal | null {
  const { status } = answer as { readonly status: string };
  return status === "error" ? (answer as WireRefusal & typeof answer) : null;
}
