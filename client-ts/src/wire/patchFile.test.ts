/** The patches that the Rust suite has written for values of every shape: what they make here is what they are to make. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { applyPatch, parsePatch } from "./patch";

interface Step {
  readonly before: unknown;
  readonly patch: unknown;
  readonly after: unknown;
}

const STEPS = JSON.parse(readFileSync(new URL("../../../tests/patches.json", import.meta.url), "utf8")) as readonly Step[];

test("there are some of each operation", () => {
  const text = JSON.stringify(STEPS);
  for (const op of ["add", "move", "remove", "replace"]) expect(text).toContain(`"op":"${op}"`);
});

test.each(STEPS.map((step, index) => [index, step] as const))("step %i leads where it should", (_, { before, patch, after }) => {
  const kept = structuredClone(before);
  const parsed = parsePatch(patch);
  if (!parsed.ok) throw new Error(parsed.problem);
  expect(applyPatch(before, parsed.value)).toEqual({ fits: true, value: after });
  expect(before).toEqual(kept);
});
