import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { webSocketToMoveTo } from "./moveToWebSocket";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A transport to a port on which nobody answers. */
function setUp() {
  const seen: string[] = [];
  const WebSocketToMoveTo = webSocketToMoveTo({ afterMs: 60_000, limitMs: 10_000, tried: () => void seen.push("tried") });
  const transport = new WebSocketToMoveTo({ hostname: "127.0.0.1", port: "1", path: "/socket.io/", query: {}, socket: {} });
  transport.on("error", ({ message }) => void seen.push(message));
  return { transport, seen };
}

test("is tried once, after its time, and given up when nobody answers", () => {
  const { transport, seen } = setUp();
  transport.open();
  vi.advanceTimersByTime(59_999);
  expect(seen).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(seen).toEqual(["tried"]);
  vi.advanceTimersByTime(10_000);
  expect(seen).toEqual(["tried", "the WebSocket did not answer in time"]);
  transport.close();
});

test.each([
  ["it is tried", 0],
  ["it is answered", 60_000],
])("leaves no timer behind when it is closed before %s", (_, afterMs) => {
  const { transport } = setUp();
  transport.open();
  vi.advanceTimersByTime(afterMs);
  expect(vi.getTimerCount()).toBe(1);
  transport.close();
  expect(vi.getTimerCount()).toBe(0);
});
