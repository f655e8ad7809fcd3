import { describe, expect, it } from "vitest";
import { type CodeLanguage, highlight, type Tone } from "./highlight";

function check(code: string, language: CodeLanguage, toned: readonly [Tone, string][]) {
  const parts = highlight(code, language);
  expect(parts.map(({ text }) => text).join("")).toBe(code);
  const shown = parts.filter(({ text }) => text.trim() !== "").map(({ tone, text }) => [tone, text.trim()]);
  expect(shown).toEqual(toned);
}

describe("highlight", () => {
  it("tells the words of Rust apart", () => {
    check("#[wire]\npub struct Id { n: i32 } // why", "rust", [
      ["attribute", "#[wire]"],
      ["keyword", "pub"],
      ["keyword", "struct"],
      ["type", "Id"],
      ["plain", "{ n: i32 }"],
      ["comment", "// why"],
    ]);
  });

  it("colours macros as calls and keeps strings whole", () => {
    check('sync::error!("counter-full", max = 1_000)', "rust", [
      ["plain", "sync::"],
      ["call", "error!"],
      ["plain", "("],
      ["string", '"counter-full"'],
      ["plain", ", max ="],
      ["number", "1_000"],
      ["plain", ")"],
    ]);
  });

  it("does not take a lifetime for a string that swallows the line", () => {
    expect(highlight("Ctx<'_>, input: &Input)", "rust").map(({ text }) => text).join("")).toBe("Ctx<'_>, input: &Input)");
    expect(highlight("Ctx<'_>", "rust").some(({ tone }) => tone === "string")).toBe(false);
  });

  it("takes a block comment as one piece", () => {
    check("/** Adds\n * one. */\nlet n", "ts", [
      ["comment", "/** Adds\n * one. */"],
      ["keyword", "let"],
      ["plain", "n"],
    ]);
  });

  it("leaves text alone", () => {
    check("cargo build", "text", [["plain", "cargo build"]]);
  });
});
