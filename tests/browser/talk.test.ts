import { describe, expect, it } from "vitest";
import { setStage } from "./stage.ts";
import type { Tab } from "./tab.ts";

const stage = setStage();

/** The messages of the chat page as its reader sees them, oldest first. */
async function messages(tab: Tab) {
  return tab.part("message").evaluateAll((elements) =>
    elements.map((element) => {
      const text = (selector: string) => element.querySelector(selector)?.textContent ?? "";
      return {
        mine: element.getAttribute("data-mine") === "true",
        text: text("p"),
        place: text('[data-testid="message-place"]'),
        locale: text('[data-testid="message-locale"]'),
      };
    }),
  );
}

describe("the chat", () => {
  it("shows each reader the same words with their own place and language", async () => {
    const ada = await stage.signedIn("Ada");
    const bob = await stage.signedIn("Bob", { locale: "nl-NL" });
    for (const tab of [ada, bob]) await tab.goTo("chat");

    await ada.say("Hello Bob");
    await bob.part("message").waitFor();
    await bob.say("Dag Ada");
    for (const tab of [ada, bob]) await tab.part("message").nth(1).waitFor();

    expect(await messages(ada)).toEqual([
      { mine: true, text: "Hello Bob", place: "here", locale: "en" },
      { mine: false, text: "Dag Ada", place: "here", locale: "en" },
    ]);
    expect(await messages(bob)).toEqual([
      { mine: false, text: "Hello Bob", place: "here", locale: "nl" },
      { mine: true, text: "Dag Ada", place: "here", locale: "nl" },
    ]);
    await ada.page.screenshot({ path: stage.screenshot("chat-ada") });
    await bob.page.screenshot({ path: stage.screenshot("chat-bob") });
  });

  it("reaches a member on another page as `elsewhere`, and counts what is unread", async () => {
    const ada = await stage.signedIn("Ada");
    const bob = await stage.signedIn("Bob");
    for (const tab of [ada, bob]) {
      await tab.goTo("chat");
      await tab.pickRoom("away");
      await tab.isInRoom();
    }
    await bob.goTo("lobby");
    await ada.say("Are you there?");
    await bob.part("chat-unread").waitFor();
    expect(await bob.part("chat-unread").textContent()).toContain("1");

    await bob.goTo("chat");
    expect(await messages(bob)).toEqual([{ mine: false, text: "Are you there?", place: "elsewhere", locale: "en" }]);
    expect(await bob.part("chat-unread").count()).toBe(0);
  });

  it("tells the others that somebody types, until the message is there", async () => {
    const ada = await stage.signedIn("Ada");
    const bob = await stage.signedIn("Bob");
    for (const tab of [ada, bob]) {
      await tab.goTo("chat");
      await tab.pickRoom("typing");
      await tab.isInRoom();
      await tab.part("joined-rooms").getByText("lobby-typing").waitFor();
    }
    await ada.part("message-input").pressSequentially("Wait");
    await bob.page.locator('[data-testid="typing"][data-typing="true"]').waitFor();
    expect(await ada.part("typing").getAttribute("data-typing")).toBe("false");

    await ada.press("message-send");
    await bob.part("message").waitFor();
    await bob.page.locator('[data-testid="typing"][data-typing="false"]').waitFor();
  });
});

describe("the lobby's room that the chat borrows", () => {
  it("is left with the chat's own, and kept when it was entered before", async () => {
    const ada = await stage.signedIn("Ada");
    const rooms = () => ada.part("joined-rooms").locator(".chip").allTextContents();
    const areJoined = (...expected: string[]) =>
      expect.poll(async () => (await rooms()).map((room) => room.replace("×", "")).sort()).toEqual(expected.sort());

    await ada.goTo("lobby");
    await ada.goTo("chat");
    await areJoined("chat-lounge", "lobby-lounge");
    await ada.pickRoom("den");
    await areJoined("chat-den", "lobby-den", "lobby-lounge");
    await ada.press("room-leave");
    await areJoined("lobby-lounge");
    await ada.press("room-join");
    await areJoined("chat-den", "lobby-den", "lobby-lounge");
    await ada.press("nav-overview");
    await areJoined("chat-den", "lobby-lounge");
  });
});

describe("the lobby", () => {
  it("is not silenced by a clock that is set back", async () => {
    const [ada, bob] = [await stage.signedIn("Ada"), await stage.signedIn("Bob")];
    for (const tab of [ada, bob]) await tab.goTo("lobby");
    await ada.part("typing-pad").pressSequentially("h");
    await bob.event("lobby/typing/v1");

    const hour = 3_600_000;
    for (const tab of [ada, bob]) {
      await tab.page.evaluate((ms) => {
        const now = Date.now.bind(Date);
        Date.now = () => now() - ms;
      }, hour);
    }
    await bob.page.locator('[data-testid="typing"][data-typing="false"]').waitFor();
    await ada.part("typing-pad").pressSequentially("i");
    await bob.event("lobby/typing/v1", 2);
  });

  it("passes on that somebody types and nothing else", async () => {
    const ada = await stage.signedIn("Ada");
    const bob = await stage.signedIn("Bob");
    for (const tab of [ada, bob]) await tab.goTo("lobby");

    await ada.part("typing-pad").pressSequentially("se");
    await bob.event("lobby/typing/v1");
    await bob.page.locator('[data-testid="typing"][data-typing="true"]').waitFor();
    expect(await bob.part("server-output").first().textContent()).toBe("{}");
    expect(await bob.part("client-output").first().textContent()).toBe("{}");
    // It falls silent by itself.
    await bob.page.locator('[data-testid="typing"][data-typing="false"]').waitFor();
    expect(await ada.received()).toEqual([]);
  });
});

describe("a member who wants to be left alone", () => {
  it("hears of nobody who types, and of others again when they like", async () => {
    const ada = await stage.signedIn("Ada");
    const bob = await stage.signedIn("Bob");
    for (const tab of [ada, bob]) {
      await tab.goTo("lobby");
      await tab.pickRoom("quiet");
      await tab.isInRoom();
    }
    const saved = bob.page.waitForResponse("**/auth/session");
    await bob.press("mute");
    await saved;
    await ada.press("typing-pad");
    await ada.page.keyboard.type("a");
    await ada.goTo("nested");
    // The same room's order: what was typed before has passed him by when the announcement is there.
    await ada.announce("still there?", "lobby-quiet");
    await bob.event("root/announce/v1");
    expect(await bob.received()).toEqual([{ kind: "event", route: "root/announce/v1", room: "lobby-quiet", mine: null }]);

    const savedAgain = bob.page.waitForResponse("**/auth/session");
    await bob.press("mute");
    await savedAgain;
    await ada.goTo("lobby");
    await ada.press("typing-pad");
    await ada.page.keyboard.type("b");
    await bob.event("lobby/typing/v1");
  });
});

describe("nested and root routes", () => {
  it("bring the same output to every member", async () => {
    const ada = await stage.signedIn("Ada");
    const bob = await stage.signedIn("Bob");
    for (const tab of [ada, bob]) await tab.goTo("nested");

    await ada.part("nested-text").fill("Hello from below");
    await ada.press("nested-send");
    for (const tab of [ada, bob]) {
      await tab.event("test/nestedTest/room/v1");
      await tab.part("nested-received").getByText("Hello from below").waitFor();
      expect(await tab.part("client-output").first().textContent()).toBe("{}");
    }

    await bob.announce("Tea is ready");
    for (const tab of [ada, bob]) await tab.part("announcement").getByText("Tea is ready").waitFor();
  });
});
