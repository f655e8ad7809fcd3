import { describe, expect, it } from "vitest";
import { findPage, hrefOf, parsePlace } from "./router";

describe("parsePlace", () => {
  it.each([
    { path: "/", search: "", place: { pathName: "/", searchParams: {} } },
    { path: "", search: "", place: { pathName: "/", searchParams: {} } },
    { path: "//", search: "", place: { pathName: "/", searchParams: {} } },
    { path: "/chat/", search: "", place: { pathName: "/chat", searchParams: {} } },
    { path: "/examples", search: "?room=7", place: { pathName: "/examples", searchParams: { room: "7" } } },
    { path: "/examples", search: "room=a%20b&room=c", place: { pathName: "/examples", searchParams: { room: "a b" } } },
  ])("reads $path$search", ({ path, search, place }) => {
    expect(parsePlace(path, search)).toEqual(place);
  });
});

describe("hrefOf", () => {
  it("writes what parsePlace reads", () => {
    const href = hrefOf("/chat", { room: "a b&c" });
    const [path = "", search = ""] = href.split("?");
    expect(parsePlace(path, search)).toEqual({ pathName: "/chat", searchParams: { room: "a b&c" } });
  });

  it("leaves out what has no value", () => {
    expect(hrefOf("/chat", { room: "" })).toBe("/chat");
  });
});

describe("findPage", () => {
  it("knows the pages and nothing else", () => {
    expect(findPage("/nested")).toBe("/nested");
    expect(findPage("/nowhere")).toBeNull();
    expect(findPage("constructor")).toBeNull();
  });
});
