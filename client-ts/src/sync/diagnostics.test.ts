/** What a mistake looks like in the editor: where it is underlined, and what it says. */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));

const MISTAKES: readonly (readonly [name: string, call: string, diagnostics: readonly string[]])[] = [
  [
    "a misspelt route names the right one",
    'void syncRequest({ name: "examples/updateConter", version: "v1", data: { amount: 5 }, receiver: "r" });',
    [
      'name: Type \'"examples/updateConter"\' is not assignable to type \'RouteName<SyncTypeMap>\'. Did you mean \'"examples/updateCounter"\'?',
    ],
  ],
  [
    "a version that is not there names those that are",
    'void syncRequest({ name: "examples/updateCounter", version: "v3", data: { amount: 5 }, receiver: "r" });',
    ['version: Type \'"v3"\' is not assignable to type \'"v1" | "v2"\'.'],
  ],
  [
    "a field of the wrong type is underlined itself",
    'void syncRequest({ name: "examples/updateCounter", version: "v1", data: { amount: "5" }, receiver: "r" });',
    ["amount: Type 'string' is not assignable to type 'number'."],
  ],
  [
    "a field that does not exist is underlined itself",
    'void syncRequest({ name: "examples/updateCounter", version: "v1", data: { amount: 5, note: "" }, receiver: "r" });',
    ["note: Object literal may only specify known properties, and 'note' does not exist in type '{ amount: number; }'."],
  ],
  [
    "a field of a callback that does not exist is underlined itself",
    'upsertSyncEventCallback({ name: "examples/updateCounter", version: "v1", callback: ({ serverOutput }) => serverOutput.value });',
    ["value: Property 'value' does not exist on type '{ newValue: number; }'."],
  ],
  [
    "a misspelt route of the request lane names the right one",
    'void apiRequest({ name: "games/fnd", version: "v1", data: { id: "1" } });',
    ['name: Type \'"games/fnd"\' is not assignable to type \'RouteName<ApiTypeMap>\'. Did you mean \'"games/find"\'?'],
  ],
  [
    "a field of the request lane that does not exist is underlined itself",
    'void apiRequest({ name: "games/find", version: "v1", data: { id: "1", lang: "nl" } });',
    ["lang: Object literal may only specify known properties, and 'lang' does not exist in type '{ id: string; }'."],
  ],
];

test("mistakes are explained at the user's own tokens", { timeout: 60_000 }, () => {
  const lines = MISTAKES.map(([, call]) => call);
  const found = diagnostics(lines.join("\n"), lines.length);
  MISTAKES.forEach(([name, , expected], index) => expect(found[index], name).toEqual(expected));
});

/** Compiles `calls`, one a line; answers the diagnostics of each line, with the text that they underline. */
function diagnostics(calls: string, lineCount: number): readonly (readonly string[])[] {
  const head = `import { createSync } from "../index"; import type { ApiTypeMap, ErrorCode, SyncTypeMap } from "../testing/routes"; const { syncRequest, apiRequest, upsertSyncEventCallback } = createSync<SyncTypeMap, ErrorCode, ApiTypeMap>();`;
  const file = join(FOLDER, "mistakes.ts");
  const text = `${head}\n${calls}\n`;
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Preserve,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    types: ["node"],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (name, target) =>
    name === file ? ts.createSourceFile(name, text, target) : getSourceFile(name, target);
  const program = ts.createProgram([file], options, host);
  const source = program.getSourceFile(file);
  if (source === undefined) throw new Error("the file is not part of the program");

  const byLine: string[][] = Array.from({ length: lineCount }, () => []);
  for (const { start = 0, length, messageText } of program.getSemanticDiagnostics(source)) {
    const underlined = text.slice(start, start + (length ?? 0));
    const message = ts.flattenDiagnosticMessageText(messageText, " ");
    byLine[source.getLineAndCharacterOfPosition(start).line - 1]?.push(`${underlined}: ${message}`);
  }
  return byLine;
}
