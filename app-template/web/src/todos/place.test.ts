import { expect, it } from "vitest";
import { placeAt } from "./place";

const placed = (...places: readonly string[]) => places.map((place) => ({ place }));

it("is in front of all, behind all, or between two", () => {
  const first = placeAt([], 0);
  const last = placeAt(placed(first), 1);
  const between = placeAt(placed(first, last), 1);
  const inFront = placeAt(placed(first, last), 0);
  expect([last, first, inFront, between].sort()).toEqual([inFront, first, between, last]);
  expect(new Set([first, last, between, inFront]).size).toBe(4);
});

it("is behind all that stand at one place", () => {
  const [one = "", other = ""] = [placeAt([], 0), placeAt(placed(placeAt([], 0)), 1)];
  const between = placeAt(placed(one, one, other), 1);
  expect([between > one, between < other]).toEqual([true, true]);
});

it("stays short where things are moved to and fro", () => {
  let list = placed(placeAt([], 0));
  for (let moved = 0; moved < 200; moved += 1) {
    const index = moved % 2 === 0 ? list.length : Math.floor(list.length / 2);
    list = [...list, { place: placeAt(list, index) }].sort((a, b) => (a.place < b.place ? -1 : 1));
  }
  expect(Math.max(...list.map(({ place }) => place.length))).toBeLessThan(60);
});
