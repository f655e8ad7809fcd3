import { describe, expect, it } from "vitest";
import { parseStatus } from "./status";

describe("parseStatus", () => {
  it("reads what the command line writes", () => {
    const problem = { what: "no `main`", file: "src/a.rs", line: 3, column: null, text: "error: no `main`" };
    expect(parseStatus({ state: "failed", root: "/app", isRunning: true, problems: [problem] })).toEqual({
      state: "failed",
      problems: [{ what: "no `main`", place: "src/a.rs:3", text: "error: no `main`" }],
      isRunning: true,
    });
    expect(parseStatus({ state: "building", problems: [] })).toEqual({ state: "building", problems: [], isRunning: false });
  });

  it("shows nothing of what it cannot read", () => {
    const nothing = { state: "live", problems: [], isRunning: true };
    for (const json of [undefined, null, 1, "failed", {}, { state: "failed" }, { state: "failed", problems: 1 }]) {
      expect(parseStatus(json)).toEqual(nothing);
    }
  });
});
