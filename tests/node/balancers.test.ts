/** Three servers behind the proxies of docs/cluster, with clients that poll and clients that do not, each from an address of its own. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type AppServer, startAppServer } from "./appServer.ts";
import { Peer, type PeerOptions } from "./peer.ts";
import { type Postgres, startPostgres } from "./postgres.ts";
import { type Command, type Program, startProgram } from "./program.ts";

const DOCS = fileURLToPath(new URL("../../docs/cluster/", import.meta.url));

/** What docs/cluster/compose.yaml says, as far as it is followed here. */
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
}

interface Service {
  readonly command?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
}

const compose = parse(await readFile(path.join(DOCS, "compose.yaml"), "utf8"), { merge: true }) as Compose;
const names = Object.keys(compose.services).filter((name) => name.startsWith("node"));
let folder: string;
let redis: Program;
let postgres: Postgres;
let nodes: AppServer[] = [];
const peers = new Set<Peer>();

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "syncwright-balancers-"));
  const command = compose.services["redis"]?.command?.split(" ") ?? [];
  redis = await startProgram((port) => ["redis-server", ...command.slice(1), "--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder]);
  postgres = await startPostgres();
  nodes = await Promise.all(names.map((name) => startAppServer({ env: environment(name) })));
});
afterEach(() => {
  for (const peer of peers) peer.close();
  peers.clear();
});
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await Promise.all([redis.stop(), postgres.stop()]);
  await rm(folder, { recursive: true, force: true });
});

/** What a server of the compose file is told, at the addresses of this machine. */
function environment(name: string): Record<string, string> {
  const { SYNC_LISTEN: _, ...variables } = compose.services[name]?.environment ?? {};
  const here = (value: string) =>
    value.replace("redis:6379", `127.0.0.1:${redis.port}`).replace(/^postgres:.*/, postgres.url).replace("172.30.0.0/24", "127.0.0.1");
  return Object.fromEntries(Object.entries(variables).map(([variable, value]) => [variable, here(value)]));
}

/** A configuration of the docs, with the addresses of this machine. */
async function configuration(file: string, port: number): Promise<string> {
  const text = await readFile(path.join(DOCS, file), "utf8");
  const written = path.join(folder, file);
  const here = names.reduce((text, name, index) => text.replaceAll(`${name}:3000`, `127.0.0.1:${nodes[index]?.port}`), text);
  await writeFile(written, here.replace("listen 80;", `listen ${port};`).replace(":80 {", `:${port} {`).replaceAll(/\/tmp\/|\/var\/log\/nginx\//g, `${folder}/`));
  return written;
}

const PROXIES: readonly (readonly [string, (port: number) => Promise<Command>])[] = [
  ["nginx", async (port) => ["nginx", "-e", "stderr", "-c", await configuration("nginx.conf", port), "-g", `daemon off; pid ${folder}/nginx.pid;`]],
  ["Caddy", async (port) => ["caddy", "run", "--adapter", "caddyfile", "--config", await configuration("Caddyfile", port)]],
];

const TRANSPORTS: readonly (readonly [string, PeerOptions])[] = [
  ["polling alone", { transports: ["polling"] }],
  ["polling, then WebSocket", {}],
  ["WebSocket alone", { transports: ["websocket"] }],
];

/** So many that no server is without one, wherever their addresses lead them. */
const CLIENTS = 32;

/** How many sockets each server has, in their order. */
async function sockets(): Promise<number[]> {
  const texts = await Promise.all(nodes.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()));
  return texts.map((text) => Number(/^sync_sockets (\d+)/m.exec(text)?.[1]));
}

/** Joins on whichever connection there is when it is answered: one that has been lost may not know it yet. */
async function joinAtLast(peer: Peer, room: string): Promise<void> {
  await peer.reconnected();
  const lost = new Promise<boolean>((resolve) => peer.socket.once("disconnect", () => resolve(false)));
  const joined = peer.join(room).then(() => true);
  joined.catch(() => {});
  if (!(await Promise.race([joined, lost]))) await joinAtLast(peer, room);
}

describe.each(PROXIES)("behind %s", (_, command) => {
  let proxy: Program | undefined;
  beforeAll(async () => {
    proxy = await startProgram(command);
  });
  afterAll(() => proxy?.stop());

  const url = () => `http://127.0.0.1:${proxy?.port}`;
  const tokens: string[] = [];

  it("somebody signs in on any server", async () => {
    for (const name of ["Ada", "Bob", "Cyd", "Dee"]) {
      const body = JSON.stringify({ name });
      const answer = await fetch(`${url()}/auth/login`, { method: "POST", headers: { "Content-Type": "application/json" }, body });
      expect(answer.status).toBe(200);
      tokens.push(((await answer.json()) as { token: string }).token);
    }
  });

  /** A tab of one of those who have signed in, at an address of its own. */
  async function person(number: number, options: PeerOptions): Promise<Peer> {
    const peer = new Peer(url(), { token: tokens[number % tokens.length] ?? "", from: `127.0.0.${number + 2}`, ...options });
    peers.add(peer);
    return peer.connected();
  }

  const everybody = (options: PeerOptions) => Promise.all(Array.from({ length: CLIENTS }, (_, number) => person(number, options)));

  /** Some say something, not so much that it were too much, and all hear all of it in the same order. */
  async function talk(people: readonly Peer[], room: string): Promise<void> {
    const speakers = people.filter((_, number) => number % 5 === 0);
    const said = speakers.flatMap((peer, number) => [0, 1].map((turn) => peer.sync("chat/sendMessage/v1", room, { text: `${number} ${turn}` })));
    for (const answer of await Promise.all(said)) expect(answer, JSON.stringify(answer)).toMatchObject({ status: "success" });
    const heard = await Promise.all(people.map((peer) => peer.frames(said.length)));
    const order = heard.map((frames) => frames.map(({ pos }) => pos));
    expect(order).toEqual(order.map(() => order[0]));
    expect(new Set(order[0]).size).toBe(said.length);
  }

  it.each(TRANSPORTS)("clients with %s are spread over all servers, in one room, in one order", async (transport, options) => {
    const room = `chat-${transport.replaceAll(/\W/g, "")}`;
    const people = await everybody(options);
    await Promise.all(people.map((peer) => peer.join(room)));
    for (const count of await sockets()) expect(count).toBeGreaterThan(0);
    await talk(people, room);
  });

  it("clients of all kinds go on without a server that has died", async () => {
    const room = "chat-on";
    const people = (await Promise.all(TRANSPORTS.map(([, options]) => everybody(options)))).flat();
    // A proxy may know one from before that it leaves alone for a while.
    const counts = await sockets();
    const index = counts.indexOf(Math.max(...counts));
    await nodes[index]?.kill();
    await Promise.all(people.map((peer) => joinAtLast(peer, room)));
    await talk(people, room);
    nodes[index] = await startAppServer({ env: environment(names[index] ?? ""), port: nodes[index]?.port ?? 0 });
  });
});
