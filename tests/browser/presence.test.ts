/** Who is here: people in browsers of their own, and what one of them, who stays, is told of the others. */
import { startCuttableProxy } from "tests-node/cuttableProxy";
import { describe, expect, it } from "vitest";
import type { RealTab, RealWindow } from "./realTab.ts";
import { setStage, type Visitor } from "./stage.ts";
import type { Tab } from "./tab.ts";

// Long enough for a page that is loaded again on a busy machine, and short enough to be waited for.
const stage = setStage({
  env: {
    SYNC_PRESENCE_GRACE_MS: "3000",
    SYNC_PRESENCE_LOST_GRACE_MS: "4000",
    SYNC_PING_INTERVAL_MS: "1500",
    SYNC_PING_TIMEOUT_MS: "2500",
  },
});

let rooms = 0;

/** A room that no other test uses, and somebody in it. */
async function setUp(): Promise<{ room: string; ada: Tab }> {
  rooms += 1;
  const room = `here${rooms}`;
  const ada = await stage.signedIn("Ada");
  await enter(ada, room);
  return { room, ada };
}

async function enter(tab: Tab, room: string): Promise<void> {
  await tab.page.goto(`/chat?room=${room}`);
  await isHere(tab);
}

async function isHere(tab: Tab): Promise<void> {
  await tab.page.locator('[data-testid="who-is-here"][data-current="true"]').waitFor();
}

/** Somebody who has signed in, in the room. */
async function comes(name: string, room: string, options?: Parameters<typeof stage.signedIn>[1]): Promise<Tab> {
  const tab = await stage.signedIn(name, options);
  await enter(tab, room);
  return tab;
}

/** A further tab of somebody, in the room. */
async function opensAnother(visitor: Visitor, room: string): Promise<Tab> {
  const tab = await visitor.open(`/chat?room=${room}`);
  await isHere(tab);
  return tab;
}

/** Waits until `tab` sees these people, each with a mark where they are away. */
async function sees(tab: Tab, ...people: readonly string[]): Promise<void> {
  await expect.poll(() => tab.people(), { timeout: 20_000 }).toEqual(people);
}

/**
 * Waits until all time is over for which somebody who is gone by now is waited for, without looking at a clock: Zoe comes and is lost after
 * them, so when she has left, they would have.
 */
async function graceIsOver(ada: Tab, room: string): Promise<void> {
  const proxy = await startCuttableProxy(stage.server.port);
  try {
    await comes("Zoe", room, { url: proxy.url });
    await ada.person("Zoe").waitFor();
    proxy.cut();
    await ada.person("Zoe").waitFor({ state: "detached", timeout: 20_000 });
  } finally {
    await proxy.close();
  }
}

describe("people in two browsers", () => {
  it("see each other, themselves first if they came first, and what each says", async () => {
    const { room, ada } = await setUp();
    const bob = await comes("Bob", room, { locale: "nl-NL", colorScheme: "dark" });
    for (const tab of [ada, bob]) await sees(tab, "Ada", "Bob");
    expect([await ada.me(), await bob.me()]).toEqual(["Ada", "Bob"]);

    await bob.says("aan het lunchen", "pink");
    await ada.person("Bob").getByTestId("person-mood").getByText("aan het lunchen").waitFor();
    expect(await ada.person("Bob").getAttribute("data-color")).toBe("pink");
    await ada.says("writing tests", "violet");
    await bob.person("Ada").getByTestId("person-mood").getByText("writing tests").waitFor();
    await ada.page.screenshot({ path: stage.screenshot("who-is-here-light") });
    await bob.page.screenshot({ path: stage.screenshot("who-is-here-dark") });
    await bob.page.setViewportSize({ width: 390, height: 844 });
    await bob.page.screenshot({ path: stage.screenshot("who-is-here-narrow") });

    await bob.press("mood-clear");
    await ada.person("Bob").getByTestId("person-mood").waitFor({ state: "detached" });
    await bob.part("room-leave").click();
    await sees(ada, "Ada");
  });

  it("keep what they say over a reload, and in all their tabs", async () => {
    const { room, ada } = await setUp();
    const bob = await stage.visitor();
    const first = await bob.open();
    await first.signIn("Bob");
    await enter(first, room);
    await first.says("here", "blue");
    const second = await opensAnother(bob, room);
    expect(await second.part("mood-text").inputValue()).toBe("here");
    await second.says("still here", "blue");
    await first.page.reload();
    await isHere(first);
    for (const tab of [ada, first]) await tab.person("Bob").getByTestId("person-mood").getByText("still here").waitFor();
  });
});

describe("two tabs", () => {
  it("are one person, who leaves when the last is closed, after the grace", async () => {
    const { room, ada } = await setUp();
    const bob = await stage.visitor();
    const first = await bob.open();
    await first.signIn("Bob");
    await enter(first, room);
    const second = await opensAnother(bob, room);
    for (const tab of [ada, first, second]) await sees(tab, "Ada", "Bob");

    await second.page.close();
    await graceIsOver(ada, room);
    await sees(ada, "Ada", "Bob");
    expect(ada.toldOf("Bob")).toEqual(["joined"]);

    await first.page.close();
    await sees(ada, "Ada");
    expect(ada.toldOf("Bob")).toEqual(["joined", "left"]);
  });
});

