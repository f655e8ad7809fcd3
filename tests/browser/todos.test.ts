/** Lists of things to do: what is done without a connection survives a reload, arrives once, and everybody ends with the same. */
import { startAppServer } from "tests-node/appServer";
import { startPostgres } from "tests-node/postgres";
import { expect, it } from "vitest";
import { setStage, type Visitor } from "./stage.ts";
import type { Tab } from "./tab.ts";

/** A wait that takes longer than this is a failure. */
const PATIENCE = { timeout: 10_000 };

const stage = setStage({ isDurable: true });

/** A browser that keeps the page, of somebody who uses this server. */
const keeping = (url?: string) => stage.visitor({ serviceWorkers: "allow", ...(url !== undefined && { url }) });

/** Somebody who signs in and is at a list; their browser keeps the page. */
async function comes(name: string, list: string, browser?: Visitor): Promise<Tab> {
  const tab = await (browser ?? (await keeping())).open();
  await tab.signIn(name);
  await tab.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await goTo(tab, list);
  await stands(tab, "live", 0);
  return tab;
}

async function goTo({ page }: Tab, list: string): Promise<void> {
  await page.goto(`/todos?list=${list}`);
}

/** Waits until the list stands like this, with so many mutations that wait. */
async function stands(tab: Tab, status: "live" | "offline" | "error", pending: number): Promise<void> {
  await tab.page.locator(`[data-testid="todos-status"][data-status="${status}"][data-pending="${pending}"]`).waitFor();
}

/** Takes the connection away, once all that was done has been answered: what one tab shows may still be on its way to the other. */
async function goesOffline(tab: Tab): Promise<void> {
  await stands(tab, "live", 0);
  await tab.page.context().setOffline(true);
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

/** This tab alone loses the network; returns what gives it back. */
async function cutOff({ page }: Tab): Promise<() => Promise<void>> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Network.emulateNetworkConditions", { offline: true, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  return () => devtools.detach();
}

/** The status with which the server answers a pull from a cursor. */
async function pullFrom({ page }: Tab, scope: string, cursor: number): Promise<number> {
  const response = await page.context().request.post("/_sync/pull", { data: { scope, cursor }, headers: { Origin: new URL(page.url()).origin } });
  return response.status();
}

/** Waits until this tab asks its server for something. */
async function asks({ page }: Tab, event: string): Promise<void> {
  const socket = await page.waitForEvent("websocket");
  await socket.waitForEvent("framesent", ({ payload }) => String(payload).includes(`["${event}"`));
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
  await goesOffline(ada);
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
  // Whoever has read why has read it in all tabs.
  await second.getByTestId("todo-rejected").waitFor();
  await ada.part("todo-dismiss").click();
  for (const { page } of [ada, { page: second }]) await page.getByTestId("todo-rejected").waitFor({ state: "detached" });
  await stands(ada, "live", 0);
  await ada.page.reload();
  await shows(ada, ["jam 0", "tea 0 done", "salt 0"]);
  expect(await refused.count()).toBe(0);
});

it("is there again after the server was replaced, and what was done meanwhile arrives", async () => {
  const [ada, bob] = [await comes("Ada", "again"), await comes("Bob", "again")];
  await add(ada, "milk");
  await shows(bob, ["milk 0"]);
  await stands(ada, "live", 0);
  await stage.server.stop();
  await add(ada, "tea");
  await use(bob, "milk", "vote");
  await stage.startAgain();
  for (const tab of [ada, bob]) {
    await shows(tab, ["milk 1", "tea 0"]);
    await stands(tab, "live", 0);
  }
});

it("is worked on for a minute without a connection, and is what both have made of it after that", async () => {
  const [ada, bob] = [await comes("Ada", "minute"), await comes("Bob", "minute")];
  await add(ada, "milk");
  await shows(bob, ["milk 0"]);
  await ada.page.clock.install();
  await ada.page.reload();
  await goesOffline(ada);
  await stands(ada, "offline", 0);
  await add(ada, "tea");
  await use(bob, "milk", "vote");
  await rename(bob, "milk", "oat milk");
  // The minute of the page, in which it looks for what it may have missed, and for a connection.
  for (let passed = 0; passed < 60; passed += 5) await ada.page.clock.runFor(5_000);
  await stands(ada, "offline", 1);
  await shows(ada, ["milk 0", "tea 0 pending"]);
  await ada.page.context().setOffline(false);
  for (const tab of [ada, bob]) {
    await shows(tab, ["oat milk 1", "tea 0"]);
    await stands(tab, "live", 0);
  }
});

