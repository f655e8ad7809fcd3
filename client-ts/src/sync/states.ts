/** The values of rooms that somebody here follows. */

import { backoffMs, type Backoff } from "../socket/backoff";
import { parseActAnswer, parsePlainAnswer, parseStateAnswer, type ActAnswer, type WireFailure } from "../wire/answers";
import type { StateFrame } from "../wire/frames";
import { applyPatch, keepEqual, type Patch } from "../wire/patch";
import type { StateOpen, StatePlace } from "../wire/payloads";
import type { CallLimits } from "./answer";
import type { Calls, NamedCall } from "./calls";
import type { Core } from "./core";
import type { Limits } from "./deadline";
import type { WhenOffline } from "./lane";
import { Listeners } from "./listeners";
import type { Part, PartTools, Receives } from "./part";
import type { ClientParts } from "./parts";
import { isPassing, type Rooms } from "./rooms";

/** A value as it is here, before types. */
export interface WireSnapshot {
  readonly status: "loading" | "live" | "stale" | "error";
  readonly value: unknown;
  readonly version: string | undefined;
  readonly error: WireFailure | null;
  readonly pending: number;
}

/** What an action makes of a value. */
export type Optimistic = (value: unknown, action: unknown) => unknown;

/** An action of ours that may not show in the value yet, and what it will make of it. */
interface Own {
  readonly action: unknown;
  readonly optimistic: Optimistic;
  /** It has thrown: it is not asked again. */
  isBroken: boolean;
  /** The version that shows it, once it is known. */
  version: string | null;
  /** The value has been opened since it was sent, and may have shown it then in a version that is not told again. */
  mayBeOlder: boolean;
  /** Takes it for shown, at the latest. */
  timer: Timer | undefined;
}

type Timer = ReturnType<typeof setTimeout>;

/** A value that is followed, or was a moment ago. */
interface Followed {
  readonly place: StatePlace;
  readonly listeners: Listeners<[]>;
  /** Lets go of the room. */
  release: () => void;
  /** What the server has told. */
  told: { readonly value: unknown; readonly version: string } | null;
  /** The versions that were told last, newest last: an answer may come behind what it has caused. */
  recent: string[];
  own: readonly Own[];
  /** How many actions of ours have no answer yet. */
  unanswered: number;
  status: WireSnapshot["status"];
  error: WireFailure | null;
  snapshot: WireSnapshot;
  /** The snapshot shows more than the server has told. */
  isAhead: boolean;
  /** Shows what was told, though an answer is awaited that could say whether that is an action of ours. */
  showing: Timer | undefined;
  /** Counts the openings, because only the answer to the last one tells what is so. */
  openings: number;
  /** An answer is awaited: what comes before it is of no use. */
  isOpening: boolean;
  /** The server tells this socket what changes, as far as can be told here. */
  mayBeTold: boolean;
  failures: number;
  retry: Timer | undefined;
  /** When patches did not fit, in milliseconds. */
  misfits: number[];
}

const LOADING: WireSnapshot = { status: "loading", value: undefined, version: undefined, error: null, pending: 0 };

/** How long to leave alone a server that is in trouble. */
const RETRY_BACKOFF: Backoff = { baseMs: 1_000, capMs: 30_000 };
/** How many versions are remembered. */
const RECENT = 32;
/** How long what an action has made of a value is shown after its answer, if nothing says that the value shows it. */
const SHOWN_WITHIN_MS = 2_000;
/** What a server tells of an action and its answer are as close together as two messages can be. */
const ANSWER_WITHIN_MS = 50;
/** How many patches may not fit within a minute, before that is told, and the whole is asked for. */
const MISFITS = 3;
const MINUTE_MS = 60_000;

/**
 * The values that somebody here follows.
 *
 * A value is opened when we are in its room: the answer brings the whole, and frames what has changed since. A patch that is for another
 * version than ours means that something was missed, and the value is opened anew. When the socket is lost, what was there stays, marked, until
 * the next answer, which brings what has changed meanwhile.
 */
