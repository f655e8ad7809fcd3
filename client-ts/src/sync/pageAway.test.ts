// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { watchPageAway } from "./pageAway";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const MINUTE = 60_000;

/** What happens to a page, by name. */
const HAPPENS: Readonly<Record<string, () => void>> = {
  hide: () => turn("hidden"),
  show: () => turn("visible"),
  freeze: () => document.dispatchEvent(new Event("freeze")),
  resume: () => document.dispatchEvent(new Event("resume")),
  move: () => document.dispatchEvent(new Event("pointermove")),
  press: () => document.dispatchEvent(new Event("pointerdown")),
  key: () => document.dispatchEvent(new Event("keydown")),
  touch: () => document.dispatchEvent(new Event("touchstart")),
  wheel: () => document.dispatchEvent(new Event("wheel")),
  focus: () => window.dispatchEvent(new Event("focus")),
  "999 ms": () => void vi.advanceTimersByTime(999),
  "1 ms": () => void vi.advanceTimersByTime(1),
  "4 minutes": () => void vi.advanceTimersByTime(4 * MINUTE),
  "1 minute": () => void vi.advanceTimersByTime(MINUTE),
  "a day": () => void vi.advanceTimersByTime(24 * 60 * MINUTE),
};

function turn(visibility: DocumentVisibilityState): void {
  vi.spyOn(document, "visibilityState", "get").mockReturnValue(visibility);
  document.dispatchEvent(new Event("visibilitychange"));
}

/** Lets all of `steps` happen, and returns what was told, by the step that it was told in. */
function watch(steps: readonly string[], awayAfterMs: number | null = 5 * MINUTE): string[] {
  turn("visible");
  const told: string[] = [];
  let step = "start";
  const undo = watchPageAway(awayAfterMs, isAway => void told.push(`${step}: ${isAway ? "away" : "back"}`));
  for (step of steps) HAPPENS[step]?.();
  undo();
  for (const happen of Object.values(HAPPENS)) happen();
  return told;
}

describe("somebody is away", () => {
  test.each([
    ["who has hidden the page for a second, until it is shown", ["hide", "999 ms", "1 ms", "show"], ["1 ms: away", "show: back"]],
    ["not whose page is hidden for a moment, as before it is closed", ["hide", "999 ms", "show", "999 ms", "1 ms"], []],
    ["while the page is frozen, at once", ["freeze", "resume"], ["freeze: away", "resume: back"]],
    ["who froze a hidden page, and is told once", ["hide", "freeze", "1 minute", "resume", "show"], ["freeze: away", "show: back"]],
    ["who does nothing for 5 minutes", ["4 minutes", "1 minute"], ["1 minute: away"]],
    ["not before that", ["4 minutes", "move", "4 minutes"], []],
    ["5 minutes after the last sign of them", ["4 minutes", "key", "4 minutes", "1 minute"], ["1 minute: away"]],
    ["again after being back", ["a day", "move", "a day", "key"], ["a day: away", "move: back", "a day: away", "key: back"]],
    ["5 minutes after the page is shown again", ["hide", "a day", "show", "4 minutes", "1 minute"], ["a day: away", "show: back", "1 minute: away"]],
    ["in a page that is hidden, whatever moves", ["hide", "1 minute", "move"], ["1 minute: away"]],
  ])("%s", (_, steps, told) => expect(watch(steps)).toEqual(told));

  test.each(["move", "press", "key", "touch", "wheel", "focus"])("until a sign of them: %s", sign => {
    expect(watch(["a day", sign])).toEqual(["a day: away", `${sign}: back`]);
  });

  test("never from doing nothing, where that is off", () => {
    expect(watch(["a day", "hide", "1 minute"], null)).toEqual(["1 minute: away"]);
  });

  test("not at once after longer than a timer can count", () => {
    expect(watch(["a day", "1 minute"], Number.MAX_SAFE_INTEGER)).toEqual([]);
  });

  test("from the start, on a page that was never seen", () => {
    turn("hidden");
    const changed = vi.fn();
    watchPageAway(null, changed)();
    expect(changed.mock.calls).toEqual([[true]]);
  });
});

test("after the undo nothing is left on the page", () => {
  const targets = [window, document];
  const added = targets.map(target => vi.spyOn(target, "addEventListener"));
  const removed = targets.map(target => vi.spyOn(target, "removeEventListener"));
  turn("visible");
  watchPageAway(MINUTE, () => {})();
  const calls = (spies: typeof added): unknown[] => spies.map(spy => spy.mock.calls);
  expect(calls(added).flat()).not.toHaveLength(0);
  expect(calls(removed)).toEqual(calls(added));
  expect(vi.getTimerCount()).toBe(0);
});
