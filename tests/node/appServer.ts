/** Starts a server on a port of its own, with a data folder of its own, and stops it again. */
import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The servers that there are. */
const SERVERS = {
  /** The template: what a new app copies. */
  template: {
    binary: process.env.APP_SERVER ?? path.join(ROOT, "target/debug/app-server"),
    folder: path.join(ROOT, "app-template"),
    howToGet: "build it with `cargo build -p app-server`, or name one in APP_SERVER",
  },
  /** The app of the Rust tests: rooms for guests, handlers that wait. */
  testApp: {
    binary: process.env.TEST_APP_SERVER ?? path.join(ROOT, "target/debug/examples/test_app_server"),
    folder: path.join(ROOT, "tests/app"),
    howToGet: "build it with `cargo build -p sync-tests --examples`, or name one in TEST_APP_SERVER",
  },
};

/** How long a start or a stop may take before something is wrong. */
const PATIENCE_MS = 20_000;

export interface AppServer {
  /** Such as `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly port: number;
  /** What it has logged until now. */
  readonly log: string;
  /** Waits until it has logged this. */
  said(what: RegExp): Promise<void>;
  /** Lets it run no more, as a machine that has no time for it, until `goOn`; what it is sent waits in the kernel. */
  standStill(): void;
  goOn(): void;
  /** Nobody reads its log any more, which it cannot write then. */
  closeLog(): void;
  /** Asks it to stop, waits until it has, and returns its exit code. */
  stop(): Promise<number | null>;
  /** Ends it as a crash would, and waits until it is gone. */
  kill(): Promise<unknown>;
}

export interface StartOptions {
  readonly app?: keyof typeof SERVERS;
  /** 0 leaves the choice to the system. */
  readonly port?: number;
  /** Further variables of its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Its data folder, which the test removes; one of its own by default. */
  readonly data?: string;
  /** How many files it may open; as many as this process by default. */
  readonly files?: number;
}

export async function startAppServer({ app = "template", port = 0, env = {}, data: given, files }: StartOptions = {}): Promise<AppServer> {
  const { binary, folder, howToGet } = SERVERS[app];
  if (!existsSync(binary)) throw new Error(`no server at \`${binary}\`: ${howToGet}`);
  const data = given ?? (await mkdtemp(path.join(tmpdir(), "syncwright-test-")));
  const [program, args] = files === undefined ? [binary, []] : ["sh", ["-c", `ulimit -n ${files}; exec "$0"`, binary]];
  const child = spawn(program, args, {
    cwd: folder,
    // A test is faster than any caller should be; a production server has limits.
    env: {
      ...process.env,
      SYNC_LISTEN: `127.0.0.1:${port}`,
      SYNC_DATA: data,
      SYNC_ENV: "development",
      SYNC_LIMITS: env["SYNC_ENV"] === "production" ? "on" : "off",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  // A test run that ends in the middle takes its servers with it.
  const orphaned = () => child.kill("SIGKILL");
  process.once("exit", orphaned);
  const log: string[] = [];
  const logged = new EventEmitter();
  const url = await readAddress(child, log, logged);

  async function end(signal: "SIGTERM" | "SIGKILL") {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, "exit", { signal: AbortSignal.timeout(PATIENCE_MS) });
      child.kill(signal);
      await exited;
    }
    process.removeListener("exit", orphaned);
    if (given === undefined) await rm(data, { recursive: true, force: true });
    return child.exitCode;
  }

  return {
    url,
    port: Number(new URL(url).port),
    get log() {
      return log.join("");
    },
    async said(what) {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      while (!what.test(log.join(""))) await once(logged, "line", { signal });
    },
    standStill: () => void child.kill("SIGSTOP"),
    goOn: () => void child.kill("SIGCONT"),
    closeLog: () => void child.stderr?.destroy(),
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
  };
}

/** The server says where it listens on a line of its own; the rest of its output is kept in `log`. */
async function readAddress(child: ChildProcess, log: string[], logged: EventEmitter): Promise<string> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error("the server was started without pipes");
  stderr.setEncoding("utf8").on("data", (chunk: string) => {
    log.push(chunk);
    logged.emit("line");
  });
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      reject(new Error(`${why}\n${log.join("")}`));
    };
    const timer = setTimeout(() => fail("the server did not say where it listens"), PATIENCE_MS);
    child.once("error", (error) => fail(`the server did not start: ${error.message}`));
    child.once("exit", (code) => fail(`the server ended with code ${code} before it listened`));
    createInterface({ input: stdout }).on("line", (line) => {
      log.push(`${line}\n`);
      const address = /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(address);
    });
  });
}
