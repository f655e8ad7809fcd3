/** The board: what several people do to one value at once, in browsers of their own. */
import { startCuttableProxy } from "tests-node/cuttableProxy";
import { describe, expect, it } from "vitest";
import { setStage } from "./stage.ts";
import type { Place, Tab } from "./tab.ts";

/** A wait that takes longer than this is a failure. */
const PATIENCE_MS = 10_000;

const stage = setStage({ isDurable: true, env: { SYNC_PRESENCE_GRACE_MS: "500", SYNC_PRESENCE_LOST_GRACE_MS: "500" } });

/** Somebody who is signed in, at a board. */
async function comes(name: string, board: string, options?: Parameters<typeof stage.signedIn>[1]): Promise<Tab> {
  const tab = await stage.signedIn(name, options);
  await goTo(tab, board);
  return tab;
}

async function goTo(tab: Tab, board: string): Promise<void> {
  await tab.page.goto(`/board?room=${board}`);
  await tab.isInRoom();
  await tab.isSettled();
}

/** Waits until `tab` sees a note with this text at this place. */
async function seesAt(tab: Tab, text: string, { x, y }: Place): Promise<void> {
  const seen = async () => {
    const note = await tab.seenNote(text);
    // A pixel is more than a unit.
    return note !== undefined && Math.abs(note.x - x) < 4 && Math.abs(note.y - y) < 4;
  };
  await expect.poll(seen, { timeout: PATIENCE_MS }).toBe(true);
}

/** Waits until all see the same, and returns it. */
async function agree(...tabs: readonly Tab[]): Promise<Awaited<ReturnType<Tab["notes"]>>> {
  for (const tab of tabs) await tab.isSettled();
  const [first, ...others] = tabs;
  if (first === undefined) throw new Error("there is nobody to agree");
  const differing = async () => {
    const wanted = JSON.stringify(await first.notes());
    const seen = await Promise.all(others.map(async (tab) => JSON.stringify(await tab.notes())));
    return seen.filter((notes) => notes !== wanted);
  };
  await expect.poll(differing, { timeout: PATIENCE_MS }).toEqual([]);
  return first.notes();
}

describe("two people at one board", () => {
  it("add, move and write, each sees it at once, and both end with the same", async () => {
    const ada = await comes("Ada", "two");
    const bob = await comes("Bob", "two");
    await bob.part("board-empty").waitFor();
    await ada.addNote("tea");
    await bob.note("tea").waitFor();
    await bob.addNoteAt({ x: 700, y: 400 }, "milk");
    await ada.note("milk").waitFor();
    expect(await ada.part("board-empty").count()).toBe(0);
    expect((await ada.notes()).map(({ text, author }) => [text, author])).toEqual([["tea", "Ada"], ["milk", "Bob"]]);

    // Bob sees it on its way, too.
    await ada.holdNoteAt("tea", { x: 500, y: 300 });
    await seesAt(bob, "tea", { x: 500, y: 300 });
    await ada.page.mouse.up();
    await seesAt(bob, "tea", { x: 500, y: 300 });
    await seesAt(ada, "tea", { x: 500, y: 300 });
    expect((await bob.notes()).map(({ text }) => text), "what was moved lies on top").toEqual(["milk", "tea"]);

    await bob.editNote("tea", "two teas");
    await ada.note("two teas").waitFor();
    await ada.useTool("milk", "note-paint-violet");
    await bob.page.locator('[data-testid="note"][data-color="violet"]').waitFor();
    await Promise.all([ada.dragNote("milk", { x: 100, y: 100 }), bob.dragNote("two teas", { x: 300, y: 60 })]);
    await seesAt(ada, "two teas", { x: 300, y: 60 });
    await seesAt(bob, "milk", { x: 100, y: 100 });
    const both = await agree(ada, bob);
    await ada.page.reload();
    await ada.isInRoom();
    await ada.isSettled();
    expect(await ada.notes()).toEqual(both);

    await bob.useTool("milk", "note-remove");
    await ada.note("milk").waitFor({ state: "detached" });
    expect((await agree(ada, bob)).map(({ text }) => text)).toEqual(["two teas"]);
  });

  it("drag the same note at the same time, and agree in the end", async () => {
    const ada = await comes("Ada", "tug");
    const bob = await comes("Bob", "tug");
    await ada.addNote("mine");
    await bob.note("mine").waitFor();
    await ada.holdNoteAt("mine", { x: 600, y: 100 });
    await bob.holdNoteAt("mine", { x: 100, y: 400 });
    // Whoever holds it sees it in their hand.
    await seesAt(ada, "mine", { x: 600, y: 100 });
    await bob.page.mouse.up();
    await bob.isSettled();
    await ada.page.mouse.up();
    await seesAt(bob, "mine", { x: 600, y: 100 });
    await agree(ada, bob);
  });

  it("read along while one of them writes, and write on the same note one after the other", async () => {
    const ada = await comes("Ada", "typing");
    const bob = await comes("Bob", "typing");
    await ada.addNote("once");
    await bob.note("once").waitFor();
    const editor = await ada.startWriting("once");
    await editor.pressSequentially(" upon a time", { delay: 20 });
    // Ada is still writing.
    await bob.note("once upon a time").waitFor();
    expect(await editor.inputValue()).toBe("once upon a time");
    // What Bob writes now comes to her in her own words.
    await bob.editNote("once upon a time", "there was");
    await expect.poll(() => editor.inputValue(), { timeout: PATIENCE_MS }).toBe("there was");
    await editor.pressSequentially(" a board");
    await editor.press("Escape");
    await bob.note("there was a board").waitFor();
    await agree(ada, bob);
  });

  it("use the keyboard alone", async () => {
    const ada = await comes("Ada", "keys");
    const bob = await comes("Bob", "keys");
    await ada.part("note-add").focus();
    await ada.page.keyboard.press("Enter");
    await ada.page.keyboard.type("by hand");
    await ada.page.keyboard.press("Escape");
    await bob.note("by hand").waitFor();
    for (const key of ["ArrowRight", "ArrowRight", "ArrowDown", "Shift+ArrowRight"]) await ada.page.keyboard.press(key);
    await seesAt(bob, "by hand", { x: 110, y: 50 });
    await ada.page.keyboard.press("Enter");
    await ada.page.keyboard.type("!");
    await ada.page.keyboard.press("Escape");
    await bob.note("by hand!").waitFor();
    await agree(ada, bob);
    await ada.page.keyboard.press("Delete");
    await bob.part("note").waitFor({ state: "detached" });
    expect(await ada.page.evaluate(() => document.activeElement?.getAttribute("data-testid"))).toBe("note-add");
  });
});

