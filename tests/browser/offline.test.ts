/** Browsers without a network: what their people do meanwhile happens once, and what they missed is shown to them. */
import type { Page } from "playwright-core";
import { type CuttableProxy, startCuttableProxy } from "tests-node/cuttableProxy";
import { afterAll, beforeAll, expect, it } from "vitest";
import { setStage, type Visitor } from "./stage.ts";
import type { Tab } from "./tab.ts";

const stage = setStage();

/** Somebody who is signed in, with one tab in the chat of `room`; `url` leads to the server. */
async function inChat(name: string, room: string, url = stage.server.url): Promise<{ visitor: Visitor; tab: Tab }> {
  const visitor = await stage.visitor({ url });
  const tab = await visitor.open();
  await tab.signIn(name);
  await tab.page.goto(`/chat?room=${room}`);
  await tab.isInRoom();
  return { visitor, tab };
}

/** Ada with two tabs in one chat, and Bob with one. */
async function adaTwiceAndBob(room: string, url?: string): Promise<{ first: Tab; second: Tab; bob: Tab }> {
  const { visitor, tab: first } = await inChat("Ada", room, url);
  const second = await visitor.open(`/chat?room=${room}`);
  await second.isInRoom();
  const { tab: bob } = await inChat("Bob", room);
  return { first, second, bob };
}

/**
 * A way to the server for those whose pages are loaded again without a network: a browser that is told to be offline lets a page that is about to go
 * connect, which sends what it has kept, and is shown it.
 */
let way: CuttableProxy;
beforeAll(async () => {
  way = await startCuttableProxy(stage.server.port);
});
afterAll(() => way.close());

/** All tabs of this person lose the network, or have it again. */
async function setOffline(tab: Tab, offline: boolean): Promise<void> {
  await tab.page.context().setOffline(offline);
}

/** This tab alone loses the network. */
async function loseAlone({ page }: Tab): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Network.emulateNetworkConditions", { offline: true, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
}

/** How many pages wait for the end of another. */
async function waiting(page: Page): Promise<number | undefined> {
  return page.evaluate(async () => (await navigator.locks.query()).pending?.filter(({ name }) => name?.endsWith(" leader") === false).length);
}

/** Says something that cannot be sent yet. */
async function write(tab: Tab, text: string, kept: number): Promise<void> {
  await tab.connection("reconnecting");
  await tab.say(text);
  await tab.hasKept(kept);
}

/** A page of this person's that needs no connection, and sees which others still live: those hold a lock that have calls to send. */
async function onlooker(tab: Tab): Promise<Page> {
  const page = await tab.page.context().newPage();
  await page.goto("/healthz");
  return page;
}

/** Loads pages again, in vain, and waits until the old ones have gone: they live on for a while, and would send their calls themselves. */
async function reloadInVain(tabs: readonly Tab[], others: Page): Promise<void> {
  for (const { page } of tabs) await expect(page.reload()).rejects.toThrow("net::ERR_");
  const holding = () => others.evaluate(async () => (await navigator.locks.query()).held?.filter(({ name }) => name?.endsWith(" leader") === false).length);
  await expect.poll(holding, { timeout: 10_000 }).toBe(0);
}

it("a page that was offline for a minute shows what it missed, in order, and has sent what was written", async () => {
  const { tab } = await inChat("Ada", "minute");
  await tab.page.clock.install();
  await tab.page.reload();
  await tab.isInRoom();
  const { tab: bob } = await inChat("Bob", "minute");
  await bob.say("before");
  await tab.hears("before");
  await setOffline(tab, true);
  await write(tab, "written on the train", 1);
  for (const text of ["meanwhile 1", "meanwhile 2"]) {
    await bob.say(text);
    await bob.hears(text);
  }
  // The minute of the page, in which it tries again and again; the server keeps what happens for two.
  for (let passed = 0; passed < 60; passed += 5) await tab.page.clock.runFor(5_000);
  await tab.connection("reconnecting");
  await setOffline(tab, false);
  await tab.connected();
  const all = ["before", "meanwhile 1", "meanwhile 2", "written on the train"];
  for (const each of [tab, bob]) {
    await each.hears("written on the train");
    expect(await each.messages()).toEqual(all);
  }
});

it("a page that is loaded again without a network loses nothing that was written", async () => {
  const { tab: ada } = await inChat("Ada", "reload", way.url);
  const { tab: bob } = await inChat("Bob", "reload");
  const url = ada.page.url();
  const others = await onlooker(ada);
  way.cut();
  await write(ada, "written on the train", 1);
  await reloadInVain([ada], others);
  way.mend();
  await ada.page.goto(url);
  for (const tab of [ada, bob]) await tab.hears("written on the train");
  await ada.say("and now at home");
  for (const tab of [ada, bob]) {
    await tab.hears("and now at home");
    expect(await tab.messages()).toEqual(["written on the train", "and now at home"]);
  }
});

it("of two tabs of one person, the one that is left sends what both have written, once", async () => {
  const { first, second, bob } = await adaTwiceAndBob("one-left");
  await setOffline(first, true);
  await write(first, "here", 1);
  await write(second, "and there", 2);
  await second.page.close();
  await setOffline(first, false);
  await bob.part("message").nth(1).waitFor();
  await first.hasKept(0);
  await first.say("after");
  for (const tab of [first, bob]) {
    await tab.hears("after");
    // Whose tab is whose makes no order.
    expect([...(await tab.messages())].sort()).toEqual(["after", "and there", "here"]);
  }
});

it("two tabs that take over what was left at the same time send each call once", async () => {
  const { first, second, bob } = await adaTwiceAndBob("together", way.url);
  const url = first.page.url();
  const others = await onlooker(first);
  way.cut();
  await write(first, "here", 1);
  await write(second, "and there", 2);
  await reloadInVain([first, second], others);
  way.mend();
  await Promise.all([first, second].map(({ page }) => page.goto(url)));
  await first.hasKept(0);
  await first.say("after");
  for (const tab of [first, second, bob]) await tab.hears("after");
  expect([...(await bob.messages())].sort()).toEqual(["after", "and there", "here"]);
});

it("of three tabs of one person, the last sends what the first wrote and the second had taken over", async () => {
  const { first, second, bob } = await adaTwiceAndBob("handed-on");
  await loseAlone(first);
  await write(first, "handed on", 1);
  // Both wait for the end of the first, in this order; the second can send nothing then.
  await second.page.reload();
  await second.isInRoom();
  await expect.poll(() => waiting(second.page), { timeout: 10_000 }).toBe(1);
  const third = await second.page.context().newPage();
  await third.goto(second.page.url());
  await expect.poll(() => waiting(third), { timeout: 10_000 }).toBe(2);
  await loseAlone(second);
  await second.connection("reconnecting");
  const before = await second.keptBy();
  await first.page.close();
  await expect.poll(async () => second.keptBy(), { timeout: 10_000 }).not.toEqual(before);
  await second.page.close();
  await bob.hears("handed on");
});
