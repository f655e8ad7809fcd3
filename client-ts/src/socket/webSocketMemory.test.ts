// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { tabStore, WebSocketMemory, type TextStore } from "./webSocketMemory";

const MINUTE = 60_000;

beforeEach(() => void vi.useFakeTimers({ now: 1_000 * MINUTE }));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  sessionStorage.clear();
});

const memory = (server = "https://play.example.org/socket.io"): WebSocketMemory => new WebSocketMemory(tabStore, server);

describe("what is known of WebSockets", () => {
  test("is nothing, until one fails", () => {
    const known = memory();
    expect([known.isFailing, known.pauseMs()]).toEqual([false, 0]);
    known.worked();
    expect(sessionStorage.length).toBe(0);
  });

  test("makes each pause twice as long, up to a quarter of an hour", () => {
    const known = memory();
    const pauses = [2, 4, 8, 15, 15].map(minutes => {
      expect(known.nextPauseMs()).toBe(minutes * MINUTE);
      known.failed();
      return known.pauseMs() / MINUTE;
    });
    expect(pauses).toEqual([2, 4, 8, 15, 15]);
  });

  test("outlives a reload, for the same server, until one works", () => {
    memory().failed();
    vi.setSystemTime(Date.now() + MINUTE);
    expect([memory().isFailing, memory().pauseMs()]).toEqual([true, MINUTE]);
    expect(memory("https://other.example.org/socket.io").isFailing).toBe(false);
    memory().worked();
    expect(memory().isFailing).toBe(false);
  });

  test.each([
    ["it is over", 2 * MINUTE, 0],
    ["the clock jumped far ahead", 1e9 * MINUTE, 0],
    ["the clock was set back", -500 * MINUTE, 2 * MINUTE],
  ])("pauses no longer than it should when %s", (_, byMs, leftMs) => {
    const known = memory();
    known.failed();
    vi.setSystemTime(Date.now() + byMs);
    expect([known.isFailing, known.pauseMs()]).toEqual([true, leftMs]);
  });

  test.each(["", "{", "null", "[]", "{}", '{"inARow":0,"lastAt":1}', '{"inARow":"3","lastAt":1}', '{"inARow":1,"lastAt":null}'])(
    "is nothing where the storage says %j",
    text => {
      const store: TextStore = { read: () => text, write: () => {} };
      expect(new WebSocketMemory(store, "").isFailing).toBe(false);
    },
  );

  test("lasts as long as the page where the browser denies its storage", () => {
    vi.spyOn(globalThis, "sessionStorage", "get").mockImplementation(() => {
      throw new DOMException("denied", "SecurityError");
    });
    const known = memory();
    known.failed();
    expect(known.isFailing).toBe(true);
    expect(memory().isFailing).toBe(false);
  });
});