it("is the same in two tabs of which one has no connection, whichever speaks with the server", async () => {
  const browser = await keeping();
  const [first, bob] = [await comes("Ada", "tabs", browser), await comes("Bob", "tabs")];
  const second = await browser.open("/todos?list=tabs");
  await stands(second, "live", 0);
  const mend = await cutOff(second);
  await second.connection("reconnecting");
  // The first one speaks for both.
  await add(second, "milk");
  for (const tab of [second, first, bob]) await shows(tab, ["milk 0"]);
  await use(bob, "milk", "vote");
  await shows(second, ["milk 1"]);
  await stands(second, "live", 0);

  await mend();
  await second.connected();
  await cutOff(first);
  for (const tab of [first, second]) await stands(tab, "offline", 0);
  await add(first, "tea");
  await add(second, "jam");
  for (const tab of [first, second]) await shows(tab, ["milk 1", "tea 0 pending", "jam 0 pending"]);
  // Whoever is left sends what both have done.
  await first.page.close();
  for (const tab of [second, bob]) {
    await shows(tab, ["milk 1", "tea 0", "jam 0"]);
    await stands(tab, "live", 0);
  }
});

it("is taken as a whole where the log does not go back as far, and keeps what was done meanwhile", async () => {
  const server = await startAppServer({ env: { SYNC_LOG_CHANGES: "3" } });
  try {
    const [ada, bob] = [await comes("Ada", "trimmed", await keeping(server.url)), await comes("Bob", "trimmed", await keeping(server.url))];
    for (const title of ["milk", "tea"]) await add(ada, title);
    await shows(bob, ["milk 0", "tea 0"]);
    await goesOffline(ada);
    await stands(ada, "offline", 0);
    await use(ada, "milk", "vote");
    await add(ada, "jam");
    await use(bob, "tea", "remove");
    for (let votes = 1; votes <= 4; votes += 1) await use(bob, "milk", "vote");
    await stands(bob, "live", 0);
    // It is trimmed every ten seconds.
    const pulled = () => pullFrom(bob, "todos-trimmed", 2);
    await expect.poll(pulled, { timeout: 20_000 }).toBe(410);
    const asked = asks(ada, "snapshot");
    await ada.page.context().setOffline(false);
    await asked;
    for (const tab of [ada, bob]) {
      await shows(tab, ["milk 5", "jam 0"]);
      await stands(tab, "live", 0);
    }
  } finally {
    await server.stop();
  }
});

it("goes on where the browser has no room left, says so, and keeps again when it has", async () => {
  const ada = await (await stage.visitor()).open();
  const devtools = await ada.page.context().newCDPSession(ada.page);
  const setRoom = (quotaSize?: number) => devtools.send("Storage.overrideQuotaForOrigin", { origin: stage.server.url, quotaSize });
  // Before the store is opened: how much room there is, is looked up now and then.
  await setRoom(2_000_000);
  await ada.signIn("Ada");
  await goTo(ada, "full");
  const bob = await comes("Bob", "full");
  await add(ada, "milk");
  await shows(bob, ["milk 0"]);
  await stands(ada, "live", 0);
  await ada.page.evaluate(fillUp);
  await setRoom(1);
  await goesOffline(ada);
  await add(ada, "tea");
  await shows(ada, ["milk 0", "tea 0 pending"]);
  const notice = ada.part("not-kept");
  expect(await notice.textContent()).toContain("Not sent yet: 1.");
  expect(ada.complaints.splice(0)).toEqual([expect.stringContaining("QuotaExceededError")]);
  await add(ada, "jam");
  await ada.page.context().setOffline(false);
  for (const tab of [ada, bob]) await shows(tab, ["milk 0", "tea 0", "jam 0"]);
  await stands(ada, "live", 0);
  await setRoom();
  await ada.page.reload();
  await stands(ada, "live", 0);
  await shows(ada, ["milk 0", "tea 0", "jam 0"]);
  expect(await notice.count()).toBe(0);
});

it("goes on where what the browser has kept is deleted under it, and says so", async () => {
  const [ada, bob] = [await comes("Ada", "deleted"), await comes("Bob", "deleted")];
  await add(ada, "milk");
  await shows(bob, ["milk 0"]);
  await goesOffline(ada);
  await stands(ada, "offline", 0);
  await add(ada, "tea");
  await stands(ada, "offline", 1);
  await ada.page.evaluate(async () => {
    for (const { name = "" } of await indexedDB.databases()) {
      const deleting = indexedDB.deleteDatabase(name);
      await new Promise((resolve) => (deleting.onsuccess = resolve));
    }
  });
  await add(ada, "jam");
  await shows(ada, ["milk 0", "tea 0 pending", "jam 0 pending"]);
  const notice = ada.part("not-kept");
  expect(await notice.textContent()).toContain("Not sent yet: 2.");
  expect(ada.complaints.splice(0)).toEqual([expect.stringContaining("what this browser had kept was deleted")]);
  await ada.page.context().setOffline(false);
  for (const tab of [ada, bob]) {
    await shows(tab, ["milk 0", "tea 0", "jam 0"]);
    await stands(tab, "live", 0);
  }
  // The next page keeps it again.
  await ada.page.reload();
  await goesOffline(ada);
  await ada.page.reload();
  await shows(ada, ["milk 0", "tea 0", "jam 0"]);
  expect(await notice.count()).toBe(0);
});

