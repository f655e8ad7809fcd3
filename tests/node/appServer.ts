/** Starts the template's server on a port of its own, with a data folder of its own, and stops it again. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BINARY = process.env.APP_SERVER ?? path.join(ROOT, "target/debug/app-server");

/** How long a start or a stop may take before something is wrong. */
const PATIENCE_MS = 20_000;

export interface AppServer {
  /** Such as `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly port: number;
  /** Asks it to stop and waits until it has. */
  stop(): Promise<void>;
}

/** Starts a server; port 0 leaves the choice to the system. */
export async function startAppServer({ port = 0 } = {}): Promise<AppServer> {
  if (!existsSync(BINARY)) {
    throw new Error(`no server at \`${BINARY}\`: build it with \`cargo build -p app-server\`, or name one in APP_SERVER`);
  }
  const data = await mkdtemp(path.join(tmpdir(), "syncwright-browser-"));
  const child = spawn(BINARY, [], {
    cwd: path.join(ROOT, "app-template"),
    env: { ...process.env, SYNC_LISTEN: `127.0.0.1:${port}`, SYNC_DATA: data, SYNC_ENV: "development" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const url = await readAddress(child);
  return {
    url,
    port: Number(new URL(url).port),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const exited = once(child, "exit", { signal: AbortSignal.timeout(PATIENCE_MS) });
        child.kill("SIGTERM");
        await exited;
      }
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** The server says where it listens on a line of its own; the rest of its output is kept for a failure's message. */
async function readAddress(child: ChildProcess): Promise<string> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error("the server was started without pipes");
  let said = "";
  stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      reject(new Error(`${why}\n${said}`));
    };
    const timer = setTimeout(() => fail("the server did not say where it listens"), PATIENCE_MS);
    child.once("error", (error) => fail(`the server did not start: ${error.message}`));
    child.once("exit", (code) => fail(`the server ended with code ${code} before it listened`));
    createInterface({ input: stdout }).on("line", (line) => {
      said += `${line}\n`;
      const address = /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(address);
    });
  });
}
