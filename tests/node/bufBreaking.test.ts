/** Our verdicts about changes of a released type, beside those of `buf breaking`; tests/ledger/buf.txt has the changes as proto says them. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BUF = path.join(path.dirname(createRequire(import.meta.url).resolve("@bufbuild/buf/package.json")), "bin/buf");
const CONFIG = JSON.stringify({ version: "v2", breaking: { use: ["WIRE_JSON"] } });
/** What `buf` ends with where something breaks. */
const BROKEN = 100;

/** A change, as the lines below its name say it. */
interface Change {
  name: string;
  /** What stands in the message `T`; nothing where proto cannot say it. */
  sides?: { before: string; after: string };
  buf?: string;
  differs?: string;
  lacks?: string;
}

let head: string;
let changes: Change[];
let ours: Map<string, boolean>;
let buf: Map<string, string>;
beforeAll(async () => {
  const [top = "", blocks] = await table("tests/ledger/buf.txt");
  head = top;
  changes = blocks.map(([name, lines]) => {
    const after = (mark: string) => lines.find((line) => line.startsWith(mark))?.slice(mark.length);
    const [before, then] = [after("- "), after("+ ")];
    return {
      name,
      ...(before !== undefined && then !== undefined && { sides: { before, after: then } }),
      buf: after("buf: "),
      differs: after("differs: "),
      lacks: after("no equivalent: "),
    };
  });
  ours = await ourVerdicts();
  buf = await bufVerdicts();
});

/** The text above the first name, and the lines below each. */
async function table(file: string): Promise<[string | undefined, [string, string[]][]]> {
  const [top, ...blocks] = (await readFile(path.join(ROOT, file), "utf8")).split(/^# /m);
  return [
    top,
    blocks.map((block) => {
      const [name = "", ...lines] = block.trimEnd().split("\n");
      return [name, lines];
    }),
  ];
}

/** Whether a change breaks somebody; those of cases.txt are named with their direction. */
async function ourVerdicts(): Promise<Map<string, boolean>> {
  const verdicts = new Map<string, boolean>();
  for (const [name, lines] of (await table("tests/ledger/changes.txt"))[1]) {
    const breaks = lines.some((line) => line.startsWith("breaks at "));
    if (breaks === lines.includes("builds")) throw new Error(`changes.txt has no verdict for \`${name}\``);
    verdicts.set(name, breaks);
  }
  for (const [name, lines] of (await table("sync-schema/src/compare/cases.txt"))[1]) {
    for (const line of lines) {
      const [, direction, breaks] = /^(in|out|stored): (BREAKS )?/.exec(line) ?? [];
      const known = `${direction}: ${name}`;
      if (direction) verdicts.set(known, verdicts.get(known) === true || breaks !== undefined);
    }
  }
  return verdicts;
}

/** What `buf` says of each change, asked once for all: a package for each. */
async function bufVerdicts(): Promise<Map<string, string>> {
  const folder = await mkdtemp(path.join(tmpdir(), "syncwright-buf-"));
  const written = changes.flatMap(({ sides }, index) =>
    Object.entries(sides ?? {}).map(async ([side, fields]) => {
      await mkdir(path.join(folder, side), { recursive: true });
      await writeFile(path.join(folder, side, `change${index}.proto`), proto(index, fields));
    }),
  );
  await Promise.all(written);
  const words = ["breaking", ".", "--against", "../before", "--config", CONFIG, "--error-format", "json"];
  const said = await new Promise<string>((resolve, reject) => {
    execFile(BUF, words, { cwd: path.join(folder, "after") }, (error, out, problem) => {
      if (error?.code === BROKEN && problem === "") resolve(out);
      else reject(new Error(`buf ended with ${error?.code ?? 0}: ${problem}`));
    });
  });
  await rm(folder, { recursive: true });
  const broken = said.trim().split("\n").map((line) => JSON.parse(line) as { path: string; type: string });
  const rules = (index: number) => broken.filter((rule) => rule.path === `change${index}.proto`).map((rule) => rule.type);
  return new Map(
    changes.flatMap(({ name, sides }, index) => (sides ? [[name, [...new Set(rules(index))].sort().join(" ") || "fits"]] : [])),
  );
}

function proto(index: number, fields: string): string {
  const imports = [
    ["google.protobuf.Timestamp", "timestamp"],
    ["google.protobuf.Value", "struct"],
  ].map(([type = "", file]) => (fields.includes(type) ? `import "google/protobuf/${file}.proto";\n` : ""));
  return `syntax = "proto2";\npackage change${index};\n${imports.join("")}message T { ${fields} }\n`;
}

/** The reasons that the head gives: their names, and a sentence for each. */
function reasons(kind: "differs" | "lacks"): Map<string, string> {
  const lines = head.split("\n").filter((line) => line.startsWith(`${kind} `));
  return new Map(lines.map((line) => line.slice(kind.length + 1).split(/: (.*)/) as [string, string]));
}

function isOther({ name }: Change): boolean {
  return (buf.get(name) !== "fits") !== ours.get(name);
}

test("every change of the ledger's table is compared, or is said to have no equivalent", async () => {
  const names = changes.map(({ name }) => name);
  const isOurs = ([name]: [string, string[]]) => names.includes(name);
  const [, all] = await table("tests/ledger/changes.txt");
  expect(all.filter((change) => !isOurs(change))).toEqual([]);
  expect(names.filter((name) => !ours.has(name))).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
  expect(changes.filter(({ sides, lacks }) => (sides === undefined) !== (lacks !== undefined))).toEqual([]);
});

test("buf says of each what is written here", () => {
  const written = changes.filter(({ sides }) => sides);
  expect([...buf]).toEqual(written.map((change) => [change.name, change.buf]));
});

test("where the two differ a reason is given, and nowhere else", () => {
  const wrong = changes.filter((change) => (change.sides !== undefined && isOther(change)) !== (change.differs !== undefined));
  expect(wrong.map(({ name }) => name)).toEqual([]);
  for (const kind of ["differs", "lacks"] as const) {
    const given = new Set(changes.flatMap((change) => change[kind] ?? []));
    expect([...reasons(kind).keys()].sort()).toEqual([...given].sort());
  }
});

test("the docs say how many agree, how many differ, and why", async () => {
  const docs = await readFile(path.join(ROOT, "docs/versions.md"), "utf8");
  const compared = changes.filter(({ sides }) => sides);
  const differ = compared.filter(isOther);
  expect(docs).toContain(
    `Of ${changes.length} changes, ${compared.length - differ.length} have the same verdict, ${differ.length} another, and ${changes.length - compared.length} cannot be said in proto.`,
  );
  for (const [reason, sentence] of reasons("differs")) {
    const count = differ.filter(({ differs }) => differs === reason).length;
    expect(docs).toContain(`| ${reason} | ${count} | ${sentence} |\n`);
  }
});
