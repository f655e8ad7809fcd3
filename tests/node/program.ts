/** Starts a program that serves at a free port, and ends it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** How long one may take to listen. */
const PATIENCE_MS = 10_000;

export interface Program {
  readonly port: number;
  stop(): Promise<void>;
}

/** A program and what it is told. */
export type Command = readonly [name: string, ...args: string[]];

/** Starts `command`, which says how to start it at a port, and waits until it listens there. */
export async function startProgram(command: (port: number) => Command | Promise<Command>): Promise<Program> {
  const port = await freePort();
  const [name, ...args] = await command(port);
  // Where Debian puts servers is not on everybody's path.
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
  const child = spawn(name, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const said: string[] = [];
  for (const output of [child.stdout, child.stderr]) output.setEncoding("utf8").on("data", (text: string) => said.push(text));
  const failed = new Promise<never>((_, reject) => {
    child.once("error", (error) => reject(new Error(`\`${name}\` cannot be started: ${error.message}`)));
    child.once("exit", (code) => reject(new Error(`\`${name}\` ended with code ${code}\n${said.join("")}`)));
  });
  failed.catch(() => {});
  const orphaned = () => child.kill("SIGKILL");
  process.once("exit", orphaned);
  try {
    await Promise.race([failed, listens(port)]);
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  return {
    port,
    stop: async () => {
      process.removeListener("exit", orphaned);
      await ended(child);
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit", { signal: AbortSignal.timeout(PATIENCE_MS) });
  // What it has started itself ends with it, and not as of a signal that it cannot catch.
  child.kill("SIGTERM");
  await exited;
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Knocks until somebody opens: a program of somebody else's says in its own way that it listens, or not at all. */
async function listens(port: number): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    try {
      await once(socket, "connect");
      return;
    } catch (error) {
      if (Date.now() > until) throw error;
      await sleep(20);
    } finally {
      socket.destroy();
    }
  }
}
