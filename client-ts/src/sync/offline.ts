/** What becomes of calls that are made without a connection, and what is to be seen of them. */

import type { WireFailure } from "../wire/answers";
import { Listeners } from "./listeners";
import type { OnProblem } from "./problems";

/** What is kept of calls that wait for a connection. */
export interface OfflineOptions {
  /** How many calls wait at most; 200 by default. */
  readonly max?: number | undefined;
  /** How long one waits at most, in milliseconds; an hour by default. */
  readonly maxAgeMs?: number | undefined;
  /**
   * What gives way when one more is made than may wait: the new one (`"refuse"`, with `offline-queue-full`), as by default, or the oldest
   * (`"dropOldest"`, with `offline-dropped`).
   */
  readonly whenFull?: "refuse" | "dropOldest" | undefined;
  /**
   * Who is signed in: an id, `null` for nobody, `undefined` as long as that is not known. A call that has waited is sent for whom it was made,
   * or dropped (`user`). An app in which another user may sign in without a reload of the page says this.
   *
   * With it, what a user does offline outlives the page, in the browser's IndexedDB: the next page that this user connects sends it, in whichever
   * tab. Not on pages without TLS, but for localhost.
   */
  readonly user?: (() => string | null | undefined) | undefined;
}

/** The same with everything decided. */
export type OfflinePolicy = { readonly [Key in keyof OfflineOptions]-?: NonNullable<OfflineOptions[Key]> };

/** A call that has waited for a connection. */
export interface OfflineCall {
  /** Its idempotency key: it happens once, however often it is sent. */
  readonly id: string;
  /** `<page>/<name>`. */
  readonly name: string;
  readonly version: string;
  /** The room, of a call that has one. */
  readonly receiver?: string;
  readonly data?: unknown;
  /** When it was made, in milliseconds since 1970. */
  readonly at: number;
  /** `queued` until there is a connection, then `sent`, also when it is sent again, and in the end one of the others. */
  readonly status: "queued" | "sent" | "accepted" | "rejected";
  /** Why it was rejected, or dropped. */
  readonly error?: WireFailure;
}

/** Why a call was dropped that waited: there were too many of them, it took too long, or somebody else has signed in. */
export type DropReason = "full" | "age" | "user";

/** What the options are where nobody says otherwise. */
export function offlinePolicy(options: OfflineOptions = {}): OfflinePolicy {
  const { max = 200, maxAgeMs = 3_600_000, whenFull = "refuse", user = () => undefined } = options;
  return { max, maxAgeMs, whenFull, user: () => quiet(user) };
}

/** An app's function that throws says nothing. */
function quiet<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

/** How many calls are shown that have come to an end. */
const SHOWN_ENDED = 50;

/** All calls that have waited, oldest first, as `useSyncExternalStore` wants them. */
export class OfflineCalls {
  readonly listeners: Listeners<[]>;
  #calls: readonly OfflineCall[] = [];

  constructor(onProblem: OnProblem) {
    this.listeners = new Listeners(onProblem);
  }

  /** The calls now; the same list as long as nothing changed. */
  readonly getSnapshot = (): readonly OfflineCall[] => this.#calls;

  /** Shows a call for the first time, or as it is now. */
  show(call: OfflineCall): void {
    const isKnown = this.#calls.some(({ id }) => id === call.id);
    const calls = isKnown ? this.#calls.map(known => (known.id === call.id ? call : known)) : [...this.#calls, call];
    const ended = calls.filter(isOver);
    const forgotten = new Set(ended.slice(0, Math.max(ended.length - SHOWN_ENDED, 0)));
    this.#calls = calls.filter(one => !forgotten.has(one));
    this.listeners.tell();
  }

  /** Shows how a call stands that has waited; one that has not is nobody's business. */
  update(id: string, change: Pick<OfflineCall, "status" | "error">): void {
    const known = this.#calls.find(call => call.id === id);
    if (known !== undefined) this.show({ ...known, ...change });
  }
}

function isOver({ status }: OfflineCall): boolean {
  return status === "accepted" || status === "rejected";
}
