/** What every test file needs: a server, a browser, and people in it. Everything is put away when the file is done. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type LaunchOptions } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { type AppServer, type StartOptions, startAppServer } from "tests-node/appServer";
import { CHROMIUM, FLAGS, SHELL } from "./chromium.ts";
import { RealWindow } from "./realTab.ts";
import { Tab } from "./tab.ts";

const SCREENSHOTS = fileURLToPath(new URL("screenshots/", import.meta.url));

/** A name of the server's machine under which browsers trust a page without TLS as little as any other. */
export const PLAIN_HOST = "plain.example";

/** A name other than localhost, for pages that have no TLS and get no exceptions from the browser. */
const PLAIN = `--host-resolver-rules=MAP ${PLAIN_HOST} 127.0.0.1`;

/** A wait that takes longer than this is a failure. */
const PATIENCE_MS = 10_000;

export interface StageOptions extends StartOptions {
  /** What the server has stored is there for the next one, too. */
  readonly isDurable?: boolean;
}

/** One person's browser: its tabs share the cookie, as those of a real browser do. */
export interface Visitor {
  readonly context: BrowserContext;
  /** Opens one more tab. */
  open(href?: string): Promise<Tab>;
}

export interface Stage {
  readonly server: AppServer;
  /** The one of all visitors. */
  readonly browser: Browser;
  /** Starts a server on the port of the one that the test has stopped. It knows none of the sessions, unless what was stored is kept. */
  startAgain(): Promise<void>;
  /** A browser without a cookie, English unless told otherwise. */
  visitor(options?: BrowserContextOptions & { url?: string }): Promise<Visitor>;
  /** A tab of a new visitor who is signed in. */
  signedIn(name: string, options?: BrowserContextOptions & { url?: string }): Promise<Tab>;
  /** A window of somebody who is signed in, whose tabs can be hidden. */
  window(name: string): Promise<RealWindow>;
  /** Where a screenshot of this name goes. */
  screenshot(name: string): string;
}

/**
 * Sets the stage for the tests of one file, with a server that is started as `options` say, and windows of a browser that is started as `launch` does. What a
 * tab's console complained about fails the test in which it did.
 */
export function setStage({ isDurable = false, ...options }: StageOptions = {}, launch: LaunchOptions = {}): Stage {
  let server: AppServer | null = null;
  let data: string | null = null;
  const started = (more: StartOptions = {}) =>
    startAppServer({ ...options, ...(data !== null && { data }), ...more, env: { ...options.env, ...more.env } });
  const browsers: Browser[] = [];
  // Playwright gives each launch a profile folder of its own and removes it again.
  const launched = async (options: LaunchOptions) => {
    const browser = await chromium.launch({ args: [...FLAGS, PLAIN], ...options });
    browsers.push(browser);
    return browser;
  };
  let people: Browser | null = null;
  let withWindows: Browser | null = null;
  const contexts = new Set<BrowserContext>();
  const tabs = new Set<Tab>();
  const windows = new Set<RealWindow>();

  beforeAll(async () => {
    await mkdir(SCREENSHOTS, { recursive: true });
    if (isDurable) data = await mkdtemp(path.join(tmpdir(), "syncwright-stage-"));
    server = await started();
    people = await launched({ executablePath: SHELL });
  });

  afterEach(async () => {
    const complaints = [...tabs].flatMap((tab) => tab.complaints);
    tabs.clear();
    for (const context of contexts) await context.close();
    contexts.clear();
    for (const window of windows) await window.close();
    windows.clear();
    expect(complaints).toEqual([]);
  });

  afterAll(async () => {
    for (const browser of browsers) await browser.close();
    await server?.stop();
    if (data !== null) await rm(data, { recursive: true, force: true });
  });

  const stage: Stage = {
    get server() {
      return present(server);
    },
    get browser() {
      return present(people);
    },
    async startAgain() {
      // On a port that it is told, it would call its cookie after the port.
      server = await started({ port: stage.server.port, env: { SYNC_COOKIE_NAME: "app_session" } });
    },
    async visitor({ url, ...options } = {}) {
      const context = await stage.browser.newContext({
        baseURL: url ?? stage.server.url,
        locale: "en-US",
        viewport: { width: 1280, height: 860 },
        reducedMotion: "reduce",
        // A page that opens without a connection is what some tests are about, and in the way of others.
        serviceWorkers: "block",
        ...options,
      });
      context.setDefaultTimeout(PATIENCE_MS);
      contexts.add(context);
      return {
        context,
        async open(href = "/") {
          const tab = new Tab(await context.newPage());
          tabs.add(tab);
          await tab.page.goto(href);
          await tab.connected();
          return tab;
        },
      };
    },
    async signedIn(name, options) {
      const visitor = await stage.visitor(options);
      const tab = await visitor.open();
      await tab.signIn(name);
      return tab;
    },
    async window(name) {
      withWindows ??= await launched({ executablePath: CHROMIUM, ...launch });
      const window = await RealWindow.open(withWindows, stage.server.url, name);
      windows.add(window);
      return window;
    },
    screenshot: (name) => path.join(SCREENSHOTS, `${name}.png`),
  };
  return stage;
}

function present<T>(value: T | null): T {
  if (value === null) throw new Error("the stage is set in beforeAll: use it in tests only");
  return value;
}
