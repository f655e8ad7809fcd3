import { afterEach, expect, test, vi } from "vitest";
import { createSyncIn } from "./createSync";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("an `onProblem` that throws stops nothing: the next attempt comes, and both errors are in the console", () => {
  vi.useFakeTimers();
  const logged = vi.spyOn(console, "error").mockImplementation(() => {});
  let tries = 0;
  const sync = createSyncIn(
    {
      openSocket: () => {
        throw new Error(`no token ${(tries += 1)}`);
      },
      onWake: () => () => {},
      random: () => 0,
    },
    {
      onProblem: () => {
        throw new Error("no reporter");
      },
    },
  );
  sync.connect();
  vi.advanceTimersByTime(0);
  expect(tries).toBe(2);
  expect(logged.mock.calls.slice(0, 2).map(([text, error]) => `${text}: ${error}`)).toEqual([
    "syncwright: cannot try to connect: Error: no token 1",
    "syncwright: `onProblem` failed: Error: no reporter",
  ]);
  sync.disconnect();
});
