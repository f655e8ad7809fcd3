/** A stock Socket.IO client that keeps what arrives in order. Nothing of ours is in it: what it can do, anybody's client can. */
import { Agent } from "node:http";
import { io, type Socket } from "socket.io-client";

/** A wait that takes longer than this is a failure. */
const PATIENCE_MS = 10_000;

/** Anything in JSON that a test looks into. */
export type Json = Readonly<Record<string, unknown>>;

/** A `sync` event as it arrived. */
export interface Frame extends Json {
  readonly cb: string;
  readonly room: string;
  readonly pos: string;
}

export interface PeerOptions {
  readonly token?: string;
  readonly lang?: string;
  /** The whole `auth` of the handshake, instead of `token` and `lang`; a function is asked anew for each connection. */
  readonly auth?: unknown;
  readonly transports?: readonly ("polling" | "websocket")[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly namespace?: string;
  /** Which address of this machine it comes from, such as `127.0.0.2`. */
  readonly from?: string;
  /** Where to connect to instead of the server itself. */
  readonly url?: string;
}

export interface CallOptions {
  readonly ignoreSelf?: unknown;
  readonly [field: string]: unknown;
}

export class Peer {
  readonly socket: Socket;
  /** Every event that the server sent, in order, with its arguments. */
  readonly heard: (readonly unknown[])[] = [];
  readonly #frames: Frame[] = [];
  readonly #waiting: ((frame: Frame) => void)[] = [];

  constructor(url: string, { token, lang, auth, transports, headers, namespace = "/", from }: PeerOptions = {}) {
    this.socket = io(url + namespace, {
      auth: (auth ?? { ...(token !== undefined && { token }), ...(lang !== undefined && { lang }) }) as Json,
      ...(transports !== undefined && { transports: [...transports] }),
      ...(headers !== undefined && { extraHeaders: { ...headers } }),
      ...(from !== undefined && { agent: new Agent({ localAddress: from, keepAlive: true }) as unknown as string }),
      forceNew: true,
      reconnectionDelay: 20,
      reconnectionDelayMax: 100,
    });
    this.socket.onAny((...event: unknown[]) => this.heard.push(event));
    this.socket.on("sync", (frame: Frame) => {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#frames.push(frame);
      else waiting(frame);
    });
  }

  /** Waits until it is connected; throws what the server said when it refuses. */
  async connected(): Promise<this> {
    if (this.socket.connected) return this;
    const [event, error] = await this.#first("connect", "connect_error");
    if (event === "connect_error") throw error;
    return this;
  }

  /** Waits until it has come back by itself, however many attempts that takes. */
  async reconnected(): Promise<void> {
    if (!this.socket.connected) await this.#first("connect");
  }

  /** Waits until the server has refused a connection. */
  async refused(): Promise<Error & { readonly description?: unknown }> {
    const [, error] = await this.#first("connect_error");
    return error as Error;
  }

  /** Waits until the connection is lost, and says why. */
  async disconnected(): Promise<string> {
    const [, reason] = await this.#first("disconnect");
    return String(reason);
  }

  /** Says by which transport it is connected at the moment. */
  get transport(): string {
    return this.socket.io.engine.transport.name;
  }

  /** Sends an event and waits for its acknowledgement. */
  async call(event: string, ...payload: unknown[]): Promise<Json> {
    return (await this.socket.timeout(PATIENCE_MS).emitWithAck(event, ...payload)) as Json;
  }

  /** Calls a route, such as `chat/sendMessage/v1`. */
  sync(route: string, receiver: string, data?: unknown, options: CallOptions = {}): Promise<Json> {
    const slash = route.lastIndexOf("/");
    const [name, version] = [route.slice(0, slash), route.slice(slash + 1)];
    return this.call("sync", { name, version, receiver, ...(data !== undefined && { data }), ...options });
  }

  async join(room: string): Promise<Json> {
    const answer = await this.call("joinRoom", { room });
    if (answer.status !== "success") throw new Error(`\`${room}\` was not entered: ${JSON.stringify(answer)}`);
    return answer;
  }

  /** Says which page this peer shows. */
  async show(pathName: string): Promise<this> {
    await this.call("updateLocation", { pathName, searchParams: {} });
    return this;
  }

  /** Takes the next `sync` event, waiting for it if need be. */
  frame(): Promise<Frame> {
    const frame = this.#frames.shift();
    if (frame !== undefined) return Promise.resolve(frame);
    return new Promise((resolve, reject) => {
      const waiting = (frame: Frame) => {
        clearTimeout(timer);
        resolve(frame);
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(new Error("no event arrived"));
      }, PATIENCE_MS);
      this.#waiting.push(waiting);
    });
  }

  async frames(count: number): Promise<Frame[]> {
    const frames: Frame[] = [];
    while (frames.length < count) frames.push(await this.frame());
    return frames;
  }

  close(): void {
    this.socket.disconnect();
  }

  /** Waits for the first of these events, and returns its name with its arguments. */
  #first(...events: SocketEvent[]): Promise<unknown[]> {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        for (const [event, listener] of listeners) this.socket.off(event, listener);
      };
      const listeners = events.map((event) => {
        const listener = (...values: unknown[]) => {
          end();
          resolve([event, ...values]);
        };
        this.socket.on(event, listener);
        return [event, listener] as const;
      });
      const timer = setTimeout(() => {
        end();
        reject(new Error(`none of these happened: ${events.join(", ")}`));
      }, PATIENCE_MS);
    });
  }
}

type SocketEvent = "connect" | "connect_error" | "disconnect";
