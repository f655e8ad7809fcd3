import { expect, it } from "vitest";
import { freePlace, placeForNote, placeOnBoard } from "./geometry";

it.each([
  { place: { x: 100.4, y: 50.6 }, put: { x: 100, y: 51 } },
  { place: { x: -20, y: 900 }, put: { x: 0, y: 470 } },
  { place: { x: 1000, y: 0 }, put: { x: 810, y: 0 } },
])("a note at $place.x, $place.y stays on the board", ({ place, put }) => {
  expect(placeForNote(place)).toEqual(put);
});

it("a point of the window is found on a board of any size", () => {
  const box = { left: 20, top: 100, width: 500 };
  expect(placeOnBoard({ clientX: 270, clientY: 150 }, box)).toEqual({ x: 500, y: 100 });
  expect(placeOnBoard({ clientX: 0, clientY: 1000 }, box)).toEqual({ x: 0, y: 600 });
});

it("new notes cover no others as long as there is a place", () => {
  const taken = Array.from({ length: 12 }).reduce<{ x: number; y: number }[]>((before) => [...before, freePlace(before)], []);
  expect(new Set(taken.map(({ x, y }) => `${x},${y}`)).size).toBe(12);
  expect(taken[0]).toEqual({ x: 40, y: 40 });
  expect(freePlace([{ x: 60, y: 60 }])).toEqual({ x: 280, y: 40 });
  expect(placeForNote(freePlace(taken))).toEqual(freePlace(taken));
});
