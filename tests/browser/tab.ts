/** A tab as a person uses it: what can be done there and what can be read there, never how the page is built. */
import type { Locator, Page, WebSocket } from "playwright-core";
import { expect } from "vitest";

/** A wait that takes longer than this is a failure. */
const PATIENCE_MS = 10_000;

export type PageWord = "overview" | "examples" | "board" | "todos" | "chat" | "story" | "lobby" | "nested" | "errors";

/** One row of the tab's live list. */
export interface Row {
  readonly kind: "event" | "error" | "answer";
  readonly route: string;
  readonly room: string;
  /** What the filter said, where it said so. */
  readonly mine: boolean | null;
}

/** A place on the board, which is 1,000 wide and 600 high. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** A note as it is seen on the board. */
export interface NoteSeen extends Place {
  readonly text: string;
  readonly author: string;
  readonly color: string;
  /** How many lie below it. */
  readonly level: number;
  readonly isHidden: boolean;
}

export class Tab {
  readonly page: Page;
  /** What the console and the page complained about. */
  readonly complaints: string[] = [];
  /** What the server has told this tab of who is there, in order. */
  readonly #presence: { readonly kind: string; readonly user: { readonly name: string } }[] = [];
  /** All that has come here, as it came: frames, and what requests were answered. */
  readonly #received: (string | Promise<string>)[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on("websocket", (socket) => this.#listen(socket));
    page.on("response", (response) => this.#received.push(response.text().catch(() => "")));
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("console", (message) => {
      // The browser reports every refused request and broken connection; the page shows those itself.
      const isNetwork = /Failed to load resource|WebSocket connection|net::ERR_/.test(message.text());
      if (message.type() === "error" && !isNetwork) this.complaints.push(message.text());
    });
  }

  /** The element with this test id. */
  part(testId: string): Locator {
    return this.page.getByTestId(testId);
  }

  /** Clicks on the element with this test id. The tab comes to the front first: a browser hardly draws those behind it. */
  async press(testId: string): Promise<void> {
    await this.page.bringToFront();
    await this.part(testId).click();
  }

  /** Waits until the connection pill says so. */
  async connection(state: "connected" | "connecting" | "reconnecting" | "refused"): Promise<void> {
    await this.page.locator(`[data-testid="connection"][data-state="${state}"]`).waitFor();
  }

  connected(): Promise<void> {
    return this.connection("connected");
  }

  async signIn(name: string): Promise<void> {
    await this.part("sign-in-name").fill(name);
    await this.press("sign-in-submit");
    await this.part("user-name").waitFor();
    // The socket reconnects with the new cookie.
    await this.connected();
  }

  async signOut(): Promise<void> {
    await this.press("sign-out");
    await this.part("header-sign-in").waitFor();
    await this.connected();
  }

  /** Follows a link of the navigation; on a page with rooms, waits until this tab is in its room. */
  async goTo(word: PageWord): Promise<void> {
    await this.press(`nav-${word}`);
    if (word === "todos") await this.page.locator('[data-testid="todos-status"][data-status="live"]').waitFor();
    else if (word !== "overview") await this.isInRoom();
  }

  async isInRoom(): Promise<void> {
    await this.page.locator('[data-testid="room-status"][data-joined="true"]').waitFor();
  }

  async pickRoom(id: string): Promise<void> {
    await this.part("room-id").fill(id);
    await this.press("room-join");
  }

  async chooseLanguage(language: "" | "en" | "nl" | "de" | "fr"): Promise<void> {
    await this.part("language").selectOption(language);
  }

  /** Does what changes the session, and waits until the server has changed it: it goes by HTTP, beside what goes by the socket. */
  async saved(change: () => Promise<void>): Promise<void> {
    const saved = this.page.waitForResponse(
      (response) => response.url().endsWith("/auth/session") && response.request().method() === "PATCH",
    );
    await change();
    await saved;
  }

