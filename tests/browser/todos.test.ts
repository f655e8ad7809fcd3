/** Lists of things to do: what is done without a connection survives a reload, arrives once, and everybody ends with the same. */
import { expect, it } from "vitest";
import { setStage } from "./stage.ts";
import type { Tab } from "./tab.ts";

/** A wait that takes longer than this is a failure. */
const PATIENCE = { timeout: 10_000 };

const stage = setStage({ isDurable: true });

/** Somebody who is signed in, at a list; their browser keeps the page. */
async function comes(name: string, list: string): Promise<Tab> {
  const tab = await stage.signedIn(name, { serviceWorkers: "allow" });
  await tab.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await goTo(tab, list);
  await stands(tab, "live", 0);
  return tab;
}

async function goTo({ page }: Tab, list: string): Promise<void> {
  await page.goto(`/todos?list=${list}`);
}

/** Waits until the list stands like this, with so many mutations that wait. */
async function stands(tab: Tab, status: "live" | "offline", pending: number): Promise<void> {
  await tab.page.locator(`[data-testid="todos-status"][data-status="${status}"][data-pending="${pending}"]`).waitFor();
}

async function add(tab: Tab, title: string): Promise<void> {
  await tab.part("todo-new").fill(title);
  await tab.part("todo-add").click();
}

const item = (tab: Tab, title: string) => tab.part("todo").filter({ has: tab.page.locator(`input[value=${JSON.stringify(title)}]`) });

async function use(tab: Tab, title: string, tool: "done" | "vote" | "up" | "down" | "remove"): Promise<void> {
  await item(tab, title).getByTestId(`todo-${tool}`).click();
}

async function rename(tab: Tab, title: string, written: string): Promise<void> {
  const field = item(tab, title).getByTestId("todo-title");
  const id = await field.elementHandle();
  await field.fill(written);
  await id?.press("Enter");
}

/** What a tab shows: title, votes, whether it is done, and whether it is saved. */
async function shown(tab: Tab): Promise<readonly string[]> {
  return tab.part("todo").evaluateAll((items) =>
    items.map((todo) => {
      const title = todo.querySelector<HTMLInputElement>("[data-testid=todo-title]")?.value;
      const votes = todo.querySelector("[data-testid=todo-vote]")?.textContent?.replace("▲ ", "");
      const { state, done } = (todo as HTMLElement).dataset;
      return `${title} ${votes}${done === "true" ? " done" : ""}${state === "pending" ? " pending" : ""}`;
    }),
  );
}

const shows = (tab: Tab, expected: readonly string[]) => expect.poll(() => shown(tab), PATIENCE).toEqual(expected);

it("is worked on by two at once, and both end with the same", async () => {
  const [ada, bob] = [await comes("Ada", "two"), await comes("Bob", "two")];
  await bob.part("todos-empty").waitFor();
  await add(ada, "milk");
  await shows(bob, ["milk 0"]);
  await add(bob, "bread");
  await shows(ada, ["milk 0", "bread 0"]);
  // Both at once, each with one hand.
  await Promise.all([
    use(ada, "milk", "vote").then(() => use(ada, "bread", "done")),
    use(bob, "milk", "vote").then(() => rename(bob, "bread", "rye bread")),
  ]);
  for (const tab of [ada, bob]) await shows(tab, ["milk 2", "rye bread 0 done"]);
  await use(ada, "rye bread", "up");
  for (const tab of [ada, bob]) await shows(tab, ["rye bread 0 done", "milk 2"]);
  await use(bob, "milk", "remove");
  for (const tab of [ada, bob]) await shows(tab, ["rye bread 0 done"]);
  await ada.page.screenshot({ path: stage.screenshot("todos"), fullPage: true });
});

it("goes on without a connection and over a reload, and says what was refused and why", async () => {
  const [ada, bob] = [await comes("Ada", "train"), await comes("Bob", "train")];
  await add(ada, "milk");
  await shows(bob, ["milk 0"]);
  await ada.page.context().setOffline(true);
  await stands(ada, "offline", 0);
  for (const title of ["tea", "jam"]) await add(ada, title);
  await use(ada, "tea", "done");
  await use(ada, "jam", "up");
  await use(ada, "milk", "vote");
  const offline = ["milk 1 pending", "jam 0 pending", "tea 0 done pending"];
  await shows(ada, offline);
  await stands(ada, "offline", 5);

  await ada.page.reload();
  await shows(ada, offline);
  await stands(ada, "offline", 5);
  await add(ada, "salt");
  await ada.page.screenshot({ path: stage.screenshot("todos-offline") });
  const second = await ada.page.context().newPage();
  await second.goto("/todos?list=train");
  await expect.poll(() => second.getByTestId("todo").count(), PATIENCE).toBe(4);

  await use(bob, "milk", "remove");
  await shows(bob, []);
  await ada.page.context().setOffline(false);
  for (const tab of [ada, bob]) await shows(tab, ["jam 0", "tea 0 done", "salt 0"]);
  const refused = ada.part("todo-rejected");
  await refused.waitFor();
  expect(await refused.getAttribute("data-code")).toBe("todo-gone");
  expect(await refused.textContent()).toContain("This is no longer on the list.");
  await ada.part("todo-dismiss").click();
  await expect.poll(() => refused.count()).toBe(0);
  await stands(ada, "live", 0);
  await ada.page.reload();
  await shows(ada, ["jam 0", "tea 0 done", "salt 0"]);
  expect(await refused.count()).toBe(0);
});

it("is there again after the server was replaced, and what was done meanwhile arrives", async () => {
  const [ada, bob] = [await comes("Ada", "again"), await comes("Bob", "again")];
  await add(ada, "milk");
  await shows(bob, ["milk 0"]);
  await stage.server.stop();
  await add(ada, "tea");
  await use(bob, "milk", "vote");
  await stage.startAgain();
  for (const tab of [ada, bob]) {
    await shows(tab, ["milk 1", "tea 0"]);
    await stands(tab, "live", 0);
  }
});
