import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const PACKAGES = { 6: "typescript", 7: "typescript7" };
const require = createRequire(import.meta.url);

/** The file that runs TypeScript 6 or 7; any other major version is an error. */
export function compilerPath(major) {
  const name = PACKAGES[major];
  if (name === undefined) throw new Error(`TypeScript \`${major}\` is not installed: expected 6 or 7`);
  return join(dirname(require.resolve(`${name}/package.json`)), "bin", "tsc");
}