  /** Who is here, as the page shows it, each with a mark where they are away. */
  async people(): Promise<readonly string[]> {
    return this.part("person").evaluateAll((people) =>
      people.map((person) => `${person.getAttribute("data-name")}${person.getAttribute("data-away") === "true" ? " away" : ""}`),
    );
  }

  person(name: string): Locator {
    return this.page.locator(`[data-testid="person"][data-name="${name}"]`);
  }

  /** The name of this tab's own person. */
  async me(): Promise<string | null> {
    return this.page.locator('[data-testid="person"][data-me="true"]').getAttribute("data-name");
  }

  /** Says something of its person to everybody here, and waits until it is seen here, too. */
  async says(text: string, color: string): Promise<void> {
    await this.part("mood-text").fill(text);
    await this.part(`mood-${color}`).click();
    await this.press("mood-set");
    await this.page.locator('[data-testid="person"][data-me="true"]').getByTestId("person-mood").getByText(text, { exact: true }).waitFor();
  }

  /** The kinds of what the server has told this tab of somebody, in order. */
  toldOf(name: string): readonly string[] {
    return this.#presence.filter(({ user }) => user.name === name).map(({ kind }) => kind);
  }

  /** Whether this is in anything that has ever come to this tab. */
  async hasReceived(text: string): Promise<boolean> {
    return (await Promise.all(this.#received)).some((received) => received.includes(text));
  }

  #listen(socket: WebSocket): void {
    socket.on("framereceived", ({ payload }) => {
      this.#received.push(String(payload));
      const [, message] = /^42(\[.*\])$/s.exec(String(payload)) ?? [];
      const [event, frame] = message === undefined ? [] : JSON.parse(message);
      if (event === "presence") this.#presence.push(...frame.changes);
    });
  }

  /** Presses one of the counter's buttons and waits for the answer. */
  async add(version: "v1" | "v2", { amount = 5, note = "" } = {}): Promise<void> {
    await this.part("counter-amount").fill(String(amount));
    await this.part("counter-note-input").fill(note);
    const answers = this.rows("answer", `examples/updateCounter/${version}`);
    const before = await answers.count();
    await this.press(`add-${version}`);
    await answers.nth(before).waitFor();
  }

  /** Waits until the counter shows `value`. */
  async counterShows(value: number): Promise<void> {
    await this.page.locator('[data-testid="counter-value"]', { hasText: new RegExp(`^${value}$`) }).waitFor();
  }

  /** Asks the server for the counter and waits for the answer. */
  async readCounter(): Promise<void> {
    const answers = this.rows("answer", "examples/readCounter/v1");
    const before = await answers.count();
    await this.press("read-counter");
    await answers.nth(before).waitFor();
  }

  /** The note with this text. */
  note(text: string): Locator {
    return this.part("note").filter({ has: this.part("note-text").getByText(text, { exact: true }) });
  }

  /** Adds a note and writes on it. */
  async addNote(text: string): Promise<void> {
    await this.press("note-add");
    await this.#write(text);
  }

  /** Adds a note by a double click on this place of the board. */
  async addNoteAt(place: Place, text: string): Promise<void> {
    const { x, y } = await this.#inWindow(place);
    await this.page.mouse.dblclick(x, y);
    await this.#write(text);
  }

  /** Begins to write on a note, behind what is there, and returns where to. */
  async startWriting(text: string): Promise<Locator> {
    await this.page.bringToFront();
    await this.note(text).getByTestId("note-card").dblclick();
    return this.part("note-editor");
  }

  /** Writes this on a note, in place of what is there. */
  async editNote(text: string, next: string): Promise<void> {
    await this.startWriting(text);
    await this.#write(next);
  }

  async #write(text: string): Promise<void> {
    const editor = this.part("note-editor");
    await editor.fill(text);
    await editor.press("Escape");
    await this.note(text).waitFor();
  }

