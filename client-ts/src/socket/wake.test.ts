// @vitest-environment happy-dom
import { expect, test, vi } from "vitest";
import { onPageWake } from "./wake";

test.each([
  ["the network is there again", () => window.dispatchEvent(new Event("online"))],
  ["the page comes out of the cache", () => window.dispatchEvent(new Event("pageshow"))],
  ["the page becomes visible", () => document.dispatchEvent(new Event("visibilitychange"))],
])("wakes when %s, until the undo", (_, happen) => {
  vi.spyOn(document, "visibilityState", "get").mockReturnValue("visible");
  const wake = vi.fn();
  const undo = onPageWake(wake);
  happen();
  expect(wake).toHaveBeenCalledTimes(1);
  undo();
  happen();
  expect(wake).toHaveBeenCalledTimes(1);
});

test("sleeps on when the page is hidden", () => {
  vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  const wake = vi.fn();
  const undo = onPageWake(wake);
  document.dispatchEvent(new Event("visibilitychange"));
  undo();
  expect(wake).not.toHaveBeenCalled();
});
