/** What every test file needs: a server and people who are connected to it. Everything is put away in the end. */
import { afterAll, afterEach, beforeAll } from "vitest";
import { type AppServer, type StartOptions, startAppServer } from "./appServer.ts";
import { Peer, type PeerOptions } from "./peer.ts";

export interface Stage {
  readonly server: AppServer;
  /** A room that no other test uses. */
  room(kind?: string): string;
  /** Signs somebody in and returns the token. */
  signIn(name: string, locale?: string): Promise<string>;
  /** A connected guest. */
  guest(options?: PeerOptions): Promise<Peer>;
  /** Somebody who is signed in and connected. */
  person(name: string, options?: PeerOptions): Promise<Peer>;
  /** As many people as there are names. */
  people<Names extends readonly string[]>(...names: Names): Promise<{ [Index in keyof Names]: Peer }>;
  /** A client that need not succeed in connecting. */
  peer(options?: PeerOptions): Peer;
  /** A request to the server; `body` is sent as JSON unless it is text. */
  fetch(path: string, init?: RequestOptions): Promise<Response>;
  /** Stops the server as `how` says, starts a new one on the same port, and waits until it listens. */
  restart(how: "stop" | "kill"): Promise<void>;
}

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Sets the stage for the tests of one file. */
export function setStage(options: StartOptions = {}): Stage {
  let server: AppServer | null = null;
  let rooms = 0;
  const peers = new Set<Peer>();

  beforeAll(async () => {
    server = await startAppServer(options);
  });
  afterEach(() => {
    for (const peer of peers) peer.close();
    peers.clear();
  });
  afterAll(() => server?.stop());

  const stage: Stage = {
    get server() {
      if (server === null) throw new Error("the stage is set in beforeAll: use it in tests only");
      return server;
    },
    room(kind = "game-room") {
      rooms += 1;
      return `${kind}-${rooms}`;
    },
    async signIn(name, locale) {
      const answer = await stage.fetch("/auth/login", { body: { name, ...(locale !== undefined && { locale }) } });
      const { token } = (await answer.json()) as { token: string };
      return token;
    },
    guest: (options) => stage.peer(options).connected(),
    async person(name, options) {
      return stage.peer({ token: await stage.signIn(name), ...options }).connected();
    },
    people<Names extends readonly string[]>(...names: Names) {
      const people = Promise.all(names.map((name) => stage.person(name)));
      return people as Promise<{ [Index in keyof Names]: Peer }>;
    },
    peer(options = {}) {
      const peer = new Peer(options.url ?? stage.server.url, options);
      peers.add(peer);
      return peer;
    },
    fetch(path, { method, headers, body } = {}) {
      const isText = body === undefined || typeof body === "string";
      return fetch(stage.server.url + path, {
        method: method ?? (body === undefined ? "GET" : "POST"),
        headers: { ...(!isText && { "Content-Type": "application/json" }), ...headers },
        redirect: "manual",
        ...(body !== undefined && { body: isText ? (body as string) : JSON.stringify(body) }),
      });
    },
    async restart(how) {
      const { port } = stage.server;
      await stage.server[how]();
      server = await startAppServer({ ...options, port });
    },
  };
  return stage;
}
