/** Who is in the rooms that somebody here looks at. */

import type { PresenceFrame } from "../wire/presence";
import type { Away } from "./away";
import { Listeners } from "./listeners";
import type { Part, PartTools, Receives } from "./part";
import { isPassing, type Entry, type Rooms } from "./rooms";
import { changedPresence, hasRoster, NOBODY_YET, PRESENCE_IS_OFF, presenceOf, type WireRoomPresence } from "./roster";

/** A room that somebody looks at. */
interface Watched {
  readonly listeners: Listeners<[]>;
  readonly release: () => void;
  presence: WireRoomPresence;
}

/**
 * The rosters of the rooms that are held with presence.
 *
 * The answer to each join brings the whole roster, and frames what has changed since. When the socket is lost the last roster stays, and
 * says that it is not current, until the next answer; when the room is, it goes.
 */
export class Presence implements Part {
  readonly #tools: PartTools;
  readonly #rooms: Rooms;
  readonly #away: Away;
  readonly #watched = new Map<string, Watched>();
  readonly receives: Receives = { presence: frame => this.#changed(frame) };

  constructor(tools: PartTools, rooms: Rooms, away: Away) {
    this.#tools = tools;
    this.#rooms = rooms;
    this.#away = away;
    rooms.entries.on(entry => this.#entered(entry));
  }

  /** Is in `room` and knows who else is, until the undo that this returns; `changed` is called after each change of either. */
  hold(room: string, changed: () => void): () => void {
    this.#away.use();
    const watched = this.#watched.get(room) ?? this.#watch(room);
    const undo = watched.listeners.on(changed);
    return () => {
      undo();
      // Somebody may take it over at once, as with a room that is held.
      queueMicrotask(() => this.#releaseIfUnwatched(room, watched));
    };
  }

  /** Who is in `room`; the same object as long as nothing changed. */
  roster(room: string): WireRoomPresence {
    return this.#watched.get(room)?.presence ?? NOBODY_YET;
  }

  #watch(room: string): Watched {
    const listeners = new Listeners<[]>(this.#tools.onProblem);
    const watched: Watched = {
      listeners,
      presence: NOBODY_YET,
      // The room tells of itself during this call, too.
      release: this.#rooms.watch(room, () => this.#statusChanged(room)),
    };
    this.#watched.set(room, watched);
    return watched;
  }

  #releaseIfUnwatched(room: string, watched: Watched): void {
    if (watched.listeners.size > 0 || this.#watched.get(room) !== watched) return;
    this.#watched.delete(room);
    watched.release();
  }

  #entered({ room, wasAsked, roster }: Entry): void {
    const watched = this.#watched.get(room);
    if (watched === undefined || !wasAsked) return;
    if (roster !== null) return this.#set(watched, presenceOf(roster));
    if (!watched.presence.isOff) this.#tools.onProblem({ kind: "no-presence", room });
    this.#set(watched, PRESENCE_IS_OFF);
  }

  #changed({ room, changes }: PresenceFrame): void {
    const watched = this.#watched.get(room);
    // Before its roster, a room that is looked at anew may still hear what was asked for before.
    if (watched === undefined || !hasRoster(watched.presence)) return;
    this.#set(watched, changedPresence(watched.presence, changes));
  }

  #statusChanged(room: string): void {
    const watched = this.#watched.get(room);
    if (watched === undefined) return;
    const status = this.#rooms.status(room);
    const { presence } = watched;
    if (status.status === "error" && !isPassing(status.error)) watched.presence = NOBODY_YET;
    else if (status.status !== "joined" && presence.isCurrent) watched.presence = { ...presence, isCurrent: false };
    watched.listeners.tell();
  }

  #set(watched: Watched, presence: WireRoomPresence): void {
    watched.presence = presence;
    watched.listeners.tell();
  }
}
