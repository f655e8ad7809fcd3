/** Every page of the template, read by axe as those who see less or use no mouse would meet it: nothing serious is wrong. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { setStage } from "./stage.ts";
import type { PageWord } from "./tab.ts";

const stage = setStage();
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const PAGES: readonly PageWord[] = ["overview", "examples", "board", "todos", "chat", "story", "lobby", "nested", "errors"];

/** What is serious or worse: the rule, and the parts of the page. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(AXE, "utf8"));
  const results = await page.evaluate(() => (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run());
  const serious = results.violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}

it("a page with a picture that says nothing would be found", async () => {
  const page = await stage.browser.newPage();
  await page.setContent(`<!doctype html><html lang="en"><title>t</title><main><img src="x.png"></main></html>`);
  expect(await findings(page)).toEqual(["image-alt: img"]);
  await page.close();
});

it.each(["light", "dark"] as const)("the pages in %s have no serious finding", { timeout: 120_000 }, async (colorScheme) => {
  const visitor = await stage.visitor({ colorScheme });
  const tab = await visitor.open();
  const found: Record<string, string[]> = { "before signing in": await findings(tab.page) };
  await tab.signIn("Ada");
  for (const word of PAGES) {
    await tab.goTo(word);
    found[word] = await findings(tab.page);
  }
  expect(Object.entries(found).filter(([, wrong]) => wrong.length > 0)).toEqual([]);
});

it.each(["light", "dark"] as const)("a board in %s that is worked on has no serious finding", async (colorScheme) => {
  const host = await stage.signedIn("Grace", { colorScheme });
  await host.page.goto(`/board?room=axe-${colorScheme}`);
  await host.isInRoom();
  await host.saved(() => host.press("host"));
  for (const color of ["blue", "green", "orange", "pink", "violet"]) {
    await host.part(`note-color-${color}`).click();
    await host.addNote(`a ${color} one`);
  }
  await host.useTool("a green one", "note-hide");
  const found = { selected: await findings(host.page), writing: [] as string[] };
  await host.startWriting("a pink one");
  found.writing = await findings(host.page);
  expect(found).toEqual({ selected: [], writing: [] });
});
