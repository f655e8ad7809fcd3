/** The cursors of the others on a board, by whose they are. One that was not heard of for a while *fades*, and then is forgotten. */
import type { Person } from "../_sockets/apiTypes.generated";
import type { Place } from "./geometry";

export interface Cursor {
  readonly by: Person;
  readonly at: Place;
  /** When it was heard of last, in milliseconds of any clock. */
  readonly heardAt: number;
  readonly isFading: boolean;
}

export type Cursors = ReadonlyMap<string, Cursor>;

/** A hand that rests is shown this long. */
export const FADE_AFTER_MS = 4_000;
/** As long as the style takes to fade it. */
export const FADE_MS = 600;

/** The cursors after somebody has pointed to a place, or to none. */
export function pointed(before: Cursors, by: Person, at: Place | null, now: number): Cursors {
  const after = new Map(before);
  if (at === null) after.delete(by.userId);
  else after.set(by.userId, { by, at, heardAt: now, isFading: false });
  return after;
}

/** The cursors as they are at `now`; the same ones as before if none has aged. */
export function aged(before: Cursors, now: number): Cursors {
  const kept = [...before].filter(([, { heardAt }]) => now - heardAt < FADE_AFTER_MS + FADE_MS);
  const after = kept.map(([id, cursor]): [string, Cursor] => [id, fading(cursor, now)]);
  const isSame = after.length === before.size && after.every(([id, cursor]) => before.get(id) === cursor);
  return isSame ? before : new Map(after);
}

function fading(cursor: Cursor, now: number): Cursor {
  const isFading = now - cursor.heardAt >= FADE_AFTER_MS;
  return cursor.isFading === isFading ? cursor : { ...cursor, isFading };
}
