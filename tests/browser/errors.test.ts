import { describe, expect, it } from "vitest";
import { setStage } from "./stage.ts";

const stage = setStage();

describe("a refusal", () => {
  it.each([
    { word: "app", code: "example-refused", status: "400" },
    { word: "conflict", code: "example-conflict", status: "409" },
    { word: "panic", code: "sync-server-failed", status: "500" },
    { word: "slow", code: "sync-timeout", status: "504" },
    { word: "tooSmall", code: "sync-invalid-input", status: "400" },
    { word: "tooLarge", code: "sync-invalid-input", status: "400" },
    { word: "unknownField", code: "sync-invalid-input", status: "400" },
    { word: "notInRoom", code: "sync-not-in-room", status: "403" },
    { word: "roomForbidden", code: "room-forbidden", status: "403" },
    { word: "roomInvalid", code: "room-invalid", status: "400" },
    { word: "unknownRoute", code: "sync-not-found", status: "404" },
    { word: "noLogin", code: "auth-required", status: "401" },
    { word: "abort", code: "sync-cancelled", status: "499" },
    { word: "clientTimeout", code: "sync-timeout", status: "504" },
  ])("is shown with code, status and a sentence: $word", async ({ word, code, status }) => {
    const tab = await stage.signedIn("Ada");
    await tab.goTo("errors");
    const shown = await tab.attempt(word);
    expect(shown).toMatchObject({ code, status });
    expect(shown.message.length).toBeGreaterThan(5);
  });

  it("names the place in the input and the rule", async () => {
    const tab = await stage.signedIn("Ada");
    await tab.goTo("errors");
    expect((await tab.attempt("tooLarge")).params).toMatchObject({ path: "amount", reason: "range" });
    expect((await tab.attempt("unknownField")).params).toMatchObject({ path: "colour", reason: "unknown-field" });
  });

  it("comes in the language that was chosen a moment ago", async () => {
    const tab = await stage.signedIn("Ada");
    await tab.goTo("errors");
    const english = await tab.attempt("tooLarge");
    const sentences = new Set([english.message]);
    for (const language of ["nl", "de", "fr"] as const) {
      await tab.saved(() => tab.chooseLanguage(language));
      await tab.page.locator(`html[lang="${language}"]`).waitFor();
      const translated = await tab.attempt("tooLarge");
      expect(translated.code).toBe(english.code);
      sentences.add(translated.message);
      await tab.page.screenshot({ path: stage.screenshot(`errors-${language}`) });
    }
    expect(sentences.size).toBe(4);
  });

  it("in a filter reaches each member in their own language, and the caller has succeeded", async () => {
    const ada = await stage.signedIn("Ada");
    const bob = await stage.signedIn("Bob", { locale: "nl-NL" });
    for (const tab of [ada, bob]) await tab.goTo("errors");

    await ada.press("attempt-filterError");
    await ada.part("result-success").waitFor();
    const frames = [];
    for (const tab of [ada, bob]) {
      const frame = tab.part("error-frames").locator('[data-code="example-filtered"]');
      await frame.waitFor();
      frames.push(await frame.locator("span").first().textContent());
    }
    expect(frames[0]).not.toBe(frames[1]);

    await ada.press("attempt-filterPanic");
    await bob.part("error-frames").locator('[data-code="sync-client-failed"]').waitFor();
  });

  it("is what a signed out visitor sees, too", async () => {
    const visitor = await stage.visitor();
    const tab = await visitor.open("/errors");
    // The route for errors is public and the room is not; the counter wants a login before anything else.
    expect(await tab.attempt("app")).toMatchObject({ code: "sync-not-in-room", status: "403" });
    expect(await tab.attempt("tooLarge")).toMatchObject({ code: "auth-required", status: "401" });
  });

  it("at the door of a room is shown where the room was chosen", async () => {
    const tab = await stage.signedIn("Ada");
    await tab.goTo("examples");
    await tab.pickRoom("x".repeat(41));
    await tab.page.locator('[data-testid="room-error"][data-code="room-invalid"]').waitFor();
    expect(await tab.part("add-v1").isDisabled()).toBe(true);
    await tab.pickRoom("fine");
    await tab.isInRoom();
  });
});
