import { describe, expect, it } from "vitest";
import { parseLanguage, pickLanguage } from "./languages";

describe("parseLanguage", () => {
  it.each([
    { tag: "nl", language: "nl" },
    { tag: "nl-BE", language: "nl" },
    { tag: "DE-at", language: "de" },
    { tag: "es", language: null },
    { tag: "", language: null },
    { tag: null, language: null },
  ])("reads $tag as $language", ({ tag, language }) => {
    expect(parseLanguage(tag)).toBe(language);
  });
});

describe("pickLanguage", () => {
  it.each([
    { preferred: ["es-ES", "fr-CA", "en"], language: "fr" },
    { preferred: ["ja"], language: "en" },
    { preferred: [], language: "en" },
  ])("picks $language from $preferred", ({ preferred, language }) => {
    expect(pickLanguage(preferred)).toBe(language);
  });
});
