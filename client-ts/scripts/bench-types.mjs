// How long does `tsc --strict` take over an app of 500 routes, each called and listened to once?
// `npm run build && npm run bench:types [routes]` prints the times of both compilers; only whether it compiles is asserted.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compilerPath } from "./compiler-path.mjs";

const ROUTES_PER_PAGE = 5;
const routeCount = Number(process.argv[2] ?? 500);
const types = fileURLToPath(new URL("../dist/index.d.ts", import.meta.url));
if (!existsSync(types)) throw new Error("`dist` is missing: run `npm run build` first");

const routes = Array.from({ length: routeCount }, (_, index) => {
  const page = Math.floor(index / ROUTES_PER_PAGE);
  const folder = page % 3 === 0 ? `area${page % 7}/page${page}` : `page${page}`;
  return { page: folder, name: `route${index}`, isEmpty: index % 10 === 0 };
});

const folder = mkdtempSync(join(tmpdir(), "syncwright-types-"));
try {
  write("apiTypes.generated.ts", typeMap());
  write("calls.ts", calls());
  write("tsconfig.json", JSON.stringify(config(), null, 2));
  const failed = [6, 7].map(check).some(status => status !== 0);
  process.exitCode = failed ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true });
}

function typeMap() {
  const pages = Map.groupBy === undefined ? groupByPage() : Map.groupBy(routes, route => route.page);
  const entries = [...pages].sort(([left], [right]) => (left < right ? -1 : 1)).map(pageType);
  return `export interface SyncTypeMap {\n${entries.join("")}}\nexport type ErrorCode = "auth-required" | "room-forbidden";\n`;
}

function groupByPage() {
  const pages = new Map();
  for (const route of routes) pages.set(route.page, [...(pages.get(route.page) ?? []), route]);
  return pages;
}

function pageType([page, members]) {
  return `  '${page}': {\n${members.map(routeType).join("")}  };\n`;
}

function routeType({ name, isEmpty }) {
  const input = isEmpty ? "Record<string, never>" : `{ amount: number; ${name}?: string | null; tags?: Array<string> }`;
  const version = `{
      clientInput: ${input};
      serverOutput: { newValue: number; by: { userId: string; name: string }; ${name}: string | null };
      clientOutput: { mine: boolean };
      serverStream: never;
      clientStream: never;
    }`;
  return `    '${name}': {\n      v1: ${version};\n      v2: ${version};\n    };\n`;
}

function calls() {
  const head = `import { createSync } from "syncwright";
import type { ErrorCode, SyncTypeMap } from "./apiTypes.generated";
const { syncRequest, upsertSyncEventCallback } = createSync<SyncTypeMap, ErrorCode>();
`;
  const uses = routes.map(({ page, name, isEmpty }, index) => {
    const route = `name: "${page}/${name}", version: "v${(index % 2) + 1}"`;
    const data = isEmpty ? "" : `data: { amount: ${index}, ${name}: "x" }, `;
    return `export async function use${index}(): Promise<string | null> {
  upsertSyncEventCallback({ ${route}, callback: ({ serverOutput, clientOutput }) => [serverOutput.${name}, clientOutput.mine] });
  const answer = await syncRequest({ ${route}, ${data}receiver: "room" });
  return answer.status === "success" ? answer.result.${name} : answer.errorCode;
}
`;
  });
  const wrong = `// @ts-expect-error no such route
void syncRequest({ name: "page1/route${routeCount}", version: "v1", data: { amount: 1 }, receiver: "room" });
// @ts-expect-error no such version
void syncRequest({ name: "page1/route5", version: "v3", data: { amount: 1 }, receiver: "room" });
// @ts-expect-error no such field
void syncRequest({ name: "page1/route5", version: "v1", data: { amount: 1, route6: "x" }, receiver: "room" });
`;
  return head + uses.join("") + wrong;
}

function config() {
  return {
    compilerOptions: {
      target: "ES2022",
      lib: ["ES2022", "DOM"],
      module: "preserve",
      moduleResolution: "bundler",
      types: [],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: true,
      noEmit: true,
      paths: { syncwright: [types] },
    },
    files: ["calls.ts"],
  };
}

function check(major) {
  const args = [compilerPath(major), "-p", folder, "--extendedDiagnostics"];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
  const figure = label => new RegExp(`^${label}:\\s+(\\S+)`, "m").exec(stdout)?.[1] ?? "?";
  if (status !== 0) console.error(stdout);
  const figures = ["Check time", "Total time", "Instantiations"].map(label => `${label.toLowerCase()} ${figure(label)}`);
  console.log(`TypeScript ${major}, ${routeCount} routes: ${status === 0 ? "compiles" : "FAILS"}; ${figures.join(", ")}`);
  return status;
}

function write(name, text) {
  writeFileSync(join(folder, name), text);
}
