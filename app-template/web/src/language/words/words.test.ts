import { describe, expect, it } from "vitest";
import { LANGUAGES } from "../languages";
import { WORDS } from "./words";

/** Every word of a dictionary with its path; functions are called with something recognisable. */
function wordsOf(node: unknown, path: string): [string, string][] {
  if (typeof node === "string") return [[path, node]];
  if (typeof node === "function") return [[path, String(node("⟨1⟩", "⟨2⟩"))]];
  if (typeof node === "object" && node !== null) {
    return Object.entries(node).flatMap(([key, value]) => wordsOf(value, path === "" ? key : `${path}.${key}`));
  }
  throw new Error(`\`${path}\` is neither a word nor a group of words`);
}

const english = wordsOf(WORDS.en, "");

describe.each(LANGUAGES)("the words in %s", (language) => {
  const words = wordsOf(WORDS[language], "");

  it("are the same ones as in English, and none is empty", () => {
    expect(words.map(([path]) => path)).toEqual(english.map(([path]) => path));
    expect(words.filter(([, word]) => word.trim() === "")).toEqual([]);
  });

  it("keep every parameter and every piece of code", () => {
    const marks = (word: string) => [...word.matchAll(/⟨\d⟩|`[^`]*`/g)].map(([mark]) => mark).sort();
    expect(words.map(([path, word]) => [path, marks(word)])).toEqual(english.map(([path, word]) => [path, marks(word)]));
  });
});

describe("sentences", () => {
  it.each(["nl", "de", "fr"] as const)("in %s are not left in English", (language) => {
    const inEnglish = new Map(english.filter(([, word]) => word.split(" ").length > 3));
    const left = wordsOf(WORDS[language], "").filter(([path, word]) => inEnglish.get(path) === word);
    expect(left).toEqual([]);
  });
});
