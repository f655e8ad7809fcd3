/** A page that is left and kept by the browser, in its back/forward cache: whoever goes back to it finds the room as if it had been open. */
import { expect, it } from "vitest";
import { setStage } from "./stage.ts";

// Without pings: what the server notices, it was told.
const stage = setStage(
  { env: { SYNC_PRESENCE_LOST_GRACE_MS: "500" } },
  // Playwright's own pages do not know what to make of it.
  { ignoreDefaultArgs: ["--disable-back-forward-cache"] },
);

it("is given up when it is left, and is shown what happened, once and in order, when it is there again", async () => {
  const ada = await stage.signedIn("Ada");
  await ada.goTo("chat");
  const bob = await stage.window("Bob");
  const tab = await bob.openTab("/chat");
  await tab.isInRoom();
  const said = async (text: string) => {
    await ada.say(text);
    await ada.hears(text);
  };
  await said("before");
  await tab.shows(1);
  await tab.run(`void (window.isKept = true)`);
  await tab.leaveFor("/healthz");
  await ada.person("Bob").waitFor({ state: "detached" });
  for (const text of ["meanwhile 1", "meanwhile 2"]) await said(text);
  await tab.goBack();
  await tab.until(`window.isKept === true`);
  await said("after");
  expect(await tab.textsUpTo("after")).toEqual(["before", "meanwhile 1", "meanwhile 2", "after"]);
});
