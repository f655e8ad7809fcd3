/** Who is there: the roster in the answer to a join, and what becomes of the people in it afterwards. */

import { isObject, read, unreadable, type JsonObject, type Read } from "./read";

/** One person in a room, as they are now: all tabs of a user, or a page without a login. */
export interface WirePerson {
  /** The same for all who look, as long as the person is in the room; opaque. */
  readonly id: string;
  /** What the app makes public of a user. */
  readonly user: unknown;
  /** Whether they do nothing in any of their tabs. */
  readonly away: boolean;
  /** What they say of themselves; null when nothing. */
  readonly data: unknown;
}

/** Everybody in a room, or as many as fit into an answer. */
export interface Roster {
  /** The `id` of the person who asks; null where the app could not say who that is. */
  readonly me: string | null;
  /** In the order in which they came. */
  readonly people: readonly WirePerson[];
  /** How many others are there who are not listed. */
  readonly more: number;
}

/** Somebody who is there: new (`joined`), away (`afk`), at it again (`back`), or otherwise not as before (`updated`). */
export interface PersonChange extends WirePerson {
  readonly kind: "joined" | "afk" | "back" | "updated";
}

/** Somebody who has gone. */
export interface PersonLeft {
  readonly kind: "left";
  readonly id: string;
  readonly user: unknown;
}

/** A `presence` frame: what has become of the people in a room since the one before, in order. */
export interface PresenceFrame {
  readonly room: string;
  readonly changes: readonly (PersonChange | PersonLeft)[];
}

/** Reads the roster in the answer to a join. */
export function parseRoster(message: unknown): Read<Roster> {
  if (!isObject(message)) return unreadable("`presence` is not an object");
  const { me, more } = message;
  if (me !== null && typeof me !== "string") return unreadable("`me` is neither a string nor null");
  if (!isCount(more)) return unreadable("`more` is not a count");
  const people = readEach("people", message.people, parsePerson);
  return people.ok ? read({ me, people: people.value, more }) : people;
}

/** Reads a `presence` frame. */
export function parsePresenceFrame(message: unknown): Read<PresenceFrame> {
  if (!isObject(message)) return unreadable("a frame is not an object");
  const { room } = message;
  if (typeof room !== "string") return unreadable("`room` is not a string");
  const changes = readEach("changes", message.changes, parseChange);
  return changes.ok ? read({ room, changes: changes.value }) : changes;
}

function parseChange(message: JsonObject): Read<PersonChange | PersonLeft> {
  const { kind, id } = message;
  switch (kind) {
    case "joined":
    case "afk":
    case "back":
    case "updated": {
      const person = parsePerson(message);
      return person.ok ? read({ kind, ...person.value }) : person;
    }
    case "left":
      if (typeof id !== "string") return unreadable("`id` is not a string");
      if (!("user" in message)) return unreadable("`user` is missing");
      return read({ kind, id, user: message.user });
    default:
      return unreadable("`kind` is none of `joined`, `left`, `afk`, `back`, `updated`");
  }
}

function parsePerson(message: JsonObject): Read<WirePerson> {
  const { id, user, away, data } = message;
  if (typeof id !== "string") return unreadable("`id` is not a string");
  if (!("user" in message)) return unreadable("`user` is missing");
  if (typeof away !== "boolean") return unreadable("`away` is not a boolean");
  if (!("data" in message)) return unreadable("`data` is missing");
  return read({ id, user, away, data });
}

/** Reads each item of the array that the field `name` should be; one that cannot be read makes all of them unreadable. */
function readEach<Item>(name: string, items: unknown, parse: (item: JsonObject) => Read<Item>): Read<readonly Item[]> {
  if (!Array.isArray(items)) return unreadable(`\`${name}\` is not an array`);
  const all: Item[] = [];
  for (const item of items as readonly unknown[]) {
    const one = isObject(item) ? parse(item) : unreadable(`an item of \`${name}\` is not an object`);
    if (!one.ok) return one;
    all.push(one.value);
  }
  return read(all);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
