import { expect, it } from "vitest";
import { setStage } from "./stage.ts";
import type { Tab } from "./tab.ts";

const stage = setStage();

/** Waits until so many words of a story that is being told can be read, and returns it. */
async function words(tab: Tab, count: number): Promise<string> {
  const running = tab.part("story-running");
  await running.filter({ hasText: new RegExp(`^Ada:( \\S+){${count},}`) }).waitFor();
  return (await running.textContent()) ?? "";
}

it("is told to everybody in the room word by word, until its teller stops it", async () => {
  const ada = await stage.signedIn("Ada");
  const bob = await stage.signedIn("Bob");
  for (const tab of [ada, bob]) await tab.goTo("story");
  await ada.part("story-text").fill(Array.from({ length: 400 }, (_, index) => `w${index}`).join(" "));
  await ada.press("story-tell");
  const first = await words(bob, 3);
  const later = await words(bob, first.split(" ").length + 4);
  expect(first).toMatch(/^Ada: w0 w1 w2/);
  expect(later.length).toBeGreaterThan(first.length);
  await bob.page.screenshot({ path: stage.screenshot("story-bob") });

  await ada.press("story-stop");
  for (const tab of [ada, bob]) {
    const told = tab.part("story-told");
    await told.waitFor();
    expect(await told.getAttribute("data-whole")).toBe("false");
    expect(await told.textContent()).toMatch(/^Ada: w0 w1 w2 .*\(stopped\)$/);
    expect(await tab.part("story-running").count()).toBe(0);
  }
  expect(await ada.part("call-error").count(), "it was meant to stop").toBe(0);
  await ada.page.screenshot({ path: stage.screenshot("story-ada") });

  await ada.part("story-text").fill("A short one");
  await ada.press("story-tell");
  const whole = bob.part("story-told").nth(1);
  await whole.waitFor();
  expect([await whole.getAttribute("data-whole"), await whole.textContent()]).toEqual(["true", "Ada: A short one"]);
});

it("is stopped when its teller closes the page", async () => {
  const ada = await stage.signedIn("Ada");
  const bob = await stage.signedIn("Bob");
  for (const tab of [ada, bob]) await tab.goTo("story");
  await ada.part("story-text").fill("word ".repeat(300));
  await ada.press("story-tell");
  await words(bob, 3);
  await ada.page.close();
  const told = bob.part("story-told");
  await told.waitFor();
  expect(await told.getAttribute("data-whole")).toBe("false");
});
