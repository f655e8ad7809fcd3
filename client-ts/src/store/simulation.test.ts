/**
 * Whatever happens, all pages end with what the server has. One seed is one run: `SYNC_SEEDS=10000 npx vitest run simulation` does more of them,
 * `SYNC_SEED=7` that one alone.
 */

import { expect, it, vi } from "vitest";
import { TestBrowser } from "../testing/browser";
import { add, apply, open, put, SCOPE, settle, shown, type Item, type Page, type Scope } from "../testing/lists";
import { LogServer } from "../testing/logServer";
import type { Settled } from "./storeTypes";

const { SYNC_SEEDS = "40", SYNC_SEED } = process.env;
const SEEDS: readonly number[] = SYNC_SEED === undefined ? Array.from({ length: Number(SYNC_SEEDS) }, (_, seed) => seed) : [Number(SYNC_SEED)];
const STEPS = 60;
const SCOPES: readonly Scope[] = [SCOPE, "list-2"];
/** The one with rows of a source. */
const ROWS: Scope = "list-2";
const OWNER = "ada";

it(`ends with what the server has, and with each mutation applied once: ${SEEDS.length} seeds`, { timeout: 1_800_000 }, async () => {
  vi.useFakeTimers();
  for (const seed of SEEDS) {
    await new World(seed).run();
    // Pages that have crashed end with their timers.
    vi.clearAllTimers();
  }
  vi.useRealTimers();
});

