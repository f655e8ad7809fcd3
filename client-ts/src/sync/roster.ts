/** The people in one room, as an application sees them, kept current by what the server says of each. */

import type { PersonChange, PersonLeft, Roster, WirePerson } from "../wire/presence";

/** Who is in a room, before the types are known to be the app's. The same object is handed out until something changes. */
export interface WireRoomPresence {
  /** In the order in which they came; somebody who is as before is the same object as before. */
  readonly people: readonly WirePerson[];
  /** The `id` of our own person; null before the server has said it, and where the app could not say who we are. */
  readonly me: string | null;
  /** How many others are there who are not listed. */
  readonly more: number;
  /** The rule of this room has no `presence`, so nobody will ever be listed. */
  readonly isOff: boolean;
  /** Whether this is so now; otherwise it is what was so when the connection was lost, or nothing yet. */
  readonly isCurrent: boolean;
}

/** Before the server has said anything. */
export const NOBODY_YET: WireRoomPresence = { people: [], me: null, more: 0, isOff: false, isCurrent: false };

/** In a room whose rule has no `presence`. */
export const PRESENCE_IS_OFF: WireRoomPresence = { people: [], me: null, more: 0, isOff: true, isCurrent: true };

/** Whether the server has said who is there. */
export function hasRoster(presence: WireRoomPresence): boolean {
  return presence !== NOBODY_YET && presence !== PRESENCE_IS_OFF;
}

/** What the answer to a join says takes the place of all that was known. */
export function presenceOf({ me, people, more }: Roster): WireRoomPresence {
  return { people, me, more, isOff: false, isCurrent: true };
}

/**
 * Returns `before` with `changes` made, in their order.
 *
 * Somebody who is not listed is one of those who are counted only, unless they are new.
 */
export function changedPresence(
  before: WireRoomPresence,
  changes: readonly (PersonChange | PersonLeft)[],
): WireRoomPresence {
  // A map keeps the place of those whom it has, and puts new ones last.
  const people = new Map(before.people.map(person => [person.id, person]));
  let { more } = before;
  for (const change of changes) {
    const isListed = people.has(change.id);
    if (!isListed && change.kind !== "joined" && more > 0) more -= 1;
    if (change.kind === "left") people.delete(change.id);
    else people.set(change.id, personOf(change));
  }
  return { ...before, people: [...people.values()], more };
}

function personOf({ id, user, away, data }: PersonChange): WirePerson {
  return { id, user, away, data };
}
