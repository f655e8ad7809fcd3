import { startCuttableProxy } from "tests-node/cuttableProxy";
import { describe, expect, it } from "vitest";
import { BAD_NETWORKS, startBadNetwork } from "../../client-ts/src/testing/badNetwork.ts";
import { setStage } from "./stage.ts";

const stage = setStage();
const V1 = "examples/updateCounter/v1";

describe("a connection that breaks", () => {
  it("comes back by itself, with the session, the rooms and the page", async () => {
    const proxy = await startCuttableProxy(stage.server.port);
    try {
      const ada = await stage.signedIn("Ada", { url: proxy.url });
      const bob = await stage.signedIn("Bob");
      for (const tab of [ada, bob]) await tab.goTo("examples");

      proxy.cut();
      await ada.connection("reconnecting");
      await bob.add("v1", { amount: 5 });
      proxy.mend();
      await ada.connected();
      await ada.isInRoom();
      // What happened meanwhile, as if it had been there.
      await ada.event(V1);

      await bob.add("v1", { amount: 5 });
      await ada.counterShows(10);
      await ada.add("v1", { amount: 5 });
      await bob.counterShows(15);
    } finally {
      await proxy.close();
    }
  });
});

describe("a page that is loaded anew", () => {
  it("is shown what happened meanwhile", async () => {
    const ada = await stage.signedIn("Ada");
    const bob = await stage.signedIn("Bob");
    for (const tab of [ada, bob]) await tab.goTo("examples");
    const url = ada.page.url();
    await ada.page.goto("about:blank");
    await bob.add("v1", { amount: 5 });
    await ada.page.goto(url);
    await ada.event(V1);
  });
});

describe("what is done without a connection", () => {
  it("goes out when there is one again, once and in order", async () => {
    const proxy = await startCuttableProxy(stage.server.port);
    try {
      const ada = await stage.signedIn("Ada", { url: proxy.url });
      const bob = await stage.signedIn("Bob");
      for (const tab of [ada, bob]) {
        await tab.goTo("examples");
        await tab.pickRoom("train");
        await tab.isInRoom();
      }
      proxy.cut();
      await ada.connection("reconnecting");
      await ada.press("add-v1");
      expect(await ada.part("waiting-calls").textContent()).toContain("1 not sent yet");
      await ada.page.screenshot({ path: stage.screenshot("offline-ada") });
      await bob.add("v1", { amount: 5 });
      proxy.mend();
      await ada.connected();
      await bob.counterShows(10);
      await ada.counterShows(10);
    } finally {
      await proxy.close();
    }
  });

  it("is sent by the next page of the same user, and of nobody else, when its own has ended", async () => {
    const proxy = await startCuttableProxy(stage.server.port);
    try {
      const ada = await stage.signedIn("Ada", { url: proxy.url });
      const bob = await stage.signedIn("Bob");
      for (const tab of [ada, bob]) await tab.goTo("chat");
      const url = ada.page.url();
      proxy.cut();
      await ada.connection("reconnecting");
      await ada.part("message-input").fill("written on the train");
      await ada.press("message-send");
      await ada.hasKept(1);
      await ada.page.goto("about:blank");
      proxy.mend();
      await ada.page.goto(url);
      for (const tab of [ada, bob]) await tab.part("message").waitFor();
      expect(await bob.part("message").count()).toBe(1);
      expect(await bob.part("message").textContent()).toContain("written on the train");
      await ada.say("and now at home");
      await bob.part("message").nth(1).waitFor();
      expect(await bob.part("message").count(), "once").toBe(2);
    } finally {
      await proxy.close();
    }
  });
});

describe.each(["cuts it behind the 101", "swallows what the server sends over it"])("a network that %s", (kind) => {
  it("is polled through, and the page says so, also when it is loaded anew", async () => {
    const proxy = await startBadNetwork(stage.server.port, BAD_NETWORKS[kind] ?? {});
    try {
      const ada = await stage.signedIn("Ada", { url: proxy.url });
      const bob = await stage.signedIn("Bob");
      for (const tab of [ada, bob]) await tab.goTo("examples");
      const tried = proxy.webSockets;
      await ada.page.reload();
      await ada.isInRoom();
      await bob.add("v1", { amount: 5 });
      await ada.event(V1);
      expect(await ada.part("connection").getAttribute("title")).toContain("WebSocket");
      expect(proxy.webSockets).toBe(tried);
    } finally {
      await proxy.close();
    }
  });
});

describe("a server that restarts on the same port", () => {
  it("is found again, and whoever it no longer knows can sign in and go on", async () => {
    const ada = await stage.signedIn("Ada");
    const bob = await stage.signedIn("Bob");
    for (const tab of [ada, bob]) await tab.goTo("examples");
    await ada.add("v1");
    await bob.event(V1);

    await stage.server.stop();
    for (const tab of [ada, bob]) await tab.connection("reconnecting");
    await stage.startAgain();

    for (const tab of [ada, bob]) {
      await tab.part("session-ended").waitFor();
      await tab.connected();
    }
    await ada.signIn("Ada");
    await bob.signIn("Bob");
    for (const tab of [ada, bob]) await tab.isInRoom();
    expect(await ada.part("session-ended").count()).toBe(0);

    // The new server has a data folder of its own, and begins anew.
    await ada.add("v1", { amount: 3 });
    await bob.event(V1);
    for (const tab of [ada, bob]) await tab.counterShows(3);
  });
});
