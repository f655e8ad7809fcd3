/** The template's generated types as an application meets them, under both compilers at their strictest. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const TYPES = fileURLToPath(new URL("types", import.meta.url));
const GENERATED = fileURLToPath(new URL("../../app-template/web/src/_sockets/apiTypes.generated.ts", import.meta.url));
const PATIENCE_MS = 120_000;

const require = createRequire(import.meta.url);

/** Compiles the folder `types` and returns what the compiler has to say: file, line, code and message of each complaint. */
function complaints(compiler: string): Promise<string[]> {
  const tsc = path.join(path.dirname(require.resolve(`${compiler}/package.json`)), "bin/tsc");
  // The declarations of the packages are checked once, by the faster of the two.
  const skipLibCheck = String(compiler === "typescript");
  return new Promise((resolve) => {
    const args = ["--pretty", "false", "--project", TYPES, "--skipLibCheck", skipLibCheck];
    execFile(process.execPath, [tsc, ...args], { cwd: TYPES }, (_, stdout) => {
      // What belongs to a complaint is indented below it.
      resolve(stdout.split(/\n(?=\S)/).map((complaint) => complaint.trim()).filter((complaint) => complaint !== ""));
    });
  });
}

/** The line of `mistakes.ts` on which this is declared. */
function lineOf(word: string): number {
  const lines = readFileSync(path.join(TYPES, "mistakes.ts"), "utf8").split("\n");
  return lines.findIndex((line) => line.includes(word)) + 1;
}

it("import nothing and know no `any`", () => {
  const text = readFileSync(GENERATED, "utf8");
  expect(text).not.toMatch(/^\s*import\b|\bimport\(|\bany\b[;,\s|&)\]]*$/m);
});

it.each([["typescript"], ["typescript7"]])("refuse every mistake, and nothing but mistakes: %s", { timeout: PATIENCE_MS }, async (compiler) => {
  const expected: readonly (readonly [string, RegExp])[] = [
    ["wrongName", /Type '"examples\/updateCuonter"' is not assignable .* Did you mean '"examples\/updateCounter"'\?/],
    ["wrongVersion", /Type '"v3"' is not assignable to type '"v1" \| "v2"'/],
    ["wrongPayload", /Type 'string' is not assignable to type 'number'/],
    ["unknownField", /'note' does not exist in type '\{ amount: number; \}'/],
    ["missingData", /Property 'data' is missing/],
    ["newValeu", /Property 'newValeu' does not exist on type '\{ newValue: number; \}'\. Did you mean 'newValue'\?/],
    ["serverOutputs }", /Property 'serverOutputs' does not exist on type/],
    ["wrongQuestion ", /Type '"examples\/readCuonter"' is not assignable to type '"examples\/readCounter"'/],
    ["wrongQuestionVersion", /Type '"v2"' is not assignable to type '"v1"'/],
    ["wrongInput", /Type 'number' is not assignable to type 'string'/],
    ["unknownInput", /'amount' does not exist in type '\{ room: string; \}'/],
    ["missingInput", /Property 'data' is missing/],
    ["withReceiver", /'receiver' does not exist in type 'ApiRequestOptions<ApiTypeMap, /],
    ["valeu", /Property 'valeu' does not exist on type '\{ value: number; \}'\. Did you mean 'value'\?/],
    ["wrongValue", /Type '"board\/ntoes"' is not assignable .* Did you mean '"board\/notes"'\?/],
    ["wrongKind", /Type '"game-room-1"' is not assignable to type '`board-\$\{string\}`'/],
    ["wrongAction", /'mvoe' does not exist in type '\{ put: /],
    ["wrongView", /Property 'ntoes' does not exist on type .* Did you mean 'notes'\?/],
  ];
  const told = await complaints(compiler);
  expect(told.map((complaint) => complaint.split(",")[0])).toEqual(expected.map(([word]) => `mistakes.ts(${lineOf(word)}`));
  told.forEach((complaint, index) => expect(complaint).toMatch(expected[index]?.[1] ?? /^$/));
});
