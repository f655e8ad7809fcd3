/** The page: built for production, served, and opened in browsers. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type BrowserContext, chromium, type LaunchOptions, type Page } from "playwright-core";
import { build, preview } from "vite";
import { FLAGS, SHELL } from "../../tests/browser/chromium.ts";
import type { Seen } from "./page/seen.ts";

export const LAUNCH: LaunchOptions = { executablePath: SHELL, args: [...FLAGS] };

export interface ServedPage {
  /** Where it shows the notes of a scope, or its rows. */
  readonly urlOf: (scope: string, entity?: "note" | "row") => string;
  readonly close: () => Promise<void>;
}

/** Builds it, and serves it; it speaks with the server at `port`. */
export async function servePage(port: number): Promise<ServedPage> {
  const outDir = await mkdtemp(path.join(tmpdir(), "syncwright-page-"));
  const base = { root: path.join(import.meta.dirname, "page"), configFile: false, logLevel: "error" } as const;
  await build({ ...base, build: { outDir, emptyOutDir: true, chunkSizeWarningLimit: 10_000 } });
  const served = await preview({ ...base, build: { outDir }, preview: { host: "127.0.0.1", port: 0 } });
  const [url] = served.resolvedUrls?.local ?? [];
  if (url === undefined) throw new Error("the page is not served");
  return {
    urlOf: (scope, entity = "note") => `${url}?port=${port}&scope=${scope}&entity=${entity}`,
    close: async () => {
      await served.close();
      await rm(outDir, { recursive: true });
    },
  };
}

/** A browser that keeps what it keeps on the disk, as a person's does. */
export async function launch(): Promise<{ readonly context: BrowserContext; readonly close: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), "syncwright-browser-"));
  const context = await chromium.launchPersistentContext(folder, LAUNCH);
  return {
    context,
    close: async () => {
      await context.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The page as it is open in a browser; what `page/seen.ts` says is asked of it. */
export class OpenPage {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  /** Opens it, and waits until it is what the server has. */
  static async open(context: BrowserContext, url: string): Promise<OpenPage> {
    const page = await context.newPage();
    page.on("pageerror", (error) => console.error(`error: ${error.message}`));
    page.on("console", (message) => message.type() === "error" && console.error(`error: ${message.text()}`));
    await page.goto(url);
    await page.locator('main[data-status="live"][data-pending="0"]').waitFor();
    return new OpenPage(page);
  }

  ask<Answer, Argument>(question: (seen: Seen, argument: Argument) => Answer | Promise<Answer>, argument: Argument): Promise<Answer> {
    const text = `(${question.toString()})(window.seen, ${JSON.stringify(argument)})`;
    return this.page.evaluate(text) as Promise<Answer>;
  }

  /** Waits until the browser keeps a copy of a scope. */
  async isKept(scope: string): Promise<void> {
    while (!(await this.ask((seen, scope) => seen.isKept(scope), scope))) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** How long it took until the first note was shown, in milliseconds. */
  first(): Promise<number> {
    return this.ask((seen) => seen.first ?? NaN, null);
  }

  /** When this page was opened, on the clock that all pages of a machine have, in milliseconds: what its `performance.now()` counts from. */
  async openedAt(): Promise<number> {
    const devtools = await this.page.context().newCDPSession(this.page);
    await devtools.send("Performance.enable");
    const { metrics } = await devtools.send("Performance.getMetrics");
    await devtools.detach();
    const found = metrics.find(({ name }) => name === "NavigationStart");
    if (found === undefined) throw new Error("the browser does not say when the page was opened");
    return found.value * 1000;
  }
}
