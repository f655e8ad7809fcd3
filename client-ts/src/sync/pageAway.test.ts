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
    ["who hides the page, until it is shown", ["hide", "show"], ["hide: away", "show: back"]],
    ["while the page is frozen", ["freeze", "resume"], ["freeze: away", "resume: back"]],
    ["who froze a hidden page, and is told once", ["hide", "freeze", "resume", "show"], ["hide: away", "show: back"]],
    ["who does nothing for 5 minutes", ["4 minutes", "1 minute"], ["1 minute: away"]],
    ["not before that", ["4 minutes", "move", "4 minutes"], []],
    ["5 minutes after the last sign of them", ["4 minutes", "key", "4 minutes", "1 minute"], ["1 minute: away"]],
    ["again after being back", ["a day", "move", "a day", "key"], ["a day: away", "move: back", "a day: away", "key: back"]],
    ["5 minutes after the page is shown again", ["hide", "a day", "show", "4 minutes", "1 minute"], ["hide: away", "show: back", "1 minute: away"]],
    ["in a page that is hidden, whatever moves", ["hide", "move"], ["hide: away"]],
  ])("%s", (_, steps, told) => expect(watch(steps)).toEqual(told));

  test.each(["move", "press", "key", "touch", "wheel", "focus"])("until a sign of them: %s", sign => {
    expect(watch(["a day", sign])).toEqual(["a day: away", `${sign}: back`]);
  });

  test("never from doing nothing, where that is off", () => {
    expect(watch(["a day", "hide"], null)).toEqual(["hide: away"]);
  });

  test("from the start, on a page that is hidden", () => {
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
