import { describe, expect, it } from "vitest";
import { startAppServer } from "tests-node/appServer";
import { PLAIN_HOST, setStage } from "./stage.ts";

const stage = setStage();

describe("signing in and out", () => {
  it("takes any name, shows it, and forgets it", async () => {
    const tab = await stage.signedIn("Ada");
    expect(await tab.part("user-name").textContent()).toContain("Ada");
    await tab.part("welcome").waitFor();

    await tab.page.reload();
    await tab.part("user-name").waitFor();

    await tab.signOut();
    await tab.part("sign-in-form").waitFor();
    await tab.page.reload();
    await tab.part("sign-in-form").waitFor();
  });

  it("in one tab signs in and out the other tabs of the browser", async () => {
    const visitor = await stage.visitor();
    const first = await visitor.open();
    const second = await visitor.open("/examples");
    await second.part("sign-in-gate").waitFor();

    await first.signIn("Grace");
    await second.part("user-name").waitFor();
    await second.isInRoom();

    await second.signOut();
    await first.part("sign-in-form").waitFor();
  });

  it("outlives its first cookie on a page that only uses its socket", async () => {
    const server = await startAppServer({ env: { SYNC_SESSION_TTL_MS: "8000" } });
    try {
      const tab = await stage.signedIn("Ada", { url: server.url });
      const [cookie] = await tab.page.context().cookies();
      await expect.poll(() => Date.now() / 1000, { timeout: 10_000 }).toBeGreaterThan(cookie?.expires ?? Infinity);
      await tab.page.reload();
      await tab.part("user-name").waitFor();
    } finally {
      await server.stop();
    }
  });

  it("is asked for on a page whose routes want it, and the page goes on from there", async () => {
    const visitor = await stage.visitor();
    const tab = await visitor.open("/examples?room=gate");
    await tab.part("sign-in-gate").waitFor();
    expect(await tab.part("add-v1").isDisabled()).toBe(true);

    await tab.signIn("Ada");
    await tab.isInRoom();
    await tab.add("v1", { amount: 3 });
    await tab.counterShows(3);
  });

  it("lasts while the server cannot change the session, and takes back what was shown too early", async () => {
    const tab = await stage.signedIn("Ada");
    await tab.goTo("lobby");
    const body = { status: "error", errorCode: "session-unavailable", message: "Try again later." };
    await tab.page.route("**/auth/session", (route) => route.fulfill({ status: 503, json: body }));

    await tab.press("mute");
    await tab.part("session-problem").getByText("Try again later.").waitFor();
    await tab.page.locator('[data-testid="mute"]:not(:checked)').waitFor();
    await tab.chooseLanguage("fr");
    await tab.page.locator('html[lang="en"]').waitFor();
    expect(await tab.part("user-name").textContent()).toContain("Ada");
    await tab.isInRoom();

    await tab.page.unroute("**/auth/session");
    await tab.press("mute");
    await tab.part("session-problem").waitFor({ state: "detached" });
    expect(await tab.part("mute").isChecked()).toBe(true);
  });
});

describe("a page that asked in vain who is signed in", () => {
  it("asks again, and shows what it could not", async () => {
    const visitor = await stage.visitor();
    await visitor.context.route("**/auth/session", (route) => route.abort());
    const tab = await visitor.open();
    await tab.part("unreachable").waitFor();
    expect(await tab.part("sign-in-form").count()).toBe(0);

    await visitor.context.unroute("**/auth/session");
    await tab.part("sign-in-form").waitFor();
    await tab.part("unreachable").waitFor({ state: "detached" });
  });

  it("asks again when the server is busy, and its socket is that of whoever is signed in by then", async () => {
    const visitor = await stage.visitor();
    const [first, second] = [await visitor.open(), await visitor.open("/examples")];
    const body = { status: "error", errorCode: "session-unavailable", message: "Try again later." };
    await second.page.route("**/auth/session", (route) => route.fulfill({ status: 503, json: body }));
    await second.page.reload();
    await second.part("session-problem").waitFor();
    await first.signIn("Ada");

    await second.page.unroute("**/auth/session");
    await second.part("user-name").waitFor();
    await second.isInRoom();
    await second.add("v1", { amount: 2 });
    await second.counterShows(2);
  });

  it("gets out of a refusal, too, when its session has ended meanwhile", async () => {
    const tab = await stage.signedIn("Ada");
    await tab.page.route("**/auth/**", (route) => route.abort());
    await stage.server.stop();
    await stage.startAgain();
    await tab.connection("refused");
    await tab.part("unreachable").waitFor();

    await tab.page.unroute("**/auth/**");
    await tab.part("session-ended").waitFor();
    await tab.connected();
    await tab.signIn("Ada");
  });
});

