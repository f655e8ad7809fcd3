import { expect, it } from "vitest";
import { aged, type Cursors, FADE_AFTER_MS, FADE_MS, pointed } from "./cursors";

const ada = { userId: "ada", name: "Ada" };
const bob = { userId: "bob", name: "Bob" };
const at = { x: 1, y: 2 };
const none: Cursors = new Map();

it("a cursor is where its person has pointed last, and gone when they point nowhere", () => {
  const both = pointed(pointed(none, ada, at, 0), bob, at, 0);
  const moved = pointed(both, ada, { x: 5, y: 5 }, 10);
  expect([...moved.values()].map(({ by, at }) => [by.name, at.x])).toEqual([["Ada", 5], ["Bob", 1]]);
  expect([...pointed(moved, bob, null, 20).keys()]).toEqual(["ada"]);
});

it("a cursor that is not heard of fades, and is forgotten", () => {
  const cursors = pointed(none, ada, at, 0);
  expect(aged(cursors, FADE_AFTER_MS - 1)).toBe(cursors);
  const faded = aged(cursors, FADE_AFTER_MS);
  expect(faded.get("ada")?.isFading).toBe(true);
  expect(aged(faded, FADE_AFTER_MS + 1)).toBe(faded);
  expect(aged(faded, FADE_AFTER_MS + FADE_MS).size).toBe(0);
});

it("a cursor that is heard of again fades no more", () => {
  const faded = aged(pointed(none, ada, at, 0), FADE_AFTER_MS);
  expect(pointed(faded, ada, at, FADE_AFTER_MS + 1).get("ada")?.isFading).toBe(false);
});
