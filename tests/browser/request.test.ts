import { describe, expect, it } from "vitest";
import { setStage } from "./stage.ts";

const stage = setStage();

const REQUEST = "examples/readCounter/v1";
const room = "game-room-asked";

describe("a request", () => {
  it("brings one tab the number to which another has counted, and nobody else hears of it", async () => {
    const ada = await stage.signedIn("Ada");
    const bob = await stage.signedIn("Bob");
    await ada.goTo("examples");
    await ada.pickRoom("asked");
    await ada.isInRoom();
    await ada.add("v1", { amount: 42 });

    // Bob comes when the event is over, and leaves: all that he can know of the counter is what he asks for.
    await bob.page.goto("/examples?room=asked");
    await bob.isInRoom();
    await bob.press("room-leave");
    await bob.page.locator('[data-testid="room-status"][data-joined="false"]').waitFor();
    expect(await bob.part("counter-value").textContent()).toBe("–");
    expect(await bob.part("counter-reading").count()).toBe(0);
    await bob.readCounter();
    expect(await bob.part("counter-reading").textContent()).toBe("42");
    expect(await bob.rows("answer", REQUEST).textContent()).toContain(room);

    // It is asked anew each time. The last event comes behind all that Bob's questions could have told Ada.
    await ada.add("v1", { amount: 8 });
    await bob.readCounter();
    expect(await bob.part("counter-reading").textContent()).toBe("50");
    await ada.add("v1", { amount: 1 });
    await ada.counterShows(51);
    expect(new Set((await ada.received()).map(({ route }) => route))).toEqual(new Set(["examples/updateCounter/v1"]));
    expect(await ada.rows("answer", REQUEST).count()).toBe(0);
    expect(await bob.received()).toEqual([]);
  });

  it("shows no number of one room for another", async () => {
    const ada = await stage.signedIn("Ada");
    await ada.goTo("examples");
    await ada.readCounter();
    await ada.part("counter-reading").waitFor();
    await ada.pickRoom("another");
    await ada.isInRoom();
    expect(await ada.part("counter-reading").count()).toBe(0);
    await ada.readCounter();
    expect(await ada.part("counter-reading").textContent()).toBe("0");
  });

  it.each([
    ["en", "Please sign in first."],
    ["nl", "Meld je eerst aan."],
    ["de", "Bitte melde dich zuerst an."],
    ["fr", "Veuillez d’abord vous connecter."],
  ] as const)("of a stranger is refused, in the stranger's language: %s", async (language, sentence) => {
    const visitor = await stage.visitor({ locale: language });
    const tab = await visitor.open("/examples?room=strangers");
    await tab.readCounter();
    const refusal = tab.part("reading").getByTestId("call-error");
    expect(await refusal.getAttribute("data-code")).toBe("auth-required");
    expect(await refusal.textContent()).toBe(`${sentence} auth-required`);
    expect(await tab.part("counter-reading").count()).toBe(0);
    await tab.part("reading").screenshot({ path: stage.screenshot(`request-refused-${language}`) });

    // Who has signed in then is answered, and the refusal is gone.
    await tab.signIn("Ada");
    await tab.isInRoom();
    await tab.readCounter();
    expect(await tab.part("counter-reading").textContent()).toBe("0");
    expect(await refusal.count()).toBe(0);
  });

  it.each([
    ["en", 1280],
    ["en", 390],
    ["de", 1280],
    ["fr", 390],
  ] as const)("has room on the page: %s, %i wide", async (locale, width) => {
    const tab = await stage.signedIn("Ada", { locale, viewport: { width, height: 860 } });
    await tab.goTo("examples");
    await tab.add("v1", { amount: 5 });
    await tab.readCounter();
    await tab.part("counter-reading").waitFor();
    await tab.page.evaluate(() => window.scrollTo(0, 0));
    await tab.page.screenshot({ path: stage.screenshot(`request-${locale}-${width}`), fullPage: true });
    const overflow = await tab.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow).toBe(0);
  });
});
