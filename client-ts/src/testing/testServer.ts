/** A server in this process that speaks PRODUCT §5 over real Socket.IO; what it says can be bent by a test. */

import { createServer, type Server as HttpServer } from "node:http";
import { Server, type Socket } from "socket.io";
import type { Transport } from "../socket/socket";

/** What a client sent. */
export interface Heard {
  readonly event: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

type Answer = (answer: unknown) => void;
type Reply = (payload: Heard["payload"], answer: Answer, socket: Socket) => void;

/** How a test bends the server. */
export interface TestServerOptions {
  /** The handshake is refused with the code that this returns. */
  readonly refuse?: (auth: unknown) => string | null;
  /** The handshake is never answered. */
  readonly isSilent?: boolean;
  /** Every HTTP request is answered with 403 and this body, before Socket.IO sees it. */
  readonly forbidden?: () => unknown;
  readonly transports?: readonly Transport[];
  /** A WebSocket's handshake is never answered, as behind some proxies. */
  readonly hangsOnWebSocket?: boolean;
}

/** One test's server, on a port of its own. */
export class TestServer {
  readonly heard: Heard[] = [];
  readonly handshakes: unknown[] = [];
  readonly #afterNext: (() => void)[] = [];
  readonly #io: Server;
  readonly #http: HttpServer;
  readonly #replies = new Map<string, Reply>();
  readonly #positions = new Map<string, number>();
  readonly #rooms = new Map<Socket, Set<string>>();
  #port = 0;

