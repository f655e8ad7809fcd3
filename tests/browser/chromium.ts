/** The browser that pages are opened in: where it is, and how it is started. */
import { existsSync } from "node:fs";

/** A browser with windows, and the same one without: what it would draw around pages costs more than the pages. */
export const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const DEBIANS_SHELL = "/usr/bin/chromium-headless-shell";
export const SHELL = process.env.CHROMIUM_HEADLESS_SHELL ?? (existsSync(DEBIANS_SHELL) ? DEBIANS_SHELL : CHROMIUM);

export const FLAGS: readonly string[] = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // The page that says that there is no network loads what was wanted a moment after there is one, and a test would load it once more: what the
  // page in between has seen is not shown again.
  "--disable-auto-reload",
  "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable",
];
