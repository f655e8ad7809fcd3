// Runs one of the two TypeScript compilers that the package is checked with: `node scripts/tsc.mjs 6|7 <tsc arguments>`.
// Both packages bring a command named `tsc`, so neither is called by that name.
import { spawnSync } from "node:child_process";
import { compilerPath } from "./compiler-path.mjs";

const [major, ...rest] = process.argv.slice(2);
const { status } = spawnSync(process.execPath, [compilerPath(major), ...rest], { stdio: "inherit" });
process.exit(status ?? 1);
