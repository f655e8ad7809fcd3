/** A day with `cargo sync dev`: two people stay in their room while a handler is edited, broken and mended. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { DevApp } from "./devApp.ts";
import { setStage } from "./stage.ts";

const stage = setStage();
const HANDLER = "src/play/_sync/say_server_v1.rs";
const TYPES = "web/src/_sockets/apiTypes.generated.ts";
let app: DevApp;

beforeAll(async () => {
  app = await DevApp.start();
}, 60_000);

afterAll(async () => {
  await app?.stop();
});

/** How often each page has opened a connection to the server. */
const connections = new Map<Page, number>();

async function enter(url: string, name: string): Promise<Page> {
  const { context } = await stage.visitor({ url });
  const page = await context.newPage();
  page.on("websocket", (socket) => {
    if (socket.url().includes("/socket.io/")) connections.set(page, (connections.get(page) ?? 0) + 1);
  });
  await page.goto("/");
  await page.getByLabel("Your name").fill(name);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText(`Signed in as ${name}, joined`).waitFor();
  // What a reload would forget.
  await page.evaluate(() => Object.assign(window, { isTheSamePage: true }));
  connections.set(page, 0);
  return page;
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel("Say something").fill(text);
  await page.getByRole("button", { name: "Say it" }).click();
}

const heard = (page: Page, line: string | RegExp) => page.getByRole("listitem").filter({ hasText: line }).waitFor();

it("two tabs stay in their room while a handler is edited, broken and mended", { timeout: 600_000 }, async () => {
  await app.next("live");
  const { url = "" } = await app.first("page");
  const [ada, bob] = [await enter(url, "Ada"), await enter(url, "Bob")];
  await say(ada, "one");
  await heard(bob, "Ada: one");

  // Said while one server takes over from the other: it is heard once, by the one or by the other, on the connection that there is.
  await app.edit(HANDLER, (text) => text.replace("input.text.clone()", "input.text.to_uppercase()"));
  while ((await app.next("types")).isPreview);
  await say(ada, "between");
  await app.next("live");
  await heard(bob, /between/i);
  await say(ada, "two");
  await heard(bob, "Ada: TWO");

  await app.edit(HANDLER, (text) => text.replace("ctx.sender()", "ctx.nobody()"));
  const { problems = [] } = await app.next("failed");
  expect(problems.map(({ what, file }) => [what.includes("`nobody`"), file])).toEqual([[true, HANDLER]]);
  await bob.getByRole("alertdialog").getByText(HANDLER).first().waitFor();
  await bob.screenshot({ path: stage.screenshot("dev-overlay") });
  await bob.getByRole("button", { name: "Close" }).click();
  await say(bob, "three");
  await heard(ada, "Bob: THREE");

  await app.edit(HANDLER, (text) => text.replace("ctx.nobody()", "ctx.sender()"));
  await app.next("live");
  await expect.poll(() => ada.getByRole("alertdialog").count()).toBe(0);

  // What is wrong is no file that is built; when it is gone, that is enough.
  await app.write(`${HANDLER}.orig`, "left behind");
  await app.edit(HANDLER, (text) => `${text}\n`);
  expect((await app.next("failed")).problems?.map(({ file }) => file)).toEqual([`${HANDLER}.orig`]);
  await app.remove(`${HANDLER}.orig`);
  await app.next("live");

  await app.edit("locales/en/app.ftl", (text) => `${text}\nsync-unsupported-media-type = Say it in JSON.\n`);
  await app.next("messages");
  const refused = () => ada.evaluate(() => fetch("/sync/play/say/v1", { method: "POST" }).then((got) => got.json()));
  await expect.poll(refused).toMatchObject({ message: "Say it in JSON." });

  // A field of another name is a preview at once, and a new file has its text; the page goes on.
  await app.edit(HANDLER, (text) => text.replaceAll("author", "speaker"));
  expect(await app.next("types")).toMatchObject({ isPreview: true });
  expect(await app.read(TYPES)).toMatch(/^.*\n\/\/ A preview[^]*speaker: Person/);
  await app.edit(HANDLER, (text) => text.replaceAll("speaker", "author"));
  await app.next("live");
  expect(await app.read(TYPES)).not.toContain("preview");
  await app.write("src/play/_sync/wave_server_v1.rs", "");
  await app.next("live");
  expect(await app.read("src/play/_sync/wave_server_v1.rs")).toContain("#[sync::server]");
  expect(await app.read(TYPES)).toContain("'wave'");
  await say(ada, "new");
  await heard(bob, "Ada: NEW");

  for (const page of [ada, bob]) {
    expect(await page.evaluate(() => "isTheSamePage" in window)).toBe(true);
    // Each server has taken over from the one before, with the connection that the page has had from the beginning.
    expect(connections.get(page)).toBe(0);
    const lines = (await page.getByRole("listitem").allTextContents()).map((line) => line.replace("BETWEEN", "between"));
    expect(lines).toEqual(["Ada: one", "Ada: between", "Ada: TWO", "Bob: THREE", "Ada: NEW"]);
  }
  expect(await app.typecheck()).toBe("");
  expect(await app.stop()).toBe(0);
});