  /** Takes a note with the mouse to another place, and holds it there. */
  async holdNoteAt(text: string, place: Place): Promise<void> {
    await this.page.bringToFront();
    await this.part("board").evaluate((board) => board.scrollIntoView({ block: "center" }));
    const card = this.note(text).getByTestId("note-card");
    const [seen, box] = [await this.seenNote(text), await card.boundingBox()];
    if (seen === undefined || box === null) throw new Error(`there is no note \`${text}\``);
    const [from, to] = [await this.#inWindow(seen), await this.#inWindow(place)];
    const hand = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    await this.page.mouse.move(hand.x, hand.y);
    await this.page.mouse.down();
    await this.page.mouse.move(hand.x + to.x - from.x, hand.y + to.y - from.y, { steps: 15 });
  }

  async dragNote(text: string, place: Place): Promise<void> {
    await this.holdNoteAt(text, place);
    await this.page.mouse.up();
  }

  /** Takes a note to another place as a finger does. */
  async dragNoteByFinger(text: string, place: Place): Promise<void> {
    await this.part("board").evaluate((board) => board.scrollIntoView({ block: "center" }));
    const box = await this.note(text).getByTestId("note-card").boundingBox();
    const seen = await this.seenNote(text);
    if (seen === undefined || box === null) throw new Error(`there is no note \`${text}\``);
    const [from, to] = [await this.#inWindow(seen), await this.#inWindow(place)];
    const finger = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    const devtools = await this.page.context().newCDPSession(this.page);
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", part: number) => {
      const at = { x: finger.x + (to.x - from.x) * part, y: finger.y + (to.y - from.y) * part };
      return devtools.send("Input.dispatchTouchEvent", { type, touchPoints: type === "touchEnd" ? [] : [at] });
    };
    await touch("touchStart", 0);
    for (let step = 1; step <= 10; step += 1) await touch("touchMove", step / 10);
    await touch("touchEnd", 1);
    await devtools.detach();
  }

  /** Points to a place of the board with the mouse. */
  async pointTo(place: Place): Promise<void> {
    await this.page.bringToFront();
    const { x, y } = await this.#inWindow(place);
    await this.page.mouse.move(x, y, { steps: 5 });
  }

  async #inWindow({ x, y }: Place): Promise<Place> {
    const box = await this.part("board").boundingBox();
    if (box === null) throw new Error("there is no board");
    return { x: box.x + (x * box.width) / 1000, y: box.y + (y * box.width) / 1000 };
  }

  /** Selects a note, and presses one of its tools. */
  async useTool(text: string, tool: string): Promise<void> {
    await this.page.bringToFront();
    await this.note(text).getByTestId("note-card").click();
    await this.note(text).getByTestId(tool).click();
  }

  /** The cursor of somebody else. */
  cursor(name: string): Locator {
    return this.page.locator(`[data-testid="cursor"][data-name="${name}"]`);
  }

  /** Where on the board somebody else points to, as far as pixels tell: to the nearest ten. */
  async cursorAt(name: string): Promise<Place> {
    const [cursor, board] = [await this.cursor(name).boundingBox(), await this.part("board").boundingBox()];
    if (cursor === null || board === null) throw new Error(`there is no cursor of ${name}`);
    const units = (pixels: number) => Math.round((pixels * 100) / board.width) * 10;
    return { x: units(cursor.x - board.x), y: units(cursor.y - board.y) };
  }

  /** Waits until the board is as the server has it, and nothing is on its way there. */
  async isSettled(): Promise<void> {
    await this.page.locator('[data-testid="board-status"][data-status="live"][data-pending="0"]').waitFor();
  }

  /** The notes on the board, the lowest first. */
  async notes(): Promise<readonly NoteSeen[]> {
    const notes = await this.part("note").evaluateAll((elements) =>
      elements.map((element) => {
        const said = (testId: string) => element.querySelector(`[data-testid="${testId}"]`)?.textContent ?? "";
        return {
          text: element.querySelector("textarea")?.value ?? said("note-text"),
          author: said("note-author"),
          color: element.getAttribute("data-color") ?? "",
          x: Number(element.getAttribute("data-x")),
          y: Number(element.getAttribute("data-y")),
          level: Number(element.getAttribute("data-level")),
          isHidden: element.getAttribute("data-hidden") === "true",
        };
      }),
    );
    return notes.sort((one, other) => one.level - other.level);
  }