it("is neither pushed nor shown as somebody else, who has signed in in another tab, and goes on when its user is back", async () => {
  const browser = await keeping();
  const [ada, carl] = [await comes("Ada", "others", browser), await comes("Carl", "others")];
  await add(ada, "milk");
  await shows(carl, ["milk 0"]);
  const other = await browser.open();
  const mend = await cutOff(ada);
  await stands(ada, "offline", 0);
  await add(ada, "secret");
  await stands(ada, "offline", 1);
  await other.signOut();
  await other.signIn("Bob");
  // It has a socket of Bob's before it has heard of him.
  await ada.page.route("**/auth/session", (route) => route.abort());
  await mend();
  await stands(ada, "error", 1);
  await shows(ada, ["milk 0", "secret 0 pending"]);
  await ada.page.unroute("**/auth/session");
  // It asks again sooner or later; this makes it sooner.
  await ada.page.evaluate(() => void dispatchEvent(new Event("online")));
  await ada.part("user-name").filter({ hasText: "Bob" }).waitFor();
  await stands(ada, "live", 0);
  await shows(ada, ["milk 0"]);
  await use(ada, "milk", "vote");
  await shows(carl, ["milk 1"]);
  expect(await carl.hasReceived("secret")).toBe(false);

  await other.signOut();
  await other.signIn("Ada");
  for (const tab of [ada, carl]) {
    await shows(tab, ["milk 1", "secret 0"]);
    await stands(tab, "live", 0);
  }
});

/** In the page: writes what does not get any smaller until there is no room for more. */
async function fillUp(): Promise<void> {
  const opening = indexedDB.open("something else");
  opening.onupgradeneeded = () => opening.result.createObjectStore("files", { autoIncrement: true });
  await new Promise((resolve) => (opening.onsuccess = resolve));
  for (let bytes = 50_000; bytes > 0; ) {
    const change = opening.result.transaction("files", "readwrite");
    change.objectStore("files").put(crypto.getRandomValues(new Uint8Array(bytes)));
    const isKept = await new Promise<boolean>((resolve) => {
      change.oncomplete = () => resolve(true);
      change.onabort = () => resolve(false);
    });
    if (!isKept) bytes = Math.floor(bytes / 2);
  }
  opening.result.close();
}

it("is a table of a Postgres, by one setting: what others write there shows in two browsers, and so does what was missed", async () => {
  const postgres = await startPostgres();
  const server = await startAppServer({ env: { DATABASE_URL: postgres.url } });
  try {
    const [ada, bob] = [await comes("Ada", "rows", await keeping(server.url)), await comes("Bob", "rows", await keeping(server.url))];
    await add(ada, "milk");
    await shows(bob, ["milk 0"]);
    expect(await postgres.run("SELECT list, title, done, author FROM todos")).toBe("rows|milk|f|Ada");
    await postgres.run("UPDATE todos SET done = true");
    for (const tab of [ada, bob]) await shows(tab, ["milk 0 done"]);
    await postgres.run("INSERT INTO todos (id, list, title, done, votes, place, author) SELECT 'tea', list, 'tea', false, 7, place || 'a', 'psql' FROM todos");
    for (const tab of [ada, bob]) await shows(tab, ["milk 0 done", "tea 7"]);
    await ada.page.screenshot({ path: stage.screenshot("todos-rows-ada") });
    await bob.page.screenshot({ path: stage.screenshot("todos-rows-bob") });
    // Both write the same row, she without a connection: what is told of it is what is in the table in the end.
    await goesOffline(ada);
    await stands(ada, "offline", 0);
    await use(ada, "tea", "vote");
    await postgres.run("UPDATE todos SET votes = votes + 10 WHERE id = 'tea'; DELETE FROM todos WHERE title = 'milk'");
    await shows(bob, ["tea 17"]);
    await ada.page.context().setOffline(false);
    for (const tab of [ada, bob]) await shows(tab, ["tea 18"]);
    await stands(ada, "live", 0);
    expect(await postgres.run("SELECT title, votes FROM todos")).toBe("tea|18");
    // A list that somebody else has in the same table is not told.
    await postgres.run("UPDATE todos SET list = 'others'");
    for (const tab of [ada, bob]) await shows(tab, []);
  } finally {
    await server.stop();
    await postgres.stop();
  }
});
