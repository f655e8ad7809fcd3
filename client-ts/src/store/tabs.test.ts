import { afterEach, expect, it, vi } from "vitest";
import { browserTabs } from "./tabs";

afterEach(() => vi.unstubAllGlobals());

/** Locks as Chromium has them: whoever gives a request up in the turn in which it was made is called nevertheless. */
class Locks {
  #last: Promise<unknown> = Promise.resolve();

  readonly request = (_: string, __: { readonly signal: AbortSignal }, held: () => Promise<void>): Promise<void> => {
    const ended = this.#last.then(held);
    this.#last = ended.catch(() => {});
    return ended;
  };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

it("leads though another one was closed as soon as it was opened, and no longer than it is there", async () => {
  vi.stubGlobal("navigator", { locks: new Locks() });
  const led: string[] = [];
  const [first, second, third] = ["first", "second", "third"].map(name => {
    const tabs = browserTabs("a store");
    tabs.onLead(() => led.push(name));
    // As a component is that React mounts twice.
    if (name === "first") tabs.close();
    return tabs;
  });
  await turns();
  expect(led).toEqual(["second"]);
  second?.close();
  await turns();
  expect(led).toEqual(["second", "third"]);
  first?.close();
  third?.close();
});