  async seenNote(text: string): Promise<NoteSeen | undefined> {
    return (await this.notes()).find((note) => note.text === text);
  }

  async say(text: string): Promise<void> {
    await this.part("message-input").fill(text);
    await this.press("message-send");
  }

  /** Waits until the browser keeps this many calls for a connection. */
  async hasKept(calls: number): Promise<void> {
    // Not `waitForFunction`, which takes any promise for a yes.
    await expect.poll(async () => (await this.keptBy()).length, { timeout: PATIENCE_MS }).toBe(calls);
  }

  /** Which pages will send the calls that the browser keeps: the name of one for each call. */
  async keptBy(): Promise<readonly string[]> {
    return this.page.evaluate(async () => {
      const [database] = await indexedDB.databases();
      if (database?.name === undefined) return [];
      const opened = indexedDB.open(database.name);
      await new Promise((resolve) => (opened.onsuccess = resolve));
      const kept: IDBRequest<{ page: string }[]> = opened.result.transaction("calls").objectStore("calls").getAll();
      await new Promise((resolve) => (kept.onsuccess = resolve));
      opened.result.close();
      return kept.result.map(({ page }) => page);
    });
  }

  /** The messages of the chat, oldest first. */
  async messages(): Promise<readonly string[]> {
    return this.page.locator('[data-testid="message"] p').allTextContents();
  }

  /** Waits until the newest message of the chat is this one. */
  async hears(text: string): Promise<void> {
    await this.part("message").last().filter({ hasText: text }).waitFor();
  }

  /** Announces `text` to `room` from the page of nested routes. */
  async announce(text: string, room?: string): Promise<void> {
    if (room !== undefined) await this.part("announce-room").selectOption(room);
    await this.part("announce-text").fill(text);
    await this.press("announce-send");
  }

  async dismissAnnouncement(): Promise<void> {
    await this.part("announcement").getByRole("button").click();
  }

  /** Rows of the live list, newest first. */
  rows(kind: Row["kind"], route: string): Locator {
    return this.page.locator(`[data-testid="feed-row"][data-kind="${kind}"][data-route="${route}"]`);
  }

  /** Waits for the newest row of `route`, at least the `nth` of its kind. */
  async event(route: string, nth = 1): Promise<void> {
    await this.rows("event", route)
      .nth(nth - 1)
      .waitFor();
  }

  /** All rows of the live list that are no answers to this tab's own calls, oldest first. */
  async received(): Promise<readonly Row[]> {
    const rows = await this.part("feed-row").evaluateAll((elements) =>
      elements.map((element) => ({
        kind: element.getAttribute("data-kind"),
        route: element.getAttribute("data-route") ?? "",
        room: element.getAttribute("data-room") ?? "",
        mine: element.querySelector("[data-mine]")?.getAttribute("data-mine") ?? null,
      })),
    );
    return rows
      .filter((row): row is typeof row & { kind: "event" | "error" } => row.kind === "event" || row.kind === "error")
      .map(({ kind, route, room, mine }) => ({ kind, route, room, mine: mine === null ? null : mine === "true" }))
      .reverse();
  }

  /** Presses a button of the errors page and reads what came back. */
  async attempt(word: string): Promise<{ code: string; params: unknown; status: string; message: string }> {
    await this.press(`attempt-${word}`);
    await this.page.locator(`[data-testid="result"][data-attempt="${word}"][aria-busy="false"]`).waitFor();
    const read = async (id: string) => (await this.part(id).textContent()) ?? "";
    return {
      code: await read("result-code"),
      params: JSON.parse(await read("result-params")),
      status: await read("result-status"),
      message: await read("result-message"),
    };
  }
}