describe("a page without TLS, under a name other than localhost", () => {
  it("says where its requests come from, and copies in the old way", async () => {
    const visitor = await stage.visitor({ url: `http://${PLAIN_HOST}:${stage.server.port}` });
    const tab = await visitor.open();
    const asked = tab.page.waitForRequest("**/auth/session");
    await tab.page.reload();
    expect(await (await asked).headerValue("referer")).toBe(tab.page.url());
    expect(await tab.page.evaluate(() => [window.isSecureContext, "clipboard" in navigator])).toEqual([false, false]);

    await tab.page.getByRole("button", { name: "Copy" }).first().click();
    await tab.page.getByRole("button", { name: "Copied" }).waitFor();
    await tab.part("sign-in-name").focus();
    await tab.page.keyboard.press("Control+V");
    expect(await tab.part("sign-in-name").inputValue()).toMatch(/^\S.{10}/);
  });

  it("under another name and without TLS is who its socket is, after a reload too", async () => {
    const visitor = await stage.visitor({ url: `http://${PLAIN_HOST}:${stage.server.port}` });
    const tab = await visitor.open("/examples?room=plain");
    await tab.signIn("Ada");
    await tab.isInRoom();
    await tab.page.reload();
    await tab.part("user-name").waitFor();
    await tab.isInRoom();
  });
});

describe("the page's language", () => {
  it("is the browser's until one is chosen, and the choice stays with the session in all its tabs", async () => {
    const visitor = await stage.visitor({ locale: "de-DE" });
    const tab = await visitor.open();
    await tab.signIn("Bob");
    await tab.page.locator('html[lang="de"]').waitFor();
    const other = await visitor.open("/chat");

    await tab.chooseLanguage("fr");
    for (const each of [tab, other]) await each.page.locator('html[lang="fr"]').waitFor();
    expect(await tab.part("nav-overview").textContent()).toBe("Aperçu");
    await tab.page.reload();
    await tab.page.locator('html[lang="fr"]').waitFor();
    // The page is in the language that it was in before it knows whose it is: what is chosen until then is the guest's.
    await tab.part("user-name").waitFor();

    await tab.chooseLanguage("");
    for (const each of [tab, other]) await each.page.locator('html[lang="de"]').waitFor();
  });

  it("is the server's too when it is left to the browser again, in all tabs", async () => {
    const visitor = await stage.visitor({ locale: "de-DE" });
    const tab = await visitor.open("/errors");
    await tab.chooseLanguage("fr");
    await tab.signIn("Carl");
    const other = await visitor.open("/errors");
    for (const each of [tab, other]) {
      await each.isInRoom();
      expect((await each.attempt("unknownRoute")).message).toMatch(/n’existe/);
    }

    await tab.saved(() => tab.chooseLanguage(""));
    for (const each of [tab, other]) {
      expect((await each.attempt("unknownRoute")).message).toMatch(/gibt es nicht/);
    }
  });

  it("can be chosen before signing in, and goes along", async () => {
    const visitor = await stage.visitor();
    const tab = await visitor.open();
    await tab.chooseLanguage("nl");
    await tab.page.locator('html[lang="nl"]').waitFor();
    await tab.connected();

    await tab.signIn("Newcomer");
    await tab.page.locator('html[lang="nl"]').waitFor();
    expect(await tab.part("language").inputValue()).toBe("nl");
  });
});

describe("the address bar", () => {
  it("names the page, and an unknown path leads back", async () => {
    const visitor = await stage.visitor();
    const tab = await visitor.open("/no-such-page");
    await tab.part("not-found").getByRole("link").click();
    await tab.page.waitForURL("/");

    await tab.press("nav-errors");
    await tab.page.waitForURL("/errors");
    expect(await tab.page.evaluate(() => document.activeElement?.tagName)).toBe("H1");
    await tab.page.goBack();
    await tab.part("sign-in-form").waitFor();
    expect(await tab.part("location").textContent()).toBe("/");
  });
});
