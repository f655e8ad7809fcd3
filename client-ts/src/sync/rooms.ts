/**
 * The rooms that somebody here wants to be in, and whether we are.
 *
 * A room is wanted while a `joinRoom` waits for its answer, from a successful `joinRoom` until `leaveRoom`, and while
 * anybody holds it (`holdRoom`, which is what `useRoom` does). A *seat* is one membership, a socket in a room: it goes with the
 * socket, so wanted rooms are joined again on each new one.
 */

import { parseJoinAnswer, parseRoomsAnswer, type JoinAnswer, type RoomsAnswer, type WireFailure } from "../wire/answers";
import type { JoinRoom } from "../wire/payloads";
import type { Roster } from "../wire/presence";
import { backoffMs, type Backoff } from "../socket/backoff";
import type { Calls } from "./calls";
import type { Limits } from "./deadline";
import { Listeners } from "./listeners";
import type { Part, PartTools, Receives, RoomPlace } from "./part";
import { Waiters } from "./waiters";

/** Where a room stands, before the codes are known to be the app's. */
export type WireRoomStatus =
  | { readonly status: "idle" }
  | { readonly status: "joining" }
  | { readonly status: "joined" }
  | { readonly status: "error"; readonly error: WireFailure };

/** That we are in a room, from the answer to a join. */
export interface Entry {
  readonly room: string;
  /** The seat is a new one, and not one that was asked for again. */
  readonly isNew: boolean;
  /** The join asked who is there. */
  readonly wasAsked: boolean;
  /** Who is there; null if the join did not ask, or the rule of the room has no `presence`. */
  readonly roster: Roster | null;
}

interface Room {
  readonly name: string;
  readonly waiters: Waiters<JoinAnswer>;
  readonly listeners: Listeners<[]>;
  /** Somebody looks at who is there, so joins ask for it. */
  isWatched: boolean;
  /** The last join asked. */
  hasAskedWho: boolean;
  /** A `joinRoom` succeeded, and no `leaveRoom` since. */
  isKept: boolean;
  /** Was entered at least once, so that a refusal is a loss. */
  wasEntered: boolean;
  status: WireRoomStatus;
  /** The server may keep a seat for us in it, as far as can be told here. */
  mayHaveSeat: boolean;
  /** The last position seen; null before the room was entered. */
  pos: string | null;
  /** What proves to another server that we were there; null where there is no other one. */
  membership: string | null;
  /** A frame has come since the last join was sent. Its position is not older than that of the answer to the join. */
  isPosOfFrame: boolean;
  /** Counts the joins sent, because only the answer to the last one tells where we are. */
  joins: number;
  /** Counts the joins in a row that a server in trouble turned away, and waits for the next. */
  failures: number;
  retry: ReturnType<typeof setTimeout> | undefined;
}

/** How long to leave alone a server that is in trouble. */
const RETRY_BACKOFF: Backoff = { baseMs: 1_000, capMs: 30_000 };

const IDLE: WireRoomStatus = { status: "idle" };
const JOINING: WireRoomStatus = { status: "joining" };
const JOINED: WireRoomStatus = { status: "joined" };

/** All wanted rooms, in the order in which they were first wanted. */
export class Rooms implements Part {
  readonly #tools: PartTools;
  readonly #calls: Calls;
  readonly #rooms = new Map<string, Room>();
  /** Why rooms that we were in would not have us back on this socket. */
  readonly #refusals = new Map<string, WireFailure>();
  /** Where the page before was, as long as nobody here has asked for the room. */
  readonly #placesBefore: Map<string, RoomPlace>;
  /** Told that something was missed in `room` that cannot be sent again. */
  readonly gaps: Listeners<[room: string]>;
  /** Told when we were taken out of a room, or when one that we were in would not have us back. */
  readonly losses: Listeners<[room: string, error: WireFailure]>;
  /** Told when we are in a room, before its status says so. */
  readonly entries: Listeners<[Entry]>;
  /** Told when we are in a room no longer, and not about to be again. */
  readonly exits: Listeners<[room: string]>;
  readonly receives: Receives = {
    sync: frame => {
      if (frame.status !== "stream") this.#seen(frame.room, frame.pos);
    },
    state: ({ room, pos }) => void this.#seen(room, pos),
    roomLost: ({ room, error }) => this.#takenOut(room, error),
    gap: ({ room, pos, membership }) => {
      const known = this.#rooms.get(room);
      if (known === undefined) return;
      known.membership = membership ?? known.membership;
      this.#seen(room, pos);
      this.gaps.tell(room);
    },
  };

  constructor(tools: PartTools, calls: Calls) {
    this.#tools = tools;
    this.#calls = calls;
    this.#placesBefore = new Map(tools.placesBefore);
    this.gaps = new Listeners(tools.onProblem);
    this.losses = new Listeners(tools.onProblem);
    this.entries = new Listeners(tools.onProblem);
    this.exits = new Listeners(tools.onProblem);
  }