describe("who is at the board", () => {
  it("is seen there, with where they point to, until they leave it", async () => {
    const ada = await comes("Ada", "people");
    const bob = await comes("Bob", "people");
    await expect.poll(() => ada.people(), { timeout: PATIENCE_MS }).toEqual(["Ada", "Bob"]);
    await bob.pointTo({ x: 300, y: 200 });
    await ada.cursor("Bob").waitFor();
    await expect.poll(() => ada.cursorAt("Bob"), { timeout: PATIENCE_MS }).toEqual({ x: 300, y: 200 });
    expect(await bob.cursor("Bob").count(), "nobody sees their own").toBe(0);
    expect(await ada.received(), "the live list is for other things").toEqual([]);

    await bob.page.mouse.move(5, 5);
    await ada.cursor("Bob").waitFor({ state: "detached" });
    await bob.pointTo({ x: 500, y: 200 });
    await ada.cursor("Bob").waitFor();
    // A hand that rests is forgotten, and its person is not.
    await ada.cursor("Bob").waitFor({ state: "detached" });
    expect(await ada.people()).toEqual(["Ada", "Bob"]);
    await bob.press("room-leave");
    await expect.poll(() => ada.people(), { timeout: PATIENCE_MS }).toEqual(["Ada"]);
  });
});

describe("without a connection", () => {
  it("a board is worked on, and what was done arrives when there is one again", async () => {
    const proxy = await startCuttableProxy(stage.server.port);
    try {
      const ada = await comes("Ada", "train", { url: proxy.url });
      const bob = await comes("Bob", "train");
      for (const text of ["one", "two"]) {
        await bob.addNote(text);
        await ada.note(text).waitFor();
      }
      proxy.cut();
      await ada.page.locator('[data-testid="board-status"][data-status="stale"]').waitFor();
      await ada.dragNote("one", { x: 600, y: 420 });
      await ada.editNote("two", "written on the train");
      await ada.addNote("three");
      // Of a way only its end is sent: to move, to write, to add and to write on that.
      await expect.poll(() => ada.part("board-status").getAttribute("data-pending")).toBe("4");
      await ada.page.screenshot({ path: stage.screenshot("board-offline") });
      await bob.addNote("meanwhile");
      proxy.mend();
      await ada.connected();
      for (const text of ["written on the train", "three"]) await bob.note(text).waitFor();
      await seesAt(bob, "one", { x: 600, y: 420 });
      const both = await agree(ada, bob);
      expect(both.map(({ text }) => text).sort()).toEqual(["meanwhile", "one", "three", "written on the train"]);
    } finally {
      await proxy.close();
    }
  });
});

