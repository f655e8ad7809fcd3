import { describe, expect, it } from "vitest";
import { parseStatus } from "./status";

describe("parseStatus", () => {
  it("reads what the command line writes", () => {
    const problem = { what: "no `main`", file: "src/a.rs", line: 3, column: null, text: "error: no `main`" };
    expect(parseStatus({ state: "failed", root: "/app", problems: [problem] })).toEqual({
      state: "failed",
      problems: [{ what: "no `main`", place: "src/a.rs:3", text: "error: no `main`" }],
    });
    expect(parseStatus({ state: "building", problems: [] })).toEqual({ state: "building", problems: [] });
  });

  it("shows nothing of what it cannot read", () => {
    const nothing = { state: "live", problems: [] };
    for (const json of [undefined, null, 1, "failed", {}, { state: "failed" }, { state: "odd", problems: [] }]) {
      expect(parseStatus(json)).toEqual(nothing);
    }
  });
});
