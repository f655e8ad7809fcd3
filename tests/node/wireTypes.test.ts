/** The generated types against values: what callers may send, and what Rust writes. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const WIRE_VALUES = process.env.WIRE_VALUES ?? path.join(ROOT, "target/debug/examples/wire_values");
const PATIENCE_MS = 120_000;

const run = promisify(execFile);
const require = createRequire(import.meta.url);

let folder: string;
beforeAll(async () => {
  if (!existsSync(WIRE_VALUES)) throw new Error("build it with `cargo build -p sync-tests --examples`, or name one in WIRE_VALUES");
  folder = await mkdtemp(path.join(tmpdir(), "syncwright-types-"));
});
afterAll(async () => await rm(folder, { recursive: true }));

/** The types of an app, and what to ask `wire_values` for. */
const TYPES = {
  "every-type": path.join(ROOT, "tests/typescript/everyType.generated"),
  template: path.join(ROOT, "app-template/web/src/_sockets/apiTypes.generated"),
};

/** Compiles 200 values of each type of an app; returns what the compiler has to say. `further` goes to `wire_values`. */
async function complaints(compiler: string, app: keyof typeof TYPES, further: string[] = []): Promise<string> {
  const values = await run(WIRE_VALUES, [app, TYPES[app], ...further], { maxBuffer: 64 * 1024 * 1024 });
  const name = [compiler, app, ...further].join("-");
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    isolatedModules: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    target: "ES2022",
    // No type of the wire is one of a browser.
    lib: ["ES2022"],
    skipLibCheck: true,
    module: "ESNext",
    moduleResolution: "bundler",
    types: [],
    noEmit: true,
  };
  await writeFile(path.join(folder, `${name}.ts`), values.stdout);
  await writeFile(path.join(folder, `${name}.json`), JSON.stringify({ compilerOptions, files: [`${name}.ts`] }));
  const tsc = path.join(path.dirname(require.resolve(`${compiler}/package.json`)), "bin/tsc");
  return await run(process.execPath, [tsc, "--project", path.join(folder, `${name}.json`)]).then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  );
}

for (const compiler of ["typescript", "typescript7"]) {
  test(`values of every kind of type are of that type: ${compiler}`, { timeout: PATIENCE_MS }, async () => {
    expect(await complaints(compiler, "every-type")).toBe("");
  });

  test(`values of the template's types are of that type: ${compiler}`, { timeout: PATIENCE_MS }, async () => {
    expect(await complaints(compiler, "template")).toBe("");
  });

  test(`a value of another type is told: ${compiler}`, { timeout: PATIENCE_MS }, async () => {
    expect(await complaints(compiler, "template", ["mismatch"])).toContain("Type 'number' is not assignable to type 'string'");
  });
}
