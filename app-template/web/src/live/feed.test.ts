import { describe, expect, it } from "vitest";
import { appendToFeed, EMPTY_FEED, eventsIn, FEED_LIMIT, type Feed, type FeedItem } from "./feed";

const AT = new Date(0);

const counted = (room: string, newValue: number): FeedItem => ({
  kind: "event",
  room,
  event: { route: "examples/updateCounter/v1", serverOutput: { newValue }, clientOutput: { mine: false } },
});

const announced = (room: string, text: string): FeedItem => ({
  kind: "event",
  room,
  event: { route: "root/announce/v1", serverOutput: { text, by: { userId: "u1", name: "Ada" } }, clientOutput: {} },
});

const feedOf = (items: readonly FeedItem[]): Feed =>
  items.reduce((feed, item) => appendToFeed(feed, item, AT), EMPTY_FEED);

describe("appendToFeed", () => {
  it("numbers the entries and forgets the oldest", () => {
    const feed = feedOf(Array.from({ length: FEED_LIMIT + 2 }, (_, n) => counted("a", n)));
    expect(feed.entries).toHaveLength(FEED_LIMIT);
    expect(feed.entries[0]?.id).toBe(3);
    expect(feed.nextId).toBe(FEED_LIMIT + 3);
  });
});

describe("eventsIn", () => {
  const feed = feedOf([counted("a", 1), announced("a", "tea"), counted("b", 2), counted("a", 3)]);

  it("keeps one room's events of one route in order", () => {
    const values = eventsIn(feed, "a", "examples/updateCounter/v1").map(({ event }) => event.serverOutput.newValue);
    expect(values).toEqual([1, 3]);
  });

  it("takes several routes and leaves the others out", () => {
    const ids = eventsIn(feed, "a", "examples/updateCounter/v1", "root/announce/v1").map(({ id }) => id);
    expect(ids).toEqual([1, 2, 4]);
    expect(eventsIn(feed, "a", "chat/sendMessage/v1")).toEqual([]);
  });
});