export class States implements Part {
  readonly #tools: PartTools;
  readonly #calls: Calls;
  readonly #rooms: Rooms;
  readonly #followed = new Map<string, Followed>();
  readonly receives: Receives = { state: frame => this.#heard(frame) };
  /** The value of no room. */
  readonly none: WireState = {
    get: () => LOADING,
    subscribe: () => () => {},
    act: async () => this.#tools.failure("sync-cancelled"),
  };

  constructor(tools: PartTools, calls: Calls, rooms: Rooms) {
    this.#tools = tools;
    this.#calls = calls;
    this.#rooms = rooms;
    rooms.entries.on(({ room, isNew }) => {
      // One who has been taken out and is let in again finds the seat not new, and what was in it gone.
      for (const followed of this.#of(room)) if (isNew || !followed.mayBeTold) this.#open(followed);
    });
    rooms.exits.on(room => {
      for (const followed of this.#of(room)) this.#lose(followed);
    });
  }

  /** Follows a value until the undo that this returns; `changed` is called after each change. */
  hold(place: StatePlace, changed: () => void): () => void {
    const followed = this.#followed.get(keyOf(place)) ?? this.#follow(place);
    const undo = followed.listeners.on(changed);
    return () => {
      undo();
      // Somebody may take it over at once: a remounting component must not open it anew.
      queueMicrotask(() => this.#closeIfUnfollowed(followed));
    };
  }

  /** How a value is; the same object as long as nothing changed. */
  snapshot(place: StatePlace): WireSnapshot {
    return this.#followed.get(keyOf(place))?.snapshot ?? LOADING;
  }

  /** Acts. Never rejects. */
  async act(
    place: StatePlace,
    action: unknown,
    ifVersion: string | true | undefined,
    optimistic: Optimistic | undefined,
    limits: Limits,
    named: NamedCall,
  ): Promise<ActAnswer> {
    const followed = this.#followed.get(keyOf(place));
    // No version is called that: who acts on what they see, and sees nothing, is told so.
    const version = ifVersion === true ? (followed?.told?.version ?? "") : ifVersion;
    const own: Own | undefined =
      optimistic && followed && { action, optimistic, isBroken: false, version: null, mayBeOlder: false, timer: undefined };
    if (followed !== undefined) {
      followed.unanswered += 1;
      if (own !== undefined) followed.own = [...followed.own, own];
      this.#changed(followed);
    }
    const payload = { ...place, action, ifVersion: version };
    const answer = await this.#calls.callInTurn("stateAct", payload, parseActAnswer, limits, named);
    if (followed !== undefined) this.#answered(followed, own, answer);
    return asRefusedByRoom(answer, this.#rooms.refusal(place.room));
  }

  lost(): void {
    for (const followed of this.#followed.values()) {
      clearTimeout(followed.retry);
      followed.openings += 1;
      followed.isOpening = false;
      followed.mayBeTold = false;
      if (followed.status === "live") this.#set(followed, "stale", null);
    }
  }

  stopped(failure: WireFailure): void {
    for (const followed of this.#followed.values()) this.#set(followed, "error", failure);
  }

  #of(room: string): readonly Followed[] {
    return [...this.#followed.values()].filter(({ place }) => place.room === room);
  }

  #follow({ name, version, room }: StatePlace): Followed {
    const followed: Followed = {
      place: { name, version, room },
      listeners: new Listeners(this.#tools.onProblem),
      release: () => {},
      told: null,
      recent: [],
      own: [],
      unanswered: 0,
      status: "loading",
      error: null,
      snapshot: LOADING,
      isAhead: false,
      showing: undefined,
      openings: 0,
      isOpening: false,
      mayBeTold: false,
      failures: 0,
      retry: undefined,
      misfits: [],
    };
    this.#followed.set(keyOf(followed.place), followed);
    followed.release = this.#rooms.hold(room, () => this.#roomChanged(followed));
    // Others may have been there before.
    if (this.#rooms.status(room).status === "joined") this.#open(followed);
    else this.#roomChanged(followed);
    return followed;
  }

  #closeIfUnfollowed(followed: Followed): void {
    const key = keyOf(followed.place);
    if (followed.listeners.size > 0 || this.#followed.get(key) !== followed) return;
    this.#followed.delete(key);
    clearTimeout(followed.showing);
    for (const own of followed.own) this.#drop(followed, own);
    const mayBeTold = followed.mayBeTold;
    this.#lose(followed);
    if (mayBeTold && this.#tools.connection.isOpen) {
      this.#calls.callNow("stateClose", followed.place, parsePlainAnswer, this.#ownLimits(), () => {});
    }
    followed.release();
  }

  /** Says why it cannot be had, or that it can be again. It is opened when we are there. */
  #roomChanged(followed: Followed): void {
    const status = this.#rooms.status(followed.place.room);
    if (status.status === "error") this.#set(followed, "error", status.error);
    if (status.status === "joining" && followed.status === "error") {
      this.#set(followed, followed.told === null ? "loading" : "stale", null);
    }
  }

  /** Nothing more is told of it, and no answer concerns it. */
  #lose(followed: Followed): void {
    followed.openings += 1;
    followed.isOpening = false;
    followed.mayBeTold = false;
    clearTimeout(followed.retry);
  }

  /** Asks for what has changed since `have`, or for the whole. */
  #open(followed: Followed, have = followed.told?.version ?? null): void {
    if (!this.#tools.connection.isOpen) return;
    clearTimeout(followed.retry);
    const opening = (followed.openings += 1);
    followed.isOpening = true;
    followed.mayBeTold = true;
    for (const own of followed.own) own.mayBeOlder = true;
    const payload: StateOpen = { ...followed.place, ...(have !== null && { have }) };
    this.#calls.callNow("stateOpen", payload, parseStateAnswer, this.#ownLimits(), answer => {
      if (opening !== followed.openings || !this.#tools.connection.isOpen) return;
      followed.isOpening = false;
      if (answer.status === "error") return this.#refused(followed, answer);
      followed.failures = 0;
      const { stateVersion } = answer;
      if ("view" in answer) return this.#tell(followed, keepEqual(followed.told?.value, answer.view), stateVersion, true);
      this.#patch(followed, have, answer.patch, stateVersion, true);
    });
  }

  #refused(followed: Followed, error: WireFailure): void {
    followed.mayBeTold = false;
    if (isPassing(error)) {
      followed.failures += 1;
      const delayMs = backoffMs(followed.failures, RETRY_BACKOFF, this.#tools.random);
      followed.retry = setTimeout(() => this.#open(followed), delayMs);
    }
    this.#set(followed, "error", error);
  }

  #heard(frame: StateFrame): void {
    const at = frame.cb.lastIndexOf("/");
    const place = { name: frame.cb.slice(0, at), version: frame.cb.slice(at + 1), room: frame.room };
    const followed = this.#followed.get(keyOf(place));
    // What comes before an answer is in it.
    if (followed === undefined || followed.isOpening || !followed.mayBeTold) return;
    if ("view" in frame) this.#tell(followed, keepEqual(followed.told?.value, frame.view), frame.to, false);
    else this.#patch(followed, frame.from, frame.patch, frame.to, false);
  }

  /** Applies a patch to the version that it is for, or asks for what was missed. */
  #patch(followed: Followed, from: string | null, patch: Patch, to: string, isOpening: boolean): void {
    const { told } = followed;
    const patched = told !== null && told.version === from ? applyPatch(told.value, patch) : ({ fits: false } as const);
    if (patched.fits) return this.#tell(followed, patched.value, to, isOpening);
    const now = Date.now();
    followed.misfits = [...followed.misfits.filter(at => now - at < MINUTE_MS), now];
    if (followed.misfits.length < MISFITS) return this.#open(followed);
    followed.misfits = [];
    this.#tools.onProblem({ kind: "state-misfit", route: `${followed.place.name}/${followed.place.version}`, room: followed.place.room });
    this.#open(followed, null);
  }

  /** The server has told a value. With an opening, all that has been answered is in it. */
  #tell(followed: Followed, value: unknown, version: string, isOpening: boolean): void {
    followed.told = { value, version };
    followed.recent = [...followed.recent, version].slice(-RECENT);
    for (const own of followed.own) {
      if (own.version !== null && (isOpening || own.version === version)) this.#drop(followed, own);
    }
    followed.status = "live";
    followed.error = null;
    this.#showSoon(followed);
  }

  #answered(followed: Followed, own: Own | undefined, answer: ActAnswer): void {
    followed.unanswered -= 1;
    if (own !== undefined) this.#settle(followed, own, answer);
    if (followed.showing === undefined) this.#changed(followed);
    else this.#showSoon(followed);
  }

  /** An answered action is shown until the value shows it. */
  #settle(followed: Followed, own: Own, answer: ActAnswer): void {
    const isLive = followed.status === "live" && !followed.isOpening;
    const isFollowed = this.#followed.get(keyOf(followed.place)) === followed;
    const isTold = answer.status === "error" || followed.recent.includes(answer.stateVersion);
    if (!isFollowed || isTold || (isLive && own.mayBeOlder)) return this.#drop(followed, own);
    own.version = answer.stateVersion;
    own.timer = setTimeout(() => {
      // The answer that is awaited will show it.
      if (followed.status === "stale" || followed.isOpening) return;
      this.#drop(followed, own);
      this.#changed(followed);
    }, SHOWN_WITHIN_MS);
  }

