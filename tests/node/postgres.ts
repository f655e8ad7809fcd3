/** Starts a Postgres of its own, and takes it away again. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const WITH_POSTGRES = fileURLToPath(new URL("../../scripts/with-postgres", import.meta.url));

export interface Postgres {
  readonly url: string;
  /** Runs statements, each a transaction of its own, as somebody does in `psql`; returns what that says. */
  run(statements: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startPostgres(): Promise<Postgres> {
  // It is there until its input ends, which is when this process does, too.
  const child = spawn(WITH_POSTGRES, ["sh", "-c", 'echo "$DATABASE_URL"; cat'], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const [url] = (await Promise.race([once(createInterface({ input: child.stdout }), "line"), ended])) as [unknown];
  if (typeof url !== "string") throw new Error("no Postgres has started");
  return {
    url,
    run: async (statements) => {
      const { stdout } = await promisify(execFile)("psql", ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "-v", "ON_ERROR_STOP=1", url, "-c", statements]);
      return stdout.trim();
    },
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
