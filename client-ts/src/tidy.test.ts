/** What the compiler does not check: who may import whom, and a few words that do not occur. */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL(".", import.meta.url));

/** What each folder may import besides itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  wire: [],
  socket: ["wire", "socket.io-client"],
  sync: ["wire", "socket", "idb"],
  store: ["wire", "socket", "sync", "idb"],
  react: ["wire", "socket", "sync", "store", "react"],
  vite: ["node:fs", "vite"],
  ".": ["wire", "socket", "sync", "store"],
};

const files = readdirSync(ROOT, { recursive: true, encoding: "utf8" })
  .filter(file => /\.tsx?$/.test(file) && !/\.test(-d)?\.tsx?$/.test(file) && !file.startsWith("testing"))
  .map(file => file.replaceAll("\\", "/"));

describe.each(files)("%s", file => {
  const text = readFileSync(join(ROOT, file), "utf8").replaceAll(/^ *\*.*$/gm, "");
  const folder = file.includes("/") ? (file.split("/")[0] ?? "") : ".";

  test("imports lower layers only, and nobody's front page", () => {
    const allowed = [folder, ...(MAY_IMPORT[folder] ?? [])];
    for (const [, from = ""] of text.matchAll(/\bfrom "([^"]+)"/g)) {
      const target = from.startsWith(".") ? relative(ROOT, join(ROOT, dirname(file), from)) : from;
      expect(allowed).toContain(target.split("/")[0]);
      expect(target).not.toMatch(/(^|\/)index$/);
    }
  });

  test("has neither `any` nor a default export", () => {
    expect(text).not.toMatch(/[:<(,|]\s*any\b|\bas any\b|\bexport default\b|@ts-(ignore|expect-error|nocheck)/);
  });
});