  #drop(followed: Followed, own: Own): void {
    clearTimeout(own.timer);
    followed.own = followed.own.filter(other => other !== own);
  }

  #set(followed: Followed, status: WireSnapshot["status"], error: WireFailure | null): void {
    if (followed.status === status && followed.error === error) return;
    followed.status = status;
    followed.error = error;
    this.#changed(followed);
  }

  /**
   * Shows what was told, as soon as it is known what of it is our own: what the server tells of an action mostly comes a moment before its
   * answer, and until then the action would show twice.
   */
  #showSoon(followed: Followed): void {
    const isAwaited = followed.isAhead && followed.own.some(({ version }) => version === null);
    if (isAwaited) followed.showing ??= setTimeout(() => this.#changed(followed), ANSWER_WITHIN_MS);
    else this.#changed(followed);
  }

  #changed(followed: Followed): void {
    clearTimeout(followed.showing);
    followed.showing = undefined;
    const { status, error, told, unanswered: pending, snapshot: before } = followed;
    const version = told?.version;
    const value = told === null ? undefined : this.#shown(followed, told);
    const isSame =
      before.status === status &&
      before.error === error &&
      before.pending === pending &&
      before.version === version &&
      Object.is(before.value, value);
    if (isSame) return;
    followed.snapshot = { status, value, version, error, pending };
    followed.listeners.tell();
  }

  /** What our own actions make of what the server has told. */
  #shown(followed: Followed, told: { readonly value: unknown; readonly version: string }): unknown {
    const made = followed.own.reduce((value, own) => this.#made(followed, own, value), told.value);
    const [wasAhead, isAhead] = [followed.isAhead, !Object.is(made, told.value)];
    followed.isAhead = isAhead;
    // What is told already has its parts from what was told before.
    if (!wasAhead && !isAhead) return made;
    const value = keepEqual(followed.snapshot.value, made);
    if (!isAhead) followed.told = { ...told, value };
    return value;
  }

  #made({ place }: Followed, own: Own, value: unknown): unknown {
    if (own.isBroken) return value;
    try {
      const made = own.optimistic(value, own.action);
      // Nothing in JSON is undefined: it is what a function returns that has forgotten to.
      return made === undefined ? value : made;
    } catch (error) {
      own.isBroken = true;
      this.#tools.onProblem({ kind: "callback-failed", route: `${place.name}/${place.version}`, error });
      return value;
    }
  }

  /** For what nobody waits for. */
  #ownLimits(): Limits {
    return { timeoutMs: this.#tools.defaultTimeoutMs, signal: undefined };
  }
}

