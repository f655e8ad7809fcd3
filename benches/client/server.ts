/** The servers: that of `scripts/bench state`, where everybody may change notes, and that of `scripts/bench replication`, which reads rows. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";

const ROOT = path.join(import.meta.dirname, "../..");
/** How many mutations a server takes at once. */
const BATCH = 100;

export interface Note {
  readonly id: string;
  readonly text: string;
  readonly count: number;
}

export interface Server {
  readonly port: number;
  /** Adds notes, as a client of its own. */
  add(scope: string, notes: readonly Pick<Note, "id" | "text">[]): Promise<void>;
  stop(): void;
}

/** Starts the one that reads rows of a Postgres, and keeps what it reads in a folder. */
export async function startReader(data: string, url: string): Promise<Pick<Server, "port" | "stop">> {
  const child = start(process.env.REPLICATION_SERVER ?? compiled("replication"), ["serve-replication", data, url]);
  return { port: await portOf(child), stop: () => void child.kill() };
}

function start(program: string, args: readonly string[]): ChildProcess {
  // One that reads rows ends with its input.
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  process.once("exit", () => child.kill());
  return child;
}

export async function startServer(): Promise<Server> {
  const child = start(process.env.STATE_SERVER ?? compiled("state"), ["serve-state"]);
  const port = await portOf(child);
  const client = `client-${process.pid}`;
  let seq = 0;
  return {
    port,
    async add(scope, notes) {
      for (let from = 0; from < notes.length; from += BATCH) {
        const mutations = notes.slice(from, from + BATCH).map((args) => {
          seq += 1;
          return { id: `${client}-${seq}`, seq, name: "notes/add", version: "v1", scope, args };
        });
        const answer = await fetch(`http://127.0.0.1:${port}/_sync/push`, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ client, mutations }),
        });
        const { result } = (await answer.json()) as { result?: { results: readonly { ok: boolean }[] } };
        if (result?.results.every(({ ok }) => ok) !== true) throw new Error("the server has refused a note");
      }
    },
    stop: () => void child.kill(),
  };
}

/** Where cargo has put it; a moment after it was compiled. */
function compiled(bench: string): string {
  const args = ["bench", "--quiet", "--locked", "--package", "sync-benches", "--bench", bench, "--no-run", "--message-format", "json"];
  const output = execFileSync("cargo", args, { cwd: ROOT, encoding: "utf8", maxBuffer: 1e9, stdio: ["ignore", "pipe", "inherit"] });
  type Message = { readonly target?: { readonly name: string }; readonly executable?: string | null };
  const messages = output.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as Message] : []));
  const executable = messages.find(({ target, executable }) => target?.name === bench && executable != null)?.executable;
  if (executable == null) throw new Error(`cargo has compiled no \`${bench}\``);
  return executable;
}

/** It says where it listens in one line. */
async function portOf(child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error("the server was started without a pipe");
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const said = JSON.parse(line) as { port: number } | number;
  return typeof said === "number" ? said : said.port;
}
