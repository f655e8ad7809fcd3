// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from "vitest";
import { overlaySource, showStatus } from "./overlay";

const failed = { state: "failed", problems: [{ what: "no `main`", place: "src/a.rs:3", text: "<b>help</b>" }], isRunning: true } as const;

describe("the overlay", () => {
  const overlay = () => document.querySelector("syncwright-overlay");
  afterEach(() => overlay()?.remove());

  it("shows what is wrong as text, once, until it is mended", () => {
    showStatus(failed);
    showStatus(failed);
    expect(document.querySelectorAll("syncwright-overlay")).toHaveLength(1);
    expect(overlay()?.shadowRoot?.querySelector("pre")?.textContent).toBe("<b>help</b>");
    showStatus({ state: "building", problems: [], isRunning: true });
    expect(overlay()?.hasAttribute("data-building")).toBe(true);
    showStatus({ state: "live", problems: [], isRunning: true });
    expect(overlay()).toBeNull();
  });

  it("can be closed, and comes back", () => {
    showStatus(failed);
    overlay()?.shadowRoot?.querySelector("button")?.click();
    expect(overlay()).toBeNull();
    showStatus(failed);
    expect(overlay()).not.toBeNull();
  });

  it("leaves the focus to whoever is typing", () => {
    const field = document.createElement("input");
    document.body.append(field);
    field.focus();
    showStatus(failed);
    expect(document.activeElement).toBe(field);
    field.remove();
  });

  it("is a module by itself", () => {
    const source = overlaySource("syncwright:status", "syncwright:ask").replaceAll("import.meta.hot", "hot");
    const heard: unknown[] = [];
    const on = (event: string, listener: unknown) => heard.push(event, typeof listener);
    new Function("hot", source)({ on, send: (event: string) => heard.push(event) });
    expect(heard).toEqual(["syncwright:status", "function", "syncwright:ask"]);
  });
});
