import { expect, test } from "vitest";
import { backoffMs, DEFAULT_BACKOFF } from "./backoff";

test.each([
  [1, 500],
  [2, 1_000],
  [3, 2_000],
  [5, 8_000],
  [6, 10_000],
  [1_000, 10_000],
])("after %i failures the wait is anything below %i ms", (failures, boundMs) => {
  expect(backoffMs(failures, DEFAULT_BACKOFF, () => 0)).toBe(0);
  expect(backoffMs(failures, DEFAULT_BACKOFF, () => 0.5)).toBe(boundMs / 2);
  expect(backoffMs(failures, DEFAULT_BACKOFF, () => 0.999)).toBeLessThan(boundMs);
});
