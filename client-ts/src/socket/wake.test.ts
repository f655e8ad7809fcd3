// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { onPageWake } from "./wake";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Moves through the back/forward cache, or past it. */
function turn(event: "pagehide" | "pageshow", persisted: boolean): void {
  window.dispatchEvent(Object.assign(new Event(event), { persisted }));
}

/** More time passes than timers notice. */
function sleep(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
  vi.advanceTimersByTime(2_000);
}

function watch() {
  const [wake, rest] = [vi.fn(), vi.fn()];
  return { wake, rest, undo: onPageWake(wake, rest) };
}

test.each([
  ["the network is there again", () => window.dispatchEvent(new Event("online"))],
  ["the page comes out of the cache", () => turn("pageshow", true)],
  ["the page becomes visible", () => document.dispatchEvent(new Event("visibilitychange"))],
  ["the page is frozen no more", () => document.dispatchEvent(new Event("resume"))],
  ["the computer was asleep", () => sleep(2_000)],
])("wakes when %s, until the undo", (_, happen) => {
  vi.spyOn(document, "visibilityState", "get").mockReturnValue("visible");
  const { wake, rest, undo } = watch();
  happen();
  expect(wake).toHaveBeenCalledTimes(1);
  undo();
  happen();
  expect(wake).toHaveBeenCalledTimes(1);
  expect(rest).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});

test("sleeps on when the page is hidden", () => {
  vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  const { wake, undo } = watch();
  document.dispatchEvent(new Event("visibilitychange"));
  undo();
  expect(wake).not.toHaveBeenCalled();
});

describe("the clock", () => {
  test("says nothing of a timer that is a little late, nor of one that is in time", () => {
    const { wake, undo } = watch();
    sleep(1_999);
    vi.advanceTimersByTime(600_000);
    // Somebody has set it back.
    sleep(-3_600_000);
    undo();
    expect(wake).not.toHaveBeenCalled();
  });

  test("tells of a sleep once", () => {
    const { wake, undo } = watch();
    sleep(3_600_000);
    vi.advanceTimersByTime(600_000);
    undo();
    expect(wake).toHaveBeenCalledTimes(1);
  });
});

test("a page rests that goes into the cache, and not one that ends, until the undo", () => {
  const { rest, wake, undo } = watch();
  turn("pagehide", false);
  expect(rest).not.toHaveBeenCalled();
  turn("pagehide", true);
  expect(rest).toHaveBeenCalledTimes(1);
  undo();
  turn("pagehide", true);
  expect(rest).toHaveBeenCalledTimes(1);
  expect(wake).not.toHaveBeenCalled();
});
