/** A new app under `cargo sync dev`, in a folder of its own, with the packages of this repository. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM = process.env.CARGO_SYNC ?? path.join(ROOT, "target/debug/cargo-sync");
/** A build of the app, on a machine that does something else, takes no longer than this. */
const PATIENCE_MS = 240_000;

/** One line of `cargo sync dev --json`. */
export interface DevEvent {
  readonly event: "server" | "page" | "building" | "types" | "live" | "messages" | "failed";
  readonly url?: string;
  readonly isPreview?: boolean;
  readonly problems?: readonly { readonly what: string; readonly file: string | null }[];
}

export class DevApp {
  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly #events: DevEvent[] = [];
  #said = "";
  #read = 0;
  #wake: () => void = () => {};

  private constructor(folder: string, process: ChildProcess) {
    this.#folder = folder;
    this.#process = process;
    const { stdout, stderr } = process;
    if (stdout === null || stderr === null) throw new Error("the program has no output");
    stderr.on("data", (text) => (this.#said += String(text)));
    createInterface({ input: stdout }).on("line", (line) => {
      this.#events.push(JSON.parse(line) as DevEvent);
      this.#wake();
    });
  }

  /** Makes the app and starts the program. */
  static async start(): Promise<DevApp> {
    const folder = await mkdtemp(path.join(tmpdir(), "sync-dev-"));
    await promisify(execFile)(PROGRAM, ["init", "dev-app", "--bare"], { cwd: folder });
    const app = path.join(folder, "dev-app");
    // With the features that the packages of this repository were compiled with, they are compiled once.
    const features = `all-features = { path = ${JSON.stringify(path.join(ROOT, "tests/features"))} }`;
    const manifest = path.join(app, "Cargo.toml");
    await writeFile(manifest, (await readFile(manifest, "utf8")).replace("[dependencies]\n", `[dependencies]\n${features}\n`));
    // What npm would install is here already.
    await symlink(path.join(ROOT, "node_modules"), path.join(app, "web/node_modules"));
    const env = { ...process.env, CARGO_TARGET_DIR: path.join(ROOT, "target"), CARGO_NET_OFFLINE: "true", SYNC_LISTEN: "127.0.0.1:0" };
    return new DevApp(app, spawn(PROGRAM, ["dev", "--json"], { cwd: app, env, stdio: ["ignore", "pipe", "pipe"] }));
  }

  /** Waits for the next event called `name`; those before it count as heard. */
  async next(name: DevEvent["event"]): Promise<DevEvent> {
    const until = Date.now() + PATIENCE_MS;
    while (Date.now() < until) {
      for (; this.#read < this.#events.length; this.#read += 1) {
        const event = this.#events[this.#read];
        if (event?.event !== name) continue;
        this.#read += 1;
        return event;
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, until - Date.now());
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    throw new Error(`never \`${name}\`, but ${JSON.stringify(this.#events)}\n${this.#said}`);
  }

  /** The event called `name` that came first, however long ago. */
  async first(name: DevEvent["event"]): Promise<DevEvent> {
    return this.#events.find(({ event }) => event === name) ?? (await this.next(name));
  }

  /** Changes a file of the app as an editor would. */
  async edit(file: string, change: (text: string) => string): Promise<void> {
    const there = path.join(this.#folder, file);
    await writeFile(there, change(await readFile(there, "utf8")));
  }

  /** What a file of the app holds. */
  read(file: string): Promise<string> {
    return readFile(path.join(this.#folder, file), "utf8");
  }

  write(file: string, text: string): Promise<void> {
    return writeFile(path.join(this.#folder, file), text);
  }

  remove(file: string): Promise<void> {
    return rm(path.join(this.#folder, file));
  }

  /** What the compiler says of the page; nothing if nothing is wrong. */
  async typecheck(): Promise<string> {
    const compiler = path.join(ROOT, "node_modules/typescript/bin/tsc");
    const checked = promisify(execFile)(process.execPath, [compiler, "--noEmit"], { cwd: path.join(this.#folder, "web") });
    return checked.then(
      () => "",
      (error: { stdout?: string }) => error.stdout ?? String(error),
    );
  }

  /** Ends the program as Ctrl-C would, and returns its exit code. */
  async stop(): Promise<number | null> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, "exit");
      this.#process.kill("SIGINT");
      await ended;
    }
    await rm(path.dirname(this.#folder), { recursive: true, force: true });
    return this.#process.exitCode;
  }
}
