/**
 * Tabs as a browser has them: one at a time is visible, and a hidden one may be frozen.
 *
 * Playwright keeps each of its pages visible and focused, so these are the browser's own, in a window that Playwright does not know.
 */
import type { Browser, CDPSession } from "playwright-core";

/** How long something may take before something is wrong. */
const PATIENCE_MS = 20_000;

/** The messages of a chat, oldest first. */
const TEXTS = `[...document.querySelectorAll('[data-testid="message"] p')].map((text) => text.textContent)`;

/** One person's window, with cookies of its own; its newest tab is the visible one, until another is shown. */
export class RealWindow {
  readonly #browser: CDPSession;
  readonly #contextId: string;
  readonly #url: string;
  #blankId: string | null = null;

  private constructor(browser: CDPSession, contextId: string, url: string) {
    this.#browser = browser;
    this.#contextId = contextId;
    this.#url = url;
  }

  /** A window in which somebody has signed in to the server at `url`. */
  static async open(browser: Browser, url: string, name: string): Promise<RealWindow> {
    const session = await browser.newBrowserCDPSession();
    const { browserContextId } = await session.send("Target.createBrowserContext", {});
    const window = new RealWindow(session, browserContextId, url);
    const tab = await window.openTab("/healthz");
    await tab.run(`fetch("/auth/login", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: ${JSON.stringify(JSON.stringify({ name }))},
    }).then((answer) => answer.text())`);
    await tab.close();
    return window;
  }

  async openTab(path: string): Promise<RealTab> {
    const targetId = await this.#create(this.#url + path);
    const { sessionId } = await this.#browser.send("Target.attachToTarget", { targetId, flatten: false });
    const tab = new RealTab(this.#browser, targetId, sessionId);
    await tab.until(`location.href !== "about:blank" && document.readyState === "complete"`);
    return tab;
  }

  /** Goes to a tab that is none of ours, so that all others are hidden. */
  async hideAll(): Promise<void> {
    if (this.#blankId === null) this.#blankId = await this.#create("about:blank");
    else await this.#browser.send("Target.activateTarget", { targetId: this.#blankId });
  }

  async close(): Promise<void> {
    await this.#browser.send("Target.disposeBrowserContext", { browserContextId: this.#contextId });
    await this.#browser.detach();
  }

  async #create(url: string): Promise<string> {
    const { targetId } = await this.#browser.send("Target.createTarget", { url, browserContextId: this.#contextId });
    return targetId;
  }
}

interface Reply {
  readonly id?: number;
  readonly error?: { readonly message: string };
  readonly result?: { readonly result?: { readonly value?: unknown }; readonly exceptionDetails?: { readonly text: string } };
}

export class RealTab {
  readonly #browser: CDPSession;
  readonly #targetId: string;
  readonly #sessionId: string;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #sent = 0;

  constructor(browser: CDPSession, targetId: string, sessionId: string) {
    this.#browser = browser;
    this.#targetId = targetId;
    this.#sessionId = sessionId;
    browser.on("Target.receivedMessageFromTarget", ({ sessionId: from, message }) => {
      if (from !== sessionId) return;
      const reply = JSON.parse(message) as Reply;
      if (reply.id !== undefined) this.#waiting.get(reply.id)?.(reply);
    });
  }

  /** Goes to this tab. */
  async show(): Promise<void> {
    await this.#browser.send("Target.activateTarget", { targetId: this.#targetId });
  }

  /** Waits until its chat is there. */
  async isInRoom(): Promise<void> {
    await this.until(`document.querySelector('[data-testid="room-status"][data-joined="true"]') !== null`);
  }

  /** Waits until its chat shows so many messages. */
  async shows(count: number): Promise<void> {
    await this.until(`${TEXTS}.length === ${count}`);
  }

  /** Waits until the newest message of its chat is this one, and returns all of them. */
  async textsUpTo(last: string): Promise<unknown> {
    await this.until(`${TEXTS}.at(-1) === ${JSON.stringify(last)}`);
    return this.run(TEXTS);
  }

  /** The browser hides the tab and runs nothing in it any more. */
  async freeze(): Promise<void> {
    await this.#send("Page.setWebLifecycleState", { state: "frozen" });
  }

  /** It runs again, hidden. */
  async thaw(): Promise<void> {
    await this.#send("Page.setWebLifecycleState", { state: "active" });
  }

  /** Goes to another page of the server; this one may be kept by the browser. */
  async leaveFor(path: string): Promise<void> {
    await this.run(`void (location.href = ${JSON.stringify(path)})`);
    await this.until(`location.pathname === ${JSON.stringify(path)} && document.readyState === "complete"`);
  }

  /** Goes back to the page before. */
  async goBack(): Promise<void> {
    await this.run("void setTimeout(() => history.back())");
  }

  async close(): Promise<void> {
    await this.#browser.send("Target.closeTarget", { targetId: this.#targetId });
  }

  /** Loads the page again. */
  async reload(): Promise<void> {
    await this.run("(window.isOld = true)");
    await this.#send("Page.reload", {});
    await this.until(`window.isOld === undefined && document.readyState === "complete"`);
  }

  /** What this JavaScript comes to, in the page; a promise is awaited. */
  async run(expression: string): Promise<unknown> {
    const { result } = await this.#send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (result?.exceptionDetails !== undefined) throw new Error(result.exceptionDetails.text);
    return result?.result?.value;
  }

  /** Waits until this JavaScript is true; a page that is being loaded has no answer yet. */
  async until(expression: string): Promise<void> {
    const since = Date.now();
    while ((await this.run(expression).catch(() => false)) !== true) {
      if (Date.now() - since > PATIENCE_MS) throw new Error(`it did not come to this: ${expression}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #send(method: string, params: object): Promise<Reply> {
    const id = (this.#sent += 1);
    const replied = new Promise<Reply>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`\`${method}\` has no answer`)), PATIENCE_MS);
      this.#waiting.set(id, (reply) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        if (reply.error === undefined) resolve(reply);
        else reject(new Error(`\`${method}\`: ${reply.error.message}`));
      });
    });
    await this.#browser.send("Target.sendMessageToTarget", {
      sessionId: this.#sessionId,
      message: JSON.stringify({ id, method, params }),
    });
    return replied;
  }
}
