import { describe, expect, test } from "vitest";
import { sentence } from "./sentences";

describe("a sentence", () => {
  test.each([
    ["nl", "Meld je eerst aan."],
    ["de-AT", "Bitte melde dich zuerst an."],
    ["FR_ca", "Veuillez d’abord vous connecter."],
    ["pt", "Please sign in first."],
    ["", "Please sign in first."],
    ["__proto__", "Please sign in first."],
    [undefined, "Please sign in first."],
  ])("for a reader of %j", (lang, expected) => expect(sentence("auth-required", lang)).toBe(expected));

  test.each([
    [{ reason: "room-forbidden" }, "A change made offline could not be sent (room-forbidden)."],
    [{ reason: "{$reason} $& $1" }, "A change made offline could not be sent ({$reason} $& $1)."],
    [{ reason: 3 }, "A change made offline could not be sent (3)."],
    [{}, "A change made offline could not be sent ({$reason})."],
  ])("with %j", (params, expected) => expect(sentence("offline-dropped", "en", params)).toBe(expected));
});
