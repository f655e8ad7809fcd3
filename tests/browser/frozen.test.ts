/** A page that the browser freezes, as a lid does that is closed: when it runs again, it finds the room as if it had been open. */
import { expect, it } from "vitest";
import { setStage } from "./stage.ts";

const stage = setStage({ env: { SYNC_PING_INTERVAL_MS: "500", SYNC_PING_TIMEOUT_MS: "1000", SYNC_PRESENCE_LOST_GRACE_MS: "500" } });

it("is shown what happened while it was frozen, once and in order, though the server had given it up", async () => {
  const ada = await stage.signedIn("Ada");
  await ada.goTo("chat");
  const bob = await stage.window("Bob");
  const tab = await bob.openTab("/chat");
  await tab.isInRoom();
  const said = async (text: string) => {
    await ada.say(text);
    await ada.part("message").filter({ hasText: text }).waitFor();
  };
  await said("before");
  await tab.shows(1);
  await tab.freeze();
  await said("meanwhile 1");
  // It answers no ping any more, and is a member no longer.
  await ada.page.locator('[data-testid="person"]', { hasText: "Bob" }).waitFor({ state: "detached", timeout: 60_000 });
  for (const text of ["meanwhile 2", "meanwhile 3"]) await said(text);
  await tab.thaw();
  await bob.hideAll();
  await tab.show();
  await said("after");
  expect(await tab.textsUpTo("after")).toEqual(["before", "meanwhile 1", "meanwhile 2", "meanwhile 3", "after"]);
});
