/** The module in the page that shows what is wrong, as text: it is handed to a browser and imports nothing. */
import type { Status } from "./status";

/** Returns the module, which hears `event`, and sends `ask` when it begins to. */
export function overlaySource(event: string, ask: string): string {
  return `const show = ${showStatus.toString()};
import.meta.hot.on(${JSON.stringify(event)}, show);
import.meta.hot.send(${JSON.stringify(ask)});
`;
}

/**
 * Shows the problems over the page, or takes them away. It can be closed, and comes back with the next build that fails.
 *
 * It runs in the browser by itself, so it names nothing of this file.
 */
export function showStatus({ state, problems, isRunning }: Status): void {
  const NAME = "syncwright-overlay";
  const before = document.querySelector(NAME);
  // While a build runs, what was wrong stays to be read.
  if (state === "building") {
    before?.setAttribute("data-building", "");
    return;
  }
  before?.remove();
  if (problems.length === 0) return;
  const host = document.createElement(NAME);
  const root = host.attachShadow({ mode: "open" });
  const style = document.createElement("style");
  style.textContent = `
    :host { position: fixed; inset: 0; z-index: 2147483647; background: rgb(0 0 0 / 0.6); display: grid; place-items: center; }
    :host([data-building]) article { opacity: 0.6; }
    article { box-sizing: border-box; width: min(60rem, 94vw); max-height: 88vh; overflow: auto; padding: 1.2rem 1.5rem; border-radius: 0.6rem;
      background: #17171c; color: #e8e8ee; border-top: 0.4rem solid #e5484d; font: 14px/1.5 system-ui, sans-serif; }
    header { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; }
    h2 { font-size: 1rem; margin: 0 0 0.6rem; }
    h3 { font: 600 0.95rem/1.4 ui-monospace, monospace; margin: 1rem 0 0.3rem; color: #ff9592; white-space: pre-wrap; }
    p { margin: 0; color: #9ad1ff; font-family: ui-monospace, monospace; }
    pre { margin: 0.4rem 0 0; overflow-x: auto; font: 13px/1.45 ui-monospace, monospace; }
    button { font: inherit; color: inherit; background: none; border: 1px solid #66666f; border-radius: 0.4rem; padding: 0.1rem 0.7rem; cursor: pointer; }`;
  const panel = document.createElement("article");
  panel.setAttribute("role", "alertdialog");
  panel.setAttribute("aria-label", "What was saved does not run");
  const header = document.createElement("header");
  const title = document.createElement("h2");
  title.textContent = isRunning ? "What was saved does not run; the server before it does" : "What was saved does not run, and no server does";
  const close = document.createElement("button");
  close.textContent = "Close";
  close.onclick = () => host.remove();
  header.append(title, close);
  panel.append(header);
  for (const { what, place, text } of problems) {
    const [head, where, all] = [document.createElement("h3"), document.createElement("p"), document.createElement("pre")];
    head.textContent = what;
    where.textContent = place;
    all.textContent = text;
    panel.append(head, where, all);
  }
  root.append(style, panel);
  document.body.append(host);
  // Whoever is typing goes on typing.
  if (document.activeElement === null || document.activeElement === document.body) close.focus();
  panel.onkeydown = ({ key }) => {
    if (key === "Escape") host.remove();
  };
}