describe("a server that restarts", () => {
  it("has kept the notes, and people go on where they were", async () => {
    const ada = await comes("Ada", "restart");
    const bob = await comes("Bob", "restart");
    await ada.addNote("before");
    await ada.dragNote("before", { x: 400, y: 200 });
    const before = await agree(ada, bob);
    await stage.server.stop();
    for (const tab of [ada, bob]) await tab.connection("reconnecting");
    await stage.startAgain();
    for (const [tab, name] of [
      [ada, "Ada"],
      [bob, "Bob"],
    ] as const) {
      await tab.connected();
      if ((await tab.part("session-ended").count()) > 0) await tab.signIn(name);
      await tab.isInRoom();
    }
    expect(await agree(ada, bob)).toEqual(before);
    await bob.editNote("before", "and after");
    await ada.note("and after").waitFor();
    await agree(ada, bob);
  });
});

describe("a telephone", () => {
  it("writes with a second tap, and moves a note with a finger", async () => {
    const ada = await comes("Ada", "phone", { hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });
    const bob = await comes("Bob", "phone");
    await bob.addNote("far");
    await ada.note("far").waitFor();
    await ada.dragNoteByFinger("far", { x: 200, y: 300 });
    await seesAt(bob, "far", { x: 200, y: 300 });
    const card = ada.note("far").getByTestId("note-card");
    await card.tap();
    await ada.part("note-remove").waitFor();
    await card.tap();
    await ada.part("note-editor").fill("near");
    await ada.part("note-add").tap();
    await bob.note("near").waitFor();
    await expect.poll(() => ada.part("note").count()).toBe(2);
    await agree(ada, bob);
    await ada.page.screenshot({ path: stage.screenshot("board-phone") });
  });
});

describe("what a host hides", () => {
  it("is gone for all others, and nothing of it comes to them any more", async () => {
    const host = await comes("Grace", "hidden");
    const player = await comes("Bob", "hidden");
    await player.addNote("for everybody");
    await host.note("for everybody").waitFor();
    await host.saved(() => host.press("host"));
    await host.useTool("for everybody", "note-hide");
    await player.note("for everybody").waitFor({ state: "detached" });
    expect((await host.seenNote("for everybody"))?.isHidden).toBe(true);

    await host.editNote("for everybody", "the secret of the board");
    await host.addNote("in the open");
    // The board's one order: what came before this has come, if it was to come at all.
    await player.note("in the open").waitFor();
    expect(await player.hasReceived("in the open")).toBe(true);
    expect(await player.hasReceived("the secret of the board")).toBe(false);
    await goTo(player, "hidden");
    expect((await player.notes()).map(({ text }) => text)).toEqual(["in the open"]);
    expect(await player.hasReceived("the secret of the board")).toBe(false);
    await host.page.screenshot({ path: stage.screenshot("board-host") });

    // Whoever says that they are a host sees it at once, and no more when they are none.
    await player.saved(() => player.press("host"));
    await player.note("the secret of the board").waitFor();
    await agree(host, player);
    await player.saved(() => player.press("host"));
    await player.note("the secret of the board").waitFor({ state: "detached" });
    await host.useTool("the secret of the board", "note-hide");
    await player.note("the secret of the board").waitFor();
    expect((await agree(host, player)).every(({ isHidden }) => !isHidden)).toBe(true);
  });

  it("is out of the hands of whoever was writing on it", async () => {
    const host = await comes("Grace", "taken");
    const player = await comes("Bob", "taken");
    await player.addNote("draft");
    await host.note("draft").waitFor();
    await host.saved(() => host.press("host"));
    const editor = await player.startWriting("draft");
    await editor.pressSequentially("!");
    await host.useTool("draft!", "note-hide");
    await player.part("note").waitFor({ state: "detached" });
    await player.part("board-empty").waitFor();
  });

  it("refuses what was written on it without a connection, and the page says so", async () => {
    const proxy = await startCuttableProxy(stage.server.port);
    try {
      const host = await comes("Grace", "refused");
      const player = await comes("Bob", "refused", { url: proxy.url });
      await player.addNote("draft");
      await host.note("draft").waitFor();
      await host.saved(() => host.press("host"));
      proxy.cut();
      await player.page.locator('[data-testid="board-status"][data-status="stale"]').waitFor();
      await player.editNote("draft", "written in vain");
      await host.useTool("draft", "note-hide");
      proxy.mend();
      const refusal = player.part("call-error");
      await refusal.waitFor();
      expect(await refusal.getAttribute("data-code")).toBe("note-gone");
      await player.part("note").waitFor({ state: "detached" });
      await player.page.screenshot({ path: stage.screenshot("board-refused") });
      expect((await host.notes()).map(({ text }) => text)).toEqual(["draft"]);
    } finally {
      await proxy.close();
    }
  });
});

