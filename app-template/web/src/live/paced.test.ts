import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { paced } from "./paced";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});

afterEach(() => {
  vi.useRealTimers();
});

function hearing() {
  const heard: number[] = [];
  return { heard, pace: paced<number>(100, (value) => heard.push(value)) };
}

it("sends the first at once and the newest of the others after the pause", () => {
  const { heard, pace } = hearing();
  for (const value of [1, 2, 3]) pace.say(value);
  expect(heard).toEqual([1]);
  vi.advanceTimersByTime(99);
  expect(heard).toEqual([1]);
  vi.advanceTimersByTime(1);
  expect(heard).toEqual([1, 3]);
});

it("pauses after what waited, too", () => {
  const { heard, pace } = hearing();
  for (const value of [1, 2]) pace.say(value);
  vi.advanceTimersByTime(100);
  pace.say(3);
  expect(heard).toEqual([1, 2]);
  vi.advanceTimersByTime(100);
  expect(heard).toEqual([1, 2, 3]);
});

it("sends at once again what comes after a silence", () => {
  const { heard, pace } = hearing();
  pace.say(1);
  vi.advanceTimersByTime(100);
  pace.say(2);
  expect(heard).toEqual([1, 2]);
});

it("forgets what waits, and not that it has just spoken", () => {
  const { heard, pace } = hearing();
  for (const value of [1, 2]) pace.say(value);
  pace.drop();
  pace.say(3);
  expect(heard).toEqual([1]);
  vi.advanceTimersByTime(100);
  expect(heard).toEqual([1, 3]);
});
