/** The picture in the README: two tabs side by side. `UPDATE_DOCS=1` writes it to docs/two-tabs.png. */
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { setStage } from "./stage.ts";

const stage = setStage();
const WINDOW = { width: 960, height: 720 };
const TARGET = process.env.UPDATE_DOCS === "1" ? fileURLToPath(new URL("../../docs/two-tabs.png", import.meta.url)) : null;

it("two tabs show the same room, each in its own way", async () => {
  const ada = await stage.signedIn("Ada", { viewport: WINDOW, colorScheme: "light" });
  const bob = await stage.signedIn("Bob", { viewport: WINDOW, colorScheme: "dark", locale: "nl-NL" });
  for (const tab of [ada, bob]) await tab.goTo("examples");
  await ada.add("v1", { amount: 25 });
  await bob.event("examples/updateCounter/v1");
  await bob.add("v2", { amount: 5, note: "voor de lunch" });
  for (const tab of [ada, bob]) {
    await tab.counterShows(30);
    await tab.part("counter-note").waitFor();
    await tab.part("counter").evaluate((card) => card.scrollIntoView());
  }

  const shots = await Promise.all([ada, bob].map((tab) => tab.page.screenshot()));
  const gallery = await stage.browser.newPage({ viewport: { width: 2 * WINDOW.width + 120, height: WINDOW.height + 124 } });
  await gallery.setContent(galleryOf(["Ada", "Bob"], shots));
  await gallery.locator("img").last().evaluate((image: HTMLImageElement) => image.decode());
  const picture = await gallery.screenshot({ path: TARGET ?? stage.screenshot("two-tabs") });
  await gallery.close();
  expect(picture.length).toBeGreaterThan(10_000);
});

function galleryOf(names: readonly string[], shots: readonly Buffer[]): string {
  const windows = shots.map(
    (shot, index) => `
      <figure class="${index === 0 ? "light" : "dark"}">
        <figcaption><i></i><i></i><i></i><span>${names[index]}</span></figcaption>
        <img src="data:image/png;base64,${shot.toString("base64")}" width="${WINDOW.width}" height="${WINDOW.height}">
      </figure>`,
  );
  return `<!doctype html><style>
    body { display: flex; gap: 40px; margin: 0; padding: 40px; background: #d9e4df; font: 500 15px "Liberation Sans", sans-serif; }
    figure { margin: 0; overflow: hidden; border-radius: 12px; box-shadow: 0 18px 50px -18px rgb(20 40 34 / 45%); }
    figcaption { display: flex; align-items: center; gap: 8px; height: 44px; padding: 0 16px; }
    i { width: 12px; height: 12px; border-radius: 50%; background: currentColor; opacity: .25; }
    span { margin-left: 12px; padding: 6px 22px; border-radius: 8px; }
    img { display: block; }
    .light figcaption { background: #e9e6de; color: #333b38; } .light span { background: #f7f6f2; }
    .dark figcaption { background: #232927; color: #dfe6e2; } .dark span { background: #121615; }
  </style>${windows.join("")}`;
}