  /** Enters `name` and stays, over reconnects too, until `leave`. */
  async join(name: string, limits: Limits): Promise<JoinAnswer> {
    const blocked = this.#tools.blocked();
    if (blocked !== null) return blocked;
    if (limits.signal?.aborted === true) return this.#tools.failure("sync-cancelled");
    const room = this.#room(name);
    const answer = room.waiters.wait(limits);
    if (this.#tools.connection.isOpen) this.#enter(room);
    else this.#setStatus(room, JOINING);
    const settled = await answer;
    this.#leaveIfUnwanted(room);
    return settled;
  }

  /** Ends what `join` began. Somebody who holds the room keeps it. */
  async leave(name: string, limits: Limits): Promise<RoomsAnswer> {
    const room = this.#rooms.get(name);
    if (room !== undefined) {
      room.isKept = false;
      room.waiters.settle(this.#tools.failure("sync-cancelled"));
      if (!isWanted(room)) this.#forget(room);
    }
    if (!this.#tools.connection.isOpen) return { status: "success", rooms: [...this.#rooms.keys()] };
    if (this.#rooms.has(name)) return this.joined(limits);
    return this.#calls.callInTurn("leaveRoom", { room: name }, parseRoomsAnswer, limits);
  }

  /** Asks the server for the rooms of this socket. */
  joined(limits: Limits): Promise<RoomsAnswer> {
    return this.#calls.callInTurn("joinedRooms", {}, parseRoomsAnswer, limits);
  }

  /** Is in `name` until the undo that this returns; `changed` is called after each change of its status. */
  hold(name: string, changed: () => void): () => void {
    const room = this.#room(name);
    const release = room.listeners.on(changed);
    if (room.status.status === "idle" || room.status.status === "error") this.#startHold(room);
    return () => {
      release();
      // Somebody may take it over at once: a remounting component must not leave and join again.
      queueMicrotask(() => this.#leaveIfUnwanted(room));
    };
  }

  /** As `hold`, and each join asks who is there, which `entries` tells. A room is watched by one at a time. */
  watch(name: string, changed: () => void): () => void {
    const room = this.#room(name);
    room.isWatched = true;
    const release = this.hold(name, changed);
    // We are there already, or on our way, without having asked.
    if (this.#tools.connection.isOpen && !room.hasAskedWho) this.#enter(room);
    return () => {
      room.isWatched = false;
      room.hasAskedWho = false;
      release();
      queueMicrotask(() => this.#stopFollowing(room));
    };
  }

  /** Joins again without asking who is there: others here are still in the room, and nobody looks. */
  #stopFollowing(room: Room): void {
    const isHere = this.#rooms.get(room.name) === room && room.status === JOINED && this.#tools.connection.isOpen;
    if (isHere && !room.isWatched) this.#enter(room);
  }

  /** Up to where this page has seen what happened in each room. */
  places(): ReadonlyMap<string, RoomPlace> {
    const places = [...this.#rooms.values()].flatMap(({ name, pos, membership }) =>
      pos === null ? [] : [[name, { pos, membership }] as const],
    );
    return new Map(places);
  }

  /** Where `name` stands; the same object as long as nothing changed. */
  status(name: string): WireRoomStatus {
    return this.#rooms.get(name)?.status ?? IDLE;
  }

  started(): void {
    for (const room of [...this.#rooms.values()]) this.#setStatus(room, JOINING);
  }

  /** Why we are not in `name` any more, if it would not have us back. */
  refusal(name: string): WireFailure | undefined {
    return this.#refusals.get(name);
  }

  /** A new socket has no seat yet. */
  opened(): void {
    this.#refusals.clear();
    for (const room of [...this.#rooms.values()]) {
      this.#setStatus(room, JOINING);
      this.#enter(room);
    }
  }

  lost(): void {
    for (const room of [...this.#rooms.values()]) {
      clearTimeout(room.retry);
      room.mayHaveSeat = false;
      this.#setStatus(room, JOINING);
    }
  }

  /** The rooms stay wanted for when there is a socket again. */
  stopped(failure: WireFailure): void {
    for (const room of [...this.#rooms.values()]) {
      this.#setStatus(room, { status: "error", error: failure });
      room.waiters.settle(failure);
    }
  }

  /** A frame of `name` was at `pos`; returns whether we know the room. */
  #seen(name: string, pos: string): boolean {
    const room = this.#rooms.get(name);
    if (room === undefined) return false;
    room.pos = pos;
    room.isPosOfFrame = true;
    return true;
  }

  /** The app has taken us out of `name`. What we asked of the room since then has an answer still to come, and that counts. */
  #takenOut(name: string, error: WireFailure): void {
    const room = this.#rooms.get(name);
    if (room !== undefined) this.#refused(room, error, false);
  }

  #startHold(room: Room): void {
    const blocked = this.#tools.blocked();
    if (blocked !== null) this.#setStatus(room, { status: "error", error: blocked });
    else if (this.#tools.connection.isOpen) this.#enter(room);
    else this.#setStatus(room, JOINING);
  }

  #enter(room: Room): void {
    clearTimeout(room.retry);
    const join = (room.joins += 1);
    const hasSeat = room.status === JOINED;
    // With a seat in the room, nothing can have been missed.
    const after = hasSeat ? null : room.pos;
    if (!hasSeat) this.#setStatus(room, JOINING);
    room.mayHaveSeat = true;
    room.isPosOfFrame = false;
    room.hasAskedWho = room.isWatched;
    const payload: JoinRoom = {
      room: room.name,
      ...(after !== null && { after }),
      ...(after !== null && room.membership !== null && { membership: room.membership }),
      ...(room.isWatched && { presence: true }),
    };
    this.#calls.callNow("joinRoom", payload, parseJoinAnswer, this.#ownLimits(), answer => {
      const isOutdated = join !== room.joins || this.#rooms.get(room.name) !== room;
      // After a loss the next socket joins again, and its answer is the one that counts.
      if (isOutdated || !this.#tools.connection.isOpen) return;
      if (answer.status === "error") {
        this.#refused(room, answer, hasSeat);
        room.waiters.settle(answer);
      } else {
        const { presence, membership, ...joined } = answer;
        room.membership = membership ?? null;
        const pos = newestPos(room, answer.pos);
        const wasAsked = payload.presence === true;
        this.entries.tell({ room: room.name, isNew: !hasSeat, wasAsked, roster: presence ?? null });
        this.#entered(room, pos, after !== null && !answer.recovered);
        room.waiters.settle({ ...joined, pos });
      }
    });
  }

  #entered(room: Room, pos: string, hasGap: boolean): void {
    this.#refusals.delete(room.name);
    room.pos = pos;
    room.wasEntered = true;
    room.failures = 0;
    if (room.waiters.size > 0) room.isKept = true;
    this.#setStatus(room, JOINED);
    if (hasGap) this.gaps.tell(room.name);
  }

  #refused(room: Room, error: WireFailure, hasSeat: boolean): void {
    const isLoss = room.wasEntered && !isPassing(error);
    if (room.wasEntered) this.#refusals.set(room.name, error);
    if (isPassing(error)) {
      this.#retryLater(room);
    } else {
      room.wasEntered = false;
      room.isKept = false;
      room.mayHaveSeat = hasSeat;
      room.pos = null;
    }
    this.#setStatus(room, { status: "error", error });
    if (!isPassing(error)) this.exits.tell(room.name);
    if (isLoss) this.losses.tell(room.name, error);
    queueMicrotask(() => this.#leaveIfUnwanted(room));
  }

  #retryLater(room: Room): void {
    room.failures += 1;
    const delayMs = backoffMs(room.failures, RETRY_BACKOFF, this.#tools.random);
    room.retry = setTimeout(() => this.#enter(room), delayMs);
  }

  #leaveIfUnwanted(room: Room): void {
    if (isWanted(room) || this.#rooms.get(room.name) !== room) return;
    this.#forget(room);
    if (room.mayHaveSeat && this.#tools.connection.isOpen) this.#tellLeft(room);
  }

  #tellLeft(room: Room): void {
    this.#calls.callNow("leaveRoom", { room: room.name }, parseRoomsAnswer, this.#ownLimits(), () => {});
  }

  /** For what nobody waits for. */
  #ownLimits(): Limits {
    return { timeoutMs: this.#tools.defaultTimeoutMs, signal: undefined };
  }

  #room(name: string): Room {
    const known = this.#rooms.get(name);
    if (known !== undefined) return known;
    const before = this.#placesBefore.get(name);
    const room: Room = {
      name,
      waiters: new Waiters(this.#tools.failure),
      listeners: new Listeners(this.#tools.onProblem),
      isWatched: false,
      hasAskedWho: false,
      isKept: false,
      wasEntered: false,
      mayHaveSeat: false,
      status: IDLE,
      pos: before?.pos ?? null,
      membership: before?.membership ?? null,
      isPosOfFrame: false,
      joins: 0,
      failures: 0,
      retry: undefined,
    };
    this.#placesBefore.delete(name);
    this.#rooms.set(name, room);
    return room;
  }

  #forget(room: Room): void {
    clearTimeout(room.retry);
    this.#rooms.delete(room.name);
    this.exits.tell(room.name);
  }

  #setStatus(room: Room, status: WireRoomStatus): void {
    if (room.status === status) return;
    room.status = status;
    room.listeners.tell();
  }
}

function isWanted(room: Room): boolean {
  return room.isKept || room.waiters.size > 0 || room.listeners.size > 0;
}

/** Positions cannot be compared, so the order of arrival decides: a frame that came before the answer is what was seen last. */
function newestPos(room: Room, answered: string): string {
  return room.isPosOfFrame && room.pos !== null ? room.pos : answered;
}

/** Whether the same may succeed later: the server was slow, busy or in trouble. */
export function isPassing({ httpStatus }: WireFailure): boolean {
  return httpStatus === 429 || httpStatus >= 500;
}
