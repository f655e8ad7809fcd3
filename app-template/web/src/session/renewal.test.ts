import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { askInTime, parseRenewal } from "./renewal";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A tab whose socket is open, with an hour until its next question. */
function setUp() {
  const chances = new Set<() => void>();
  const seen = { asked: 0, isConnected: true };
  const stop = askInTime(
    { afterMs: 3_600_000 },
    {
      ask: () => void (seen.asked += 1),
      isConnected: () => seen.isConnected,
      onChance: (chance) => {
        chances.add(chance);
        return () => void chances.delete(chance);
      },
      now: Date.now,
    },
  );
  const chance = () => {
    for (const each of chances) each();
  };
  return { seen, stop, chance, chances };
}

it("asks when it is time, once, and not at every chance before", () => {
  const { seen, chance } = setUp();
  vi.advanceTimersByTime(3_599_999);
  chance();
  expect(seen.asked).toBe(0);
  vi.advanceTimersByTime(1);
  chance();
  vi.advanceTimersByTime(7_200_000);
  expect(seen.asked).toBe(1);
});

it("asks at the next chance when it was late, as after a sleep", () => {
  const { seen, chance } = setUp();
  vi.setSystemTime(Date.now() + 3_600_000);
  chance();
  chance();
  expect(seen.asked).toBe(1);
});

it("waits for the connection, and asks when it is back", () => {
  const { seen, chance } = setUp();
  seen.isConnected = false;
  vi.advanceTimersByTime(3_600_000);
  chance();
  expect(seen.asked).toBe(0);
  seen.isConnected = true;
  chance();
  expect(seen.asked).toBe(1);
});

it("is quiet after its end", () => {
  const { seen, stop, chance, chances } = setUp();
  stop();
  chance();
  vi.advanceTimersByTime(7_200_000);
  expect([seen.asked, vi.getTimerCount(), chances.size]).toEqual([0, 0, 0]);
});

it.each([
  [null, null],
  ["", null],
  ["soon", null],
  ["-5", null],
  ["900000", 900_000],
  ["1", 1_000],
  ["999999999999", 3_600_000],
])("parseRenewal reads %o", (header, afterMs) => {
  expect(parseRenewal(header)).toEqual(afterMs === null ? null : { afterMs });
});
