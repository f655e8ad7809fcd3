import { describe, expect, test } from "vitest";
import type { PersonChange, PersonLeft, WirePerson } from "../wire/presence";
import { changedPresence, presenceOf } from "./roster";

function person(id: string, rest: Partial<WirePerson> = {}): WirePerson {
  return { id, user: { name: id }, away: false, data: null, ...rest };
}

function change(kind: PersonChange["kind"], id: string, rest?: Partial<WirePerson>): PersonChange {
  return { kind, ...person(id, rest) };
}

const left = (id: string): PersonLeft => ({ kind: "left", id, user: { name: id } });

/** Ada, who looks, and Bob are listed, and two more are there. */
const before = presenceOf({ me: "ada", people: [person("ada"), person("bob")], more: 2 });

describe("changes of a roster", () => {
  test.each<[string, readonly (PersonChange | PersonLeft)[], readonly string[], number]>([
    ["somebody new comes last", [change("joined", "eve")], ["ada", "bob", "eve"], 2],
    ["who leaves is gone", [left("bob")], ["ada"], 2],
    ["who was only counted and leaves is not counted any more", [left("eve")], ["ada", "bob"], 1],
    ["who was only counted and does something is listed", [change("afk", "eve"), change("back", "joe")], ["ada", "bob", "eve", "joe"], 0],
    ["the count does not go below nobody", [left("1"), left("2"), left("3")], ["ada", "bob"], 0],
    ["who changes keeps their place", [change("updated", "ada")], ["ada", "bob"], 2],
    ["who leaves and comes again comes last", [left("ada"), change("joined", "ada")], ["bob", "ada"], 2],
    ["changes count in their order", [change("joined", "eve"), left("eve")], ["ada", "bob"], 2],
  ])("%s", (_, changes, people, more) => {
    const after = changedPresence(before, changes);
    expect([after.people.map(({ id }) => id), after.more, after.me]).toEqual([people, more, "ada"]);
  });

  test("each is the whole person, and who did not change is the same object", () => {
    const after = changedPresence(before, [change("afk", "bob", { away: true, data: { text: "lunch" } })]);
    expect(after.people[1]).toEqual({ id: "bob", user: { name: "bob" }, away: true, data: { text: "lunch" } });
    expect(after.people[0]).toBe(before.people[0]);
  });
});