  constructor({ refuse, isSilent, forbidden, transports, hangsOnWebSocket }: TestServerOptions = {}) {
    this.#http = createServer();
    this.#io = new Server(this.#http, { transports: [...(transports ?? ["polling", "websocket"])] });
    if (forbidden !== undefined) this.#forbid(forbidden);
    if (hangsOnWebSocket === true) this.#hangOnUpgrade();
    this.#io.use((socket, next) => {
      this.handshakes.push(socket.handshake.auth);
      const code = refuse?.(socket.handshake.auth) ?? null;
      if (isSilent !== true) next(code === null ? undefined : new Error(code));
    });
    this.#io.on("connection", socket => this.#serve(socket));
    this.#speak();
  }

  static async start(options?: TestServerOptions): Promise<TestServer> {
    const server = new TestServer(options);
    await server.listen();
    return server;
  }

  /** Listens on a free port, or again on the one it had. */
  async listen(): Promise<void> {
    await new Promise<void>(resolve => this.#http.listen(this.#port, "127.0.0.1", resolve));
    const address = this.#http.address();
    if (typeof address === "object" && address !== null) this.#port = address.port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Replaces the reply to `event`. */
  reply(event: string, reply: Reply): void {
    this.#replies.set(event, reply);
  }

  /** The events heard, in order, as short text: `joinRoom {"room":"a"}`; the names of calls are random, and are left out. */
  get log(): readonly string[] {
    return this.heard.map(({ event, payload }) => `${event} ${JSON.stringify(unnamed(payload))}`);
  }

  /** Resolves as soon as `event` was heard `times` times. */
  async hear(event: string, times = 1): Promise<void> {
    await this.#until(() => this.heard.filter(one => one.event === event).length >= times);
  }

  /** Resolves as soon as `count` clients are connected. */
  async has(count: number): Promise<void> {
    await this.#until(() => this.size === count);
  }

  /** Sends `message` to everybody. */
  emit(event: string, message: unknown): void {
    this.#io.emit(event, message);
  }

  /** Breaks all sockets as a network does, without a word. */
  cut(): void {
    for (const socket of this.#rooms.keys()) socket.conn.close(true);
  }

  /** Closes all sockets, behind what was said before. */
  hangUp(): void {
    for (const socket of this.#rooms.keys()) socket.conn.close();
  }

  /** Ends all sockets as a server does that wants to be rid of a client. */
  kick(): void {
    this.#io.disconnectSockets(true);
  }

  /** How many clients are connected. */
  get size(): number {
    return this.#rooms.size;
  }

  /** The transports in use. */
  get transports(): readonly string[] {
    return [...this.#rooms.keys()].map(socket => socket.conn.transport.name);
  }

  async close(): Promise<void> {
    await this.#io.close();
  }

  #serve(socket: Socket): void {
    this.#rooms.set(socket, new Set());
    this.#wake();
    socket.on("disconnect", () => {
      this.#rooms.delete(socket);
      this.#wake();
    });
    socket.onAny((event: string, payload: Heard["payload"], answer: Answer) => {
      this.heard.push({ event, payload });
      this.#replies.get(event)?.(payload, answer, socket);
      this.#wake();
    });
  }

  /** Looks again at each thing heard, and at each client that comes or goes. */
  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>(resolve => this.#afterNext.push(resolve));
  }

  #wake(): void {
    for (const go of this.#afterNext.splice(0)) go();
  }

  #speak(): void {
    this.reply("updateLocation", (_, answer) => answer({ status: "success" }));
    this.reply("joinedRooms", (_, answer, socket) => answer({ status: "success", rooms: this.#roomsOf(socket) }));
    this.reply("joinRoom", ({ room }, answer, socket) => {
      this.#rooms.get(socket)?.add(String(room));
      answer({ status: "success", rooms: this.#roomsOf(socket), pos: this.#pos(String(room)), recovered: false });
    });
    this.reply("leaveRoom", ({ room }, answer, socket) => {
      this.#rooms.get(socket)?.delete(String(room));
      answer({ status: "success", rooms: this.#roomsOf(socket) });
    });
    // Every call of the request lane is answered with its input.
    this.reply("request", ({ data = {} }, answer) => answer({ status: "success", result: data }));
    this.reply("sync", (payload, answer, socket) => this.#sync(payload, answer, socket));
  }

  /** Every route answers with its input, and may be sent to everybody. */
  #sync({ name, version, data = {}, receiver, ignoreSelf }: Heard["payload"], answer: Answer, caller: Socket): void {
    const room = String(receiver);
    const isToAll = room === "all";
    if (!isToAll && !this.#roomsOf(caller).includes(room)) return answer(failure("sync-not-in-room", 403));
    const pos = this.#pos(room, 1);
    answer({ status: "success", result: data });
    for (const [socket, rooms] of this.#rooms) {
      if (!(isToAll || rooms.has(room)) || (socket === caller && ignoreSelf === true)) continue;
      const cb = `${String(name)}/${String(version)}`;
      socket.emit("sync", { cb, room, pos, status: "success", serverOutput: data, clientOutput: { mine: socket === caller } });
    }
  }

  #roomsOf(socket: Socket): readonly string[] {
    return [...(this.#rooms.get(socket) ?? [])];
  }

  #pos(room: string, step = 0): string {
    const next = (this.#positions.get(room) ?? 0) + step;
    this.#positions.set(room, next);
    return `epoch-${next}`;
  }

  #hangOnUpgrade(): void {
    this.#http.removeAllListeners("upgrade");
    this.#http.on("upgrade", (_, socket) => {
      socket.on("error", () => {});
      socket.on("end", () => socket.destroy()).resume();
    });
  }

  #forbid(body: () => unknown): void {
    const [serveSocketIo] = this.#http.listeners("request");
    this.#http.removeAllListeners("request");
    this.#http.on("request", (request, response) => {
      const answer = body();
      if (answer === null) return void serveSocketIo?.call(this.#http, request, response);
      response.writeHead(403, { "content-type": "application/json" }).end(JSON.stringify(answer));
    });
    this.#http.prependListener("upgrade", (_, socket) => {
      if (body() !== null) socket.destroy();
    });
  }
}

/** A payload without the name of its call. */
export function unnamed({ id, ...payload }: Heard["payload"]): Heard["payload"] {
  return payload;
}

/** An error in the form of PRODUCT §7. */
export function failure(errorCode: string, httpStatus = 400, errorParams: object = {}): object {
  return { status: "error", errorCode, errorParams, message: `Sentence of ${errorCode}.`, httpStatus };
}
