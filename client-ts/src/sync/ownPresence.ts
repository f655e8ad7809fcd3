/** What our person says of themselves, in each room. */

import { parsePlainAnswer, type PlainAnswer, type WireFailure } from "../wire/answers";
import type { Roster } from "../wire/presence";
import type { Away } from "./away";
import { askedPauseMs, type Calls } from "./calls";
import type { Limits } from "./deadline";
import type { Part, PartTools } from "./part";
import { isPassing, type Entry, type Rooms } from "./rooms";
import { Waiters } from "./waiters";

/** The server tells others of changes five times a second, so more often is of no use. */
const PAUSE_MS = 200;

/** How long to leave alone a server that is in trouble. */
const TROUBLE_PAUSE_MS = 5_000;

/** What is said in one room. */
interface Saying {
  readonly room: string;
  /** Whose words these are: our person in the room; null where that is not known. */
  me: string | null;
  /** The newest, null where what was said is taken back. */
  data: unknown;
  /** The server has not been sent `data` since it changed, or since there is a new seat that needs it. */
  isDue: boolean;
  /** What the server took last, to go back to when it refuses `data`; null where there is nothing. */
  accepted: unknown;
  isOnItsWay: boolean;
  /** Until then nothing is sent. */
  pause: ReturnType<typeof setTimeout> | null;
  waiters: Waiters<PlainAnswer>;
}

/**
 * Remembers what was said last in each room, and says it again when we are in the room anew, unless the server still has something
 * of us. Leaving a room forgets it, and so does being somebody else there.
 *
 * Of what is said quickly the newest counts: one message at a time is on its way, and another 200 ms after it at the earliest. All who
 * waited are told the answer to the one that was sent.
 */
export class OwnPresence implements Part {
  readonly #tools: PartTools;
  readonly #calls: Calls;
  readonly #rooms: Rooms;
  readonly #away: Away;
  readonly #sayings = new Map<string, Saying>();
  /** Our person in each room, as far as the server has said. */
  readonly #people = new Map<string, string>();

  constructor(tools: PartTools, calls: Calls, rooms: Rooms, away: Away) {
    this.#tools = tools;
    this.#calls = calls;
    this.#rooms = rooms;
    this.#away = away;
    rooms.entries.on(entry => this.#entered(entry));
    rooms.exits.on(room => this.#left(room));
  }

  /** Says `data` in `room`, now or as soon as we are in it; in no room (null) nothing can be said. */
  set(room: string | null, data: unknown, limits: Limits): Promise<PlainAnswer> {
    if (room === null || limits.signal?.aborted === true) return Promise.resolve(this.#tools.failure("sync-cancelled"));
    this.#away.use();
    const saying = this.#saying(room);
    saying.data = data;
    saying.isDue = true;
    const blocked = this.#tools.blocked();
    if (blocked !== null) return Promise.resolve(blocked);
    const answer = saying.waiters.wait(limits);
    this.#sendIfDue(saying);
    return answer;
  }

  /** What waited for a connection to be said in a room that nobody wants to be in finds out that it cannot be. */
  opened(): void {
    for (const saying of [...this.#sayings.values()]) this.#sendIfDue(saying);
  }

  lost(): void {
    for (const saying of this.#sayings.values()) this.#endPause(saying);
  }

  stopped(failure: WireFailure): void {
    for (const { waiters } of [...this.#sayings.values()]) waiters.settle(failure);
  }

  #entered({ room, isNew, roster }: Entry): void {
    const me = roster?.me ?? null;
    if (me !== null) this.#people.set(room, me);
    const saying = this.#sayings.get(room);
    if (saying === undefined) return;
    if (me !== null && saying.me !== null && saying.me !== me) return this.#isOfSomebodyElse(saying);
    saying.me ??= me;
    // Another tab may have said something since then, and the last one counts.
    if (isNew && !hasOwnData(roster)) saying.isDue = true;
    this.#sendIfDue(saying, true);
  }

  /** Somebody else has signed in since: their words are their own. */
  #isOfSomebodyElse(saying: Saying): void {
    this.#forget(saying);
    saying.waiters.settle(this.#tools.failure("sync-cancelled"));
  }

  #left(room: string): void {
    this.#people.delete(room);
    const saying = this.#sayings.get(room);
    if (saying === undefined) return;
    saying.accepted = null;
    if (saying.isDue) this.#sendIfDue(saying);
    else this.#forget(saying);
  }

  #sendIfDue(saying: Saying, isInRoom = this.#isDecided(saying.room)): void {
    if (!saying.isDue || saying.isOnItsWay || saying.pause !== null || !this.#isKnown(saying)) return;
    if (isInRoom && this.#tools.connection.isOpen) this.#send(saying);
  }

  /** Whether the server would say now whether we are in `room`; otherwise that is still on its way. */
  #isDecided(room: string): boolean {
    const status = this.#rooms.status(room);
    return status.status === "error" ? !isPassing(status.error) : status.status !== "joining";
  }

  #send(saying: Saying): void {
    const { room, data, waiters } = saying;
    saying.isDue = false;
    saying.isOnItsWay = true;
    saying.waiters = new Waiters(this.#tools.failure);
    this.#pause(saying, PAUSE_MS);
    const limits = { timeoutMs: this.#tools.defaultTimeoutMs, signal: undefined };
    this.#calls.callNow("updatePresence", { room, data }, parsePlainAnswer, limits, answer => {
      saying.isOnItsWay = false;
      this.#answered(saying, data, answer);
      waiters.settle(answer);
      this.#sendIfDue(saying);
      if (isOver(saying)) this.#forget(saying);
    });
  }

  #answered(saying: Saying, data: unknown, answer: PlainAnswer): void {
    if (answer.status === "success") {
      saying.accepted = data;
      return;
    }
    if (isPassing(answer)) {
      // It was too early, or did not arrive: it is said again, later or in the next seat.
      saying.isDue = true;
      this.#pause(saying, askedPauseMs(answer) ?? TROUBLE_PAUSE_MS);
    } else if (!saying.isDue) {
      saying.data = saying.accepted;
    }
  }

  #pause(saying: Saying, pauseMs: number): void {
    this.#endPause(saying);
    saying.pause = setTimeout(() => {
      saying.pause = null;
      this.#sendIfDue(saying);
    }, pauseMs);
  }

  #endPause(saying: Saying): void {
    if (saying.pause !== null) clearTimeout(saying.pause);
    saying.pause = null;
  }

  #saying(room: string): Saying {
    const known = this.#sayings.get(room);
    if (known !== undefined) return known;
    const saying: Saying = {
      room,
      me: this.#people.get(room) ?? null,
      data: null,
      isDue: false,
      accepted: null,
      isOnItsWay: false,
      pause: null,
      waiters: new Waiters(this.#tools.failure),
    };
    this.#sayings.set(room, saying);
    return saying;
  }

  /** One that was forgotten may still have an answer to come. */
  #isKnown(saying: Saying): boolean {
    return this.#sayings.get(saying.room) === saying;
  }

  #forget(saying: Saying): void {
    this.#endPause(saying);
    if (this.#isKnown(saying)) this.#sayings.delete(saying.room);
  }
}

/** Nothing is said in the room, and the server knows. */
function isOver({ data, isDue, isOnItsWay, accepted }: Saying): boolean {
  return data === null && accepted === null && !isDue && !isOnItsWay;
}

function hasOwnData(roster: Roster | null): boolean {
  const me = roster?.people.find(({ id }) => id === roster.me);
  return me !== undefined && me.data !== null;
}