/** A value that is named, before types. */
export interface WireState {
  readonly get: () => WireSnapshot;
  readonly subscribe: (changed: () => void) => () => void;
  readonly act: (action: unknown, options?: WireActOptions) => Promise<ActAnswer>;
}

interface WireStateOptions extends Omit<StatePlace, "room"> {
  readonly room: string | null;
  readonly optimistic?: Optimistic | undefined;
}

interface WireActOptions extends CallLimits {
  readonly ifVersion?: string | true | undefined;
  readonly whenOffline?: WhenOffline | undefined;
}

/** The function that names values, before types. */
export function stateHandles(
  core: Core<ClientParts>,
  states: States,
): (options: WireStateOptions) => WireState {
  return ({ name, version, room, optimistic }) => {
    if (room === null) return states.none;
    const place = { name, version, room };
    return {
      get: () => states.snapshot(place),
      subscribe: changed => {
        core.use();
        return states.hold(place, changed);
      },
      act: (action, options = {}) => {
        core.use();
        const isKept = options.whenOffline !== "fail";
        const named = { id: core.newCallId(), onChunk: undefined, isKept, isPatient: options.timeoutMs === undefined };
        return states.act(place, action, options.ifVersion, optimistic, core.limits(options), named);
      },
    };
  };
}

/** Who was not let back into a room learns why from the action there, too. */
function asRefusedByRoom(answer: ActAnswer, refusal: WireFailure | undefined): ActAnswer {
  return answer.status === "error" && answer.errorCode === "sync-not-in-room" ? (refusal ?? answer) : answer;
}

function keyOf({ name, version, room }: StatePlace): string {
  return `${name}/${version} ${room}`;
}