describe("a page that is loaded again", () => {
  it("is no departure: nobody hears anything", async () => {
    const { room, ada } = await setUp();
    const bob = await comes("Bob", room);
    await sees(ada, "Ada", "Bob");
    for (let time = 0; time < 3; time += 1) {
      await bob.page.reload();
      await isHere(bob);
    }
    await graceIsOver(ada, room);
    expect(ada.toldOf("Bob")).toEqual(["joined"]);
    await sees(bob, "Ada", "Bob");
  });
});

describe("a network that is lost", () => {
  it("and comes back within the grace is heard of by nobody, and the page says meanwhile that it does not know", async () => {
    const { room, ada } = await setUp();
    const proxy = await startCuttableProxy(stage.server.port);
    try {
      const bob = await comes("Bob", room, { url: proxy.url });
      await sees(ada, "Ada", "Bob");
      proxy.cut();
      await bob.page.locator('[data-testid="who-is-here"][data-current="false"]').waitFor();
      await sees(bob, "Ada", "Bob");
      proxy.mend();
      await isHere(bob);
      await graceIsOver(ada, room);
      expect(ada.toldOf("Bob")).toEqual(["joined"]);
    } finally {
      await proxy.close();
    }
  });

  it("and does not come back is a departure, and one that comes back later an arrival", async () => {
    const { room, ada } = await setUp();
    const proxy = await startCuttableProxy(stage.server.port);
    try {
      const bob = await comes("Bob", room, { url: proxy.url });
      await bob.says("on a train", "orange");
      await ada.person("Bob").getByTestId("person-mood").getByText("on a train").waitFor();
      proxy.cut();
      await sees(ada, "Ada");
      proxy.mend();
      await sees(ada, "Ada", "Bob");
      // What they said is said again.
      await ada.person("Bob").getByTestId("person-mood").getByText("on a train").waitFor();
      expect(ada.toldOf("Bob").filter((kind) => kind !== "updated")).toEqual(["joined", "left", "joined"]);
    } finally {
      await proxy.close();
    }
  });
});

describe("somebody who is away", () => {
  it("has hidden the page, and is back when it is shown", async () => {
    const { room, ada } = await setUp();
    const bob = await stage.window("Bob");
    const tab = await opens(bob, room);
    await sees(ada, "Ada", "Bob");
    await bob.hideAll();
    await sees(ada, "Ada", "Bob away");
    await ada.page.screenshot({ path: stage.screenshot("who-is-away") });
    await tab.show();
    await sees(ada, "Ada", "Bob");
    expect(ada.toldOf("Bob")).toEqual(["joined", "afk", "back"]);
  });

  it("has hidden all their tabs, and not only one", async () => {
    const { room, ada } = await setUp();
    const bob = await stage.window("Bob");
    const first = await opens(bob, room);
    // One window shows one tab.
    await opens(bob, room);
    await first.until(`document.visibilityState === "hidden"`);
    await sees(ada, "Ada", "Bob");
    await bob.hideAll();
    await sees(ada, "Ada", "Bob away");
    await first.show();
    await sees(ada, "Ada", "Bob");
    expect(ada.toldOf("Bob")).toEqual(["joined", "afk", "back"]);
  });

  it("stays away when a hidden page is loaded again", async () => {
    const { room, ada } = await setUp();
    const bob = await stage.window("Bob");
    const tab = await opens(bob, room);
    await bob.hideAll();
    await sees(ada, "Ada", "Bob away");
    await tab.reload();
    await tab.until(IS_HERE);
    await graceIsOver(ada, room);
    await sees(ada, "Ada", "Bob away");
    expect(ada.toldOf("Bob").at(-1)).toBe("afk");
  });

  it("whose page is frozen is away, then gone, and comes back with it", async () => {
    const { room, ada } = await setUp();
    const bob = await stage.window("Bob");
    const tab = await opens(bob, room);
    await sees(ada, "Ada", "Bob");
    // The page is told as it freezes, and this is the last that it can say.
    await tab.freeze();
    await sees(ada, "Ada", "Bob away");
    // It answers no ping any more: it is lost, and after the grace it has left.
    await sees(ada, "Ada");
    await tab.thaw();
    // The browser does not show a tab that it believes to be in front.
    await bob.hideAll();
    await tab.show();
    await sees(ada, "Ada", "Bob");
    await tab.until(IS_HERE);
    expect(ada.toldOf("Bob").slice(0, 4)).toEqual(["joined", "afk", "left", "joined"]);
  });
});

/** In the page: it knows who is here. */
const IS_HERE = `document.querySelector('[data-testid="who-is-here"][data-current="true"]') !== null`;

async function opens(window: RealWindow, room: string): Promise<RealTab> {
  const tab = await window.openTab(`/chat?room=${room}`);
  await tab.until(IS_HERE);
  return tab;
}
