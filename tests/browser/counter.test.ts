import { describe, expect, it } from "vitest";
import { setStage } from "./stage.ts";

const stage = setStage({ isDurable: true });

const V1 = "examples/updateCounter/v1";
const V2 = "examples/updateCounter/v2";
const ANNOUNCE = "root/announce/v1";

describe("the counter of two users", () => {
  it("brings each event to both tabs, and says to each whether it is theirs", async () => {
    const ada = await stage.signedIn("Ada");
    const bob = await stage.signedIn("Bob");
    for (const tab of [ada, bob]) await tab.goTo("examples");

    await ada.add("v1", { amount: 5 });
    await bob.event(V1);
    await bob.add("v2", { amount: 10, note: "for lunch" });
    for (const tab of [ada, bob]) for (const route of [V1, V2]) await tab.event(route);

    const room = "game-room-lounge";
    expect(await ada.received()).toEqual([
      { kind: "event", route: V1, room, mine: true },
      { kind: "event", route: V2, room, mine: false },
    ]);
    expect(await bob.received()).toEqual([
      { kind: "event", route: V1, room, mine: false },
      { kind: "event", route: V2, room, mine: true },
    ]);
    for (const tab of [ada, bob]) await tab.counterShows(15);
    expect(await ada.part("counter-note").textContent()).toBe("for lunch");
    expect(await ada.part("counter-changed").textContent()).toContain("Bob");
    await ada.page.screenshot({ path: stage.screenshot("counter-ada") });
    await bob.page.screenshot({ path: stage.screenshot("counter-bob") });
  });

  it("stays in its room", async () => {
    const ada = await stage.signedIn("Ada");
    const bob = await stage.signedIn("Bob");
    await ada.goTo("examples");
    await bob.goTo("examples");
    await bob.pickRoom("elsewhere");
    await bob.isInRoom();
    await bob.page.waitForURL("/examples?room=elsewhere");

    await ada.pickRoom("here");
    await ada.isInRoom();
    await ada.add("v1");
    await bob.add("v1", { amount: 7 });
    await bob.event(V1);
    expect(await bob.received()).toEqual([{ kind: "event", route: V1, room: "game-room-elsewhere", mine: true }]);
  });

  it("skips a member who looks at another page", async () => {
    const ada = await stage.signedIn("Ada");
    const bob = await stage.signedIn("Bob");
    for (const tab of [ada, bob]) {
      await tab.goTo("examples");
      await tab.pickRoom("skipping");
      await tab.isInRoom();
    }
    await bob.press("go-elsewhere");
    await bob.isInRoom();
    expect(await bob.part("joined-rooms").textContent()).toContain("game-room-skipping");

    await ada.add("v1");
    await ada.event(V1);
    // The same room's order: once Bob has the announcement, the event before it has passed him by.
    await ada.goTo("nested");
    await ada.announce("after the event", "game-room-skipping");
    await bob.event(ANNOUNCE);
    expect(await bob.received()).toEqual([{ kind: "event", route: ANNOUNCE, room: "game-room-skipping", mine: null }]);
    expect(await bob.part("announcement").textContent()).toContain("after the event");

    // Back on the page, events come again.
    await bob.dismissAnnouncement();
    await bob.goTo("examples");
    await ada.goTo("examples");
    await ada.add("v1");
    await bob.event(V1);
  });
});

describe("two tabs of one user", () => {
  it("are both the sender's, and are left out one by one or together", async () => {
    const visitor = await stage.visitor();
    const left = await visitor.open();
    await left.signIn("Grace");
    const right = await visitor.open("/examples?room=tabs");
    await left.page.goto("/examples?room=tabs");
    for (const tab of [left, right]) await tab.isInRoom();

    await left.add("v1", { amount: 1 });
    await right.event(V1);
    await left.press("ignore-tab");
    await left.add("v1", { amount: 1 });
    await left.counterShows(2);
    await right.event(V1, 2);
    await left.press("ignore-session");
    await left.add("v2", { amount: 1 });
    await left.counterShows(3);

    // The last event comes to both, so whatever was meant for them before has come, too.
    await left.press("ignore-nobody");
    await left.add("v1", { amount: 1 });
    for (const tab of [left, right]) await tab.counterShows(4);
    const mine = { kind: "event", route: V1, room: "game-room-tabs", mine: true };
    expect(await left.received()).toEqual([mine, mine]);
    expect(await right.received()).toEqual([mine, mine, mine]);
  });
});

describe("the number itself", () => {
  const room = "/examples?room=followed";

  it("is there when the page opens, follows what others do, and begins again at once", async () => {
    const ada = await stage.signedIn("Ada");
    await ada.page.goto(room);
    await ada.counterShows(0);
    await ada.add("v1", { amount: 42 });
    const bob = await stage.signedIn("Bob");
    await bob.page.goto(room);
    await bob.counterShows(42);
    expect(await bob.received(), "no event has told him").toEqual([]);
    expect(await bob.part("counter-changed").textContent()).toContain("Ada");

    await ada.add("v2", { amount: 8, note: "for lunch" });
    await bob.counterShows(50);
    await bob.part("counter-note").waitFor();
    await bob.press("counter-reset");
    for (const tab of [ada, bob]) await tab.counterShows(0);
    expect(await ada.part("counter-changed").textContent()).toContain("Bob");
    expect(await bob.part("counter-note").count(), "the note belonged to another number").toBe(0);
    // The room's order: whatever a new beginning had sent has come before this.
    await bob.add("v1", { amount: 1 });
    await ada.event(V1, 2);
    expect((await ada.received()).map(({ route }) => route)).toEqual([V1, V2, V1]);
  });

  it("is followed by a member whom the filter skips, once they look", async () => {
    const ada = await stage.signedIn("Ada");
    const bob = await stage.signedIn("Bob");
    for (const tab of [ada, bob]) {
      await tab.page.goto("/examples?room=looks");
      await tab.isInRoom();
    }
    await bob.press("go-elsewhere");
    await bob.isInRoom();
    await ada.add("v1", { amount: 7 });
    await bob.goTo("examples");
    await bob.counterShows(7);
    expect(await bob.received()).toEqual([]);
  });

  it("is there after a restart", async () => {
    const ada = await stage.signedIn("Ada");
    await ada.page.goto("/examples?room=kept");
    await ada.isInRoom();
    await ada.add("v1", { amount: 23 });
    await stage.server.stop();
    await ada.connection("reconnecting");
    await stage.startAgain();
    const bob = await stage.signedIn("Bob");
    await bob.page.goto("/examples?room=kept");
    await bob.counterShows(23);
    expect(await bob.part("counter-changed").textContent()).toContain("Ada");
  });
});
