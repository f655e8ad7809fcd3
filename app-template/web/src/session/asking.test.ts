import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Asking } from "./asking";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A question whose answers the test gives; `random` is such that each wait is as long as it can be. */
function setUp() {
  const waiting: ((isAnswered: boolean) => void)[] = [];
  const chances = new Set<() => void>();
  const seen = { asked: 0 };
  const asking = new Asking({
    ask: () => {
      seen.asked += 1;
      return new Promise((resolve) => waiting.push(resolve));
    },
    onChance: (chance) => {
      chances.add(chance);
      return () => void chances.delete(chance);
    },
    random: () => 1,
  });
  const answer = async (isAnswered: boolean) => {
    waiting.shift()?.(isAnswered);
    await vi.advanceTimersByTimeAsync(0);
  };
  const chance = () => {
    for (const each of chances) each();
  };
  return { asking, seen, answer, chance, chances };
}

it("asks until there is an answer, and waits longer each time", async () => {
  const { asking, seen, answer } = setUp();
  asking.start();
  for (const waitMs of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
    const before = seen.asked;
    await answer(false);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(waitMs - 1);
    expect(seen.asked).toBe(before);
    await vi.advanceTimersByTimeAsync(1);
    expect(seen.asked).toBe(before + 1);
  }
  await answer(true);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(seen.asked).toBe(8);
});

it("takes a chance at once, but only while it waits", async () => {
  const { asking, seen, answer, chance } = setUp();
  asking.start();
  chance();
  await answer(false);
  chance();
  chance();
  expect(seen.asked).toBe(2);
  await answer(true);
  chance();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(seen.asked).toBe(2);
});

it("asks once more, and once only, when there was a reason to while a question was on its way", async () => {
  const { asking, seen, answer } = setUp();
  asking.start();
  asking.now();
  asking.now();
  expect(seen.asked).toBe(1);
  await answer(true);
  expect(seen.asked).toBe(2);
  await answer(true);
  expect(seen.asked).toBe(2);
});

it("waits longer each time that an answer was of no use, and begins anew with a new reason", async () => {
  const { asking, seen, answer } = setUp();
  asking.start();
  await answer(true);
  for (const waitMs of [1_000, 2_000]) {
    asking.later();
    asking.later();
    await vi.advanceTimersByTimeAsync(waitMs - 1);
    const before = seen.asked;
    await vi.advanceTimersByTimeAsync(1);
    expect(seen.asked).toBe(before + 1);
    await answer(true);
  }
  asking.now();
  await answer(false);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(seen.asked).toBe(5);
});

it.each([true, false])("is quiet after its end, whatever is still answered (%s)", async (isAnswered) => {
  const { asking, seen, answer, chances } = setUp();
  const stop = asking.start();
  asking.now();
  stop();
  await answer(isAnswered);
  asking.now();
  asking.later();
  expect([seen.asked, vi.getTimerCount(), chances.size]).toEqual([1, 0, 0]);
});

it("can be started again, as React does in development", async () => {
  const { asking, seen, answer } = setUp();
  asking.start()();
  asking.start();
  await answer(true);
  expect(seen.asked).toBe(2);
});