/** A generator of chances that can be repeated. */
function chances(seed: number): (below: number) => number {
  let state = seed + 0x9e3779b9;
  return below => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

interface OpenPage {
  readonly browser: TestBrowser;
  readonly page: Page;
  /** Lets go of the second scope; null where it is not read. */
  leave: (() => void) | null;
  /** It ends with its next write. */
  isDoomed: boolean;
}

interface Asked {
  readonly scope: Scope;
  readonly by: OpenPage;
  readonly settled: Promise<Settled>;
}

/**
 * Two browsers with tabs that come and go, and hear each other late or not at all; connections that are lost, answers that are late or lost, pushes
 * that come twice, mutations that do not get done for a while, a log that is trimmed; rows of a source that says the same once more, stands still,
 * or begins anew; access that is taken away and given back, and somebody else
 * who signs in and out again; and now and then no room for anything.
 */
class World {
  readonly #seed: number;
  readonly #chance: (below: number) => number;
  readonly #server = new LogServer(apply);
  readonly #browsers = [new TestBrowser(), new TestBrowser()];
  #pages: OpenPage[] = [];
  readonly #asked = new Map<string, Asked>();
  /** Where not everything can be kept that is to be kept. */
  readonly #wereFull = new Set<TestBrowser>();
  readonly #dismissed = new Set<string>();
  /** What the source has told last. */
  #told: [id: string, data: unknown] = ["x0", undefined];
  #step = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.#chance = chances(seed);
  }

  async run(): Promise<void> {
    for (const browser of this.#browsers) {
      browser.delay = () => (this.#chance(4) === 0 ? this.#chance(20) : 0);
      this.#come(browser);
    }
    for (this.#step = 0; this.#step < STEPS; this.#step += 1) {
      const at = this.#pages[this.#chance(this.#pages.length)] as OpenPage;
      await this.#happens(at);
      if (this.#chance(2) === 0) await settle();
      else for (let turn = this.#chance(8); turn > 0; turn -= 1) await Promise.resolve();
      this.#checkCopies();
    }
    await this.#calm();
    this.#checkEnd();
    await this.#checkOutcomes();
    for (const { page } of this.#pages) page.store.close();
  }

  async #happens(at: OpenPage): Promise<void> {
    const [chance, server] = [this.#chance, this.#server];
    const { connection, tab, focus } = at.page;
    const scope = this.#scope();
    switch (chance(30)) {
      case 0:
        return connection.lose();
      case 1:
        return connection.open();
      case 2:
        return void (connection.loses += 1);
      case 3:
        return this.#pages.length < 5 ? this.#come(at.browser) : undefined;
      case 4:
        return this.#go(at);
      case 5:
        return server.trim(scope, chance(server.scope(scope).head + 1));
      case 6:
      case 7:
        return server.write(scope, `x${chance(3)}`, chance(3) === 0 ? undefined : { id: "x", text: `t${this.#step}`, count: 0 });
      case 8:
        return void (connection.isDeaf = !connection.isDeaf);
      case 9:
        return void (await vi.advanceTimersByTimeAsync(chance(3) * 1000));
      case 10:
        return void (chance(4) === 0 && (await vi.advanceTimersByTimeAsync(35_000)));
      case 11:
        return server.isForbidden(OWNER, scope) ? server.allow(OWNER, scope) : server.forbid(OWNER, scope);
      case 12:
        return connection.signIn(connection.user === OWNER ? "bob" : OWNER, chance(2) === 0);
      case 13:
        return void (tab.isDeaf = !tab.isDeaf);
      case 14:
        return this.#dismiss(at, scope);
      case 15:
        return this.#readOrLeave(at);
      case 16:
        return focus();
      case 17:
        return server.stuck.clear();
      case 18:
        return chance(6) === 0 ? this.#fill(at.browser) : undefined;
      case 19:
      case 20:
        return this.#readRow();
      case 21:
        return void (server.failing.delete(ROWS) || server.failing.set(ROWS, "store-unavailable"));
      case 22:
        return this.#readAnew();
      default:
        return this.#mutate(at, scope);
    }
  }

  /** The source tells of a row, or of what it has told last once more. */
  #readRow(): void {
    if (this.#chance(3) > 0) this.#told = [`x${this.#chance(3)}`, this.#chance(3) === 0 ? undefined : { id: "x", text: `r${this.#step}`, count: 1 }];
    this.#server.read(ROWS, ...this.#told);
  }

  /** The source begins anew, and some rows are gone that nobody was told of; nobody reads meanwhile. */
  #readAnew(): void {
    const { data } = this.#server.scope(ROWS);
    const rows = [...data].filter(() => this.#chance(4) > 0);
    this.#server.renew(ROWS, new Map());
    this.#server.failing.delete(ROWS);
    this.#server.renew(ROWS, new Map([...rows, ["x0", { id: "x", text: `n${this.#step}`, count: 2 }]]));
  }

  #scope(): Scope {
    return SCOPES[this.#chance(SCOPES.length)] as Scope;
  }

  #come(browser: TestBrowser): void {
    const page = open(this.#server, browser, { isOpen: this.#chance(4) > 0 });
    page.tab.lag = () => (this.#chance(4) === 0 ? this.#chance(10) : 0);
    page.connection.delay = () => (this.#chance(3) === 0 ? this.#chance(20) : 0);
    page.connection.repeats = () => (this.#chance(4) === 0 ? this.#chance(40) : null);
    this.#pages.push({ browser, page, leave: null, isDoomed: false });
  }

  /** A page ends, now or when it has written something, before it knows; its browser always has another one. */
  #go(at: OpenPage): void {
    if (!this.#pages.some(other => other !== at && other.browser === at.browser && !other.isDoomed)) return;
    const end = (): void => {
      this.#pages = this.#pages.filter(other => other !== at);
      at.page.connection.lose();
      this.#server.connections.delete(at.page.connection);
      at.browser.crash(at.page.tab);
    };
    at.isDoomed = true;
    if (this.#chance(2) === 0) end();
    else at.page.tab.onWritten = end;
  }

  /** There is no room left, or there is again: pages that find out are on their own from then on. */
  #fill(browser: TestBrowser): void {
    browser.isFull = !browser.isFull;
    this.#wereFull.add(browser);
  }

  #readOrLeave(at: OpenPage): void {
    at.leave?.();
    at.leave = at.leave === null ? at.page.read("list-2") : null;
  }

  #dismiss({ page: { store } }: OpenPage, scope: Scope): void {
    const [refused] = store.status(scope).get().rejected;
    if (refused === undefined) return;
    this.#dismissed.add(refused.id);
    store.dismiss(refused.id);
  }

  #mutate(at: OpenPage, scope: Scope): void {
    const [chance, { store }] = [this.#chance, at.page];
    const id = `${chance(4)}`;
    const mutated = chance(3) === 0 ? add(store, id, 1 + chance(3), scope) : put(store, id, chance(6) === 0 ? "no" : `t${this.#step}`, scope);
    this.#asked.set(mutated.id, { by: at, scope, settled: mutated.settled });
    if (chance(12) === 0) this.#server.stuck.add(mutated.id);
  }

  /** Nothing is in the way of anybody any more. */
  async #calm(): Promise<void> {
    for (const scope of SCOPES) this.#server.allow(OWNER, scope);
    this.#server.stuck.clear();
    this.#server.failing.clear();
    for (const browser of this.#browsers) Object.assign(browser, { isFull: false, delay: () => 0 });
    for (const at of this.#pages) {
      at.page.tab.onWritten = () => {};
      Object.assign(at.page.tab, { isDeaf: false, lag: () => 0 });
      at.leave ??= at.page.read("list-2");
      Object.assign(at.page.connection, { loses: 0, isDeaf: false, delay: () => 0, repeats: () => null });
      at.page.connection.lose();
      at.page.connection.signIn(OWNER);
      at.page.connection.open();
    }
    await settle();
    await vi.advanceTimersByTimeAsync(100_000);
    await settle();
  }

  /** What is kept, and what is shown without a guess, is what was so at its cursor. */
  #checkCopies(): void {
    const at = (scope: string, cursor: number): readonly string[] => items(this.#server.scope(scope).past[cursor]?.values() ?? []);
    for (const { disk } of this.#browsers) {
      for (const [scope, { cursor, entities }] of disk.scopes) {
        expect(items(entities.map(([, , data]) => data)), this.#says(`kept of ${scope}`)).toEqual(at(scope, cursor));
      }
    }
    for (const { page } of this.#pages) {
      for (const scope of SCOPES) {
        if (page.store.pending("item", scope).get().size > 0) continue;
        expect([...page.items(scope)].sort(), this.#says(`shown of ${scope}`)).toEqual(at(scope, page.store.status(scope).get().cursor));
      }
    }
  }

  #checkEnd(): void {
    const refused = [...this.#server.outcomes].flatMap(([id, { result }]) => (result.ok ? [] : [id]));
    for (const scope of SCOPES) {
      const { data, head, epoch } = this.#server.scope(scope);
      for (const { page, browser } of this.#pages) {
        expect([...page.items(scope)].sort(), this.#says(scope)).toEqual(items(data.values()));
        const { pending, status, rejected } = page.store.status(scope).get();
        expect({ pending, status }, this.#says(scope)).toEqual({ pending: 0, status: "live" });
        for (const { id } of rejected) expect(refused, this.#says(id)).toContain(id);
        if (!this.#wereFull.has(browser)) expect(browser.disk.scopes.get(scope), this.#says(scope)).toMatchObject({ cursor: head, epoch });
      }
    }
    for (const { page, browser } of this.#pages) {
      if (this.#wereFull.has(browser)) continue;
      const seen = SCOPES.flatMap(scope => page.store.status(scope).get().rejected.map(({ id }) => id));
      const left = [...this.#asked].filter(([id, { by }]) => by.browser === browser && refused.includes(id) && !this.#dismissed.has(id));
      expect(seen, this.#says("what was refused is said")).toEqual(expect.arrayContaining(left.map(([id]) => id)));
      for (const { id, status } of browser.disk.queue.values()) expect(["rejected", "dismissed"], this.#says(id)).toContain(status);
    }
    const order = [...this.#server.outcomes.keys()];
    for (const by of new Set([...this.#asked.values()].map(asked => asked.by))) {
      const own = [...this.#asked].flatMap(([id, asked]) => (asked.by === by && order.includes(id) ? [id] : []));
      expect(order.filter(id => own.includes(id)), this.#says("in the order in which they were asked for")).toEqual(own);
    }
    for (const [id, times] of this.#server.applied) expect(times, this.#says(id)).toBe(1);
    for (const [id, { user }] of this.#server.outcomes) expect(user, this.#says(id)).toBe(OWNER);
  }

  /** Every page that is there still knows what the server has made of what it has asked for. */
  async #checkOutcomes(): Promise<void> {
    for (const [id, { by, scope, settled }] of this.#asked) {
      if (!this.#pages.includes(by)) continue;
      const outcome = await Promise.race([settled, Promise.resolve(null)]);
      const { result } = this.#server.outcomes.get(id) ?? {};
      if (outcome?.status === "success" && result?.ok === true) {
        // Whoever was not told in time of a scope that nobody reads knows of no cursor.
        if (scope === SCOPE || outcome.cursor > 0) expect(outcome.cursor, this.#says(id)).toBeGreaterThanOrEqual(result.cursor);
      } else {
        const said = outcome?.status === "error" ? outcome.errorCode : outcome;
        expect(said, this.#says(id)).toBe(result?.ok === false ? result.refusal.errorCode : "applied");
      }
    }
  }

  #says(what: string): string {
    return `seed ${this.#seed}, step ${this.#step}: ${what}`;
  }
}

function items(data: Iterable<unknown>): readonly string[] {
  return [...data].map(item => shown(item as Item)).sort();
}
