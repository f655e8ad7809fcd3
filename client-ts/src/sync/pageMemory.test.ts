import { describe, expect, test, vi } from "vitest";
import type { TextStore } from "../socket/webSocketMemory";
import { PageMemory, type PageNotes } from "./pageMemory";

function storage(): TextStore & { readonly texts: Map<string, string> } {
  const texts = new Map<string, string>();
  return {
    texts,
    read: key => texts.get(key) ?? null,
    write: (key, text) => void (text === null ? texts.delete(key) : texts.set(key, text)),
  };
}

const NOTES: PageNotes = { tab: "tab-1", places: new Map([["a", { pos: "p1", membership: "m1" }], ["__proto__", { pos: "p2", membership: null }]]) };

/** A page that leaves its notes, and the moments of its life. */
function page(store: TextStore, server = "here") {
  const memory = new PageMemory(store, server);
  const moments = { left: () => {}, stayed: () => {} };
  const taken = memory.take();
  memory.leave((left, stayed) => void Object.assign(moments, { left, stayed }), () => NOTES);
  return { taken, ...moments };
}

describe("what a page remembers while it is loaded again", () => {
  test("is there for the next page of the tab, and for one only", () => {
    const store = storage();
    const first = page(store);
    expect(first.taken).toBeNull();
    expect(page(store).taken).toBeNull();
    first.left();
    expect(page(store, "elsewhere").taken).toBeNull();
    expect(page(store).taken).toEqual(NOTES);
    expect(page(store).taken).toBeNull();
  });

  test("is not there for a copy of the tab while the page lives", () => {
    const store = storage();
    const first = page(store);
    first.left();
    first.stayed();
    expect(store.texts.size).toBe(0);
  });

  test("is of no use after a while, or when a clock was set back", () => {
    for (const later of [5 * 60_000, -1]) {
      vi.useFakeTimers({ now: 1_000_000 });
      const store = storage();
      page(store).left();
      vi.setSystemTime(1_000_000 + later);
      expect(page(store).taken).toBeNull();
      vi.useRealTimers();
    }
  });

  test.each(["", "null", "{}", '{"tab":"","places":{}}', '{"tab":"t","places":[],"at":0}', '{"tab":"t","places":{"a":1}}'])(
    "that somebody else has written is ignored: %s",
    text => {
      const store = storage();
      store.write("syncwright.page here", text);
      expect(page(store).taken).toBeNull();
      expect(store.texts.size).toBe(0);
    },
  );
});