describe("a full board", () => {
  it("says that it is full, and takes back what did not go there", async () => {
    const ada = await comes("Ada", "full");
    const answered = await ada.page.evaluate(async () => {
      const statuses: number[] = [];
      for (let number = 0; number < 200; number += 1) {
        const place = { x: (number % 20) * 40, y: Math.floor(number / 20) * 44 };
        const put = { id: `n${number}`, text: `${number}`, color: "blue", ...place };
        const body = JSON.stringify({ room: "board-full", action: { put } });
        const response = await fetch("/state/board/notes/v1", { method: "POST", headers: { "content-type": "application/json" }, body });
        statuses.push(response.status);
      }
      return statuses.filter((status) => status !== 200);
    });
    expect(answered).toEqual([]);
    await expect.poll(() => ada.part("note").count(), { timeout: PATIENCE_MS }).toBe(200);
    await ada.press("note-add");
    const refusal = ada.part("call-error");
    await refusal.waitFor();
    expect(await refusal.getAttribute("data-code")).toBe("state-invalid");
    expect(await ada.part("note").count()).toBe(200);
    // The end of the board is below the window, and the refusal is not.
    const box = await refusal.boundingBox();
    expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThanOrEqual(860);
    await refusal.evaluate((notice) => Promise.all(notice.getAnimations().map(({ finished }) => finished)));
    await ada.page.screenshot({ path: stage.screenshot("board-full") });
  });
});

describe("the board on the page", () => {
  const NOTES: readonly (Place & { readonly text: string; readonly color: string })[] = [
    { text: "What should version 2 do?", color: "violet", x: 40, y: 40 },
    { text: "Ship the state lane: one value, patches, nobody drifts", color: "green", x: 280, y: 60 },
    { text: "Ask Grace about the backups", color: "orange", x: 540, y: 30 },
    { text: "Two tabs, one board, no code of our own between them", color: "blue", x: 120, y: 240 },
    { text: "Tea at four", color: "pink", x: 420, y: 260 },
    {
      text: "A longer thought: an event says that something happened, a state is what is so now. Whoever comes late sees the board as it is, and does not replay what was.",
      color: "green",
      x: 700,
      y: 250,
    },
  ];

  async function setTable(board: string, colorScheme: "light" | "dark"): Promise<{ ada: Tab; bob: Tab }> {
    const ada = await comes("Ada", board, { colorScheme });
    const bob = await comes("Bob", board);
    const grace = await comes("Grace", board);
    await ada.saved(() => ada.press("host"));
    for (const [index, { text, color, x, y }] of NOTES.entries()) {
      const by = [ada, bob, grace][index % 3] ?? ada;
      await by.part(`note-color-${color}`).click();
      await by.addNote(text);
      await by.dragNote(text, { x, y });
    }
    await ada.note("Tea at four").waitFor();
    await ada.useTool("Ask Grace about the backups", "note-hide");
    await ada.useTool("Tea at four", "note-paint-pink");
    await bob.pointTo({ x: 330, y: 220 });
    await grace.pointTo({ x: 640, y: 470 });
    for (const name of ["Bob", "Grace"]) await ada.cursor(name).waitFor();
    return { ada, bob };
  }

  it.each(["light", "dark"] as const)("has room, in %s", { timeout: 120_000 }, async (colorScheme) => {
    const { ada } = await setTable(`shown-${colorScheme}`, colorScheme);
    await ada.part("board").evaluate((board) => board.scrollIntoView({ block: "center" }));
    await ada.page.screenshot({ path: stage.screenshot(`board-${colorScheme}`) });
    await ada.page.evaluate(() => window.scrollTo(0, 0));
    await ada.page.screenshot({ path: stage.screenshot(`board-${colorScheme}-top`) });
    await ada.page.setViewportSize({ width: 390, height: 844 });
    await ada.part("board").evaluate((board) => board.scrollIntoView({ block: "center" }));
    await ada.page.screenshot({ path: stage.screenshot(`board-${colorScheme}-narrow`) });
    const overflow = await ada.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow).toBe(0);
  });

  it.each(["nl", "de", "fr"] as const)("says the same in %s", async (locale) => {
    const ada = await comes("Ada", `words-${locale}`, { locale });
    await ada.page.screenshot({ path: stage.screenshot(`board-${locale}`), fullPage: true });
    const overflow = await ada.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow).toBe(0);
  });
});
