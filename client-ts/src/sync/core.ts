/** The parts of a client, built and connected; what passes between them is not typed by the app's routes yet. */

import { DEFAULT_BACKOFF } from "../socket/backoff";
import { Connection, type ConnectionEvents } from "../socket/connection";
import type { OpenSocket } from "../socket/socket";
import { socketOpener, type SocketOptions } from "../socket/socketOpener";
import { onPageWake, type OnWake } from "../socket/wake";
import type { CallAnswer, WireFailure } from "../wire/answers";
import { parseClosing, parseSyncFrame } from "../wire/frames";
import type { Handshake } from "../wire/payloads";
import type { Read } from "../wire/read";
import type { CallLimits } from "./answer";
import { Calls } from "./calls";
import { clientFailures, refusalFailure } from "./clientFailure";
import type { Limits } from "./deadline";
import { Listeners } from "./listeners";
import { Location } from "./location";
import { guarded, logProblem, type OnProblem } from "./problems";
import { Rooms } from "./rooms";
import type { SyncOptions } from "./syncClient";
import { SyncEvents } from "./syncEvents";
import { SyncRequests, type UntypedRequest } from "./syncRequest";
import { newTabName } from "./tabName";

/** What differs between a page and a test. */
export interface SyncSurroundings {
  readonly openSocket?: OpenSocket;
  readonly onWake?: OnWake;
  /** From 0 to below 1. */
  readonly random?: () => number;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_CONNECT_TIMEOUT_MS = 20_000;

/** The parts of a client, connected, before types. */
export class Core {
  readonly connection: Connection;
  readonly events: SyncEvents;
  readonly rooms: Rooms;
  readonly location: Location;
  /** Told after each change of the connection's status. */
  readonly statusListeners: Listeners<[]>;
  readonly #requests: SyncRequests;
  readonly #calls: Calls;
  readonly #onProblem: OnProblem;
  readonly #autoConnect: boolean;
  readonly #timeoutMs: number;
  readonly #lang: () => string | undefined;

  constructor({ openSocket, onWake, random }: SyncSurroundings, options: SyncOptions) {
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#autoConnect = options.autoConnect ?? true;
    this.#onProblem = guarded(options.onProblem ?? logProblem);
    this.#lang = () => languageOf(options) ?? browserLanguage();

    this.connection = new Connection({
      openSocket: openSocket ?? socketOpener(socketOptions(options)),
      onWake: onWake ?? onPageWake,
      random: random ?? Math.random,
      backoff: { ...DEFAULT_BACKOFF, ...options.backoff },
      describe: refusal => refusalFailure(refusal, this.#lang()),
      events: this.#connectionEvents(),
    });

    this.statusListeners = new Listeners(this.#onProblem);
    this.connection.subscribe(() => this.statusListeners.tell());

    const failure = clientFailures(this.#lang);
    const parts = {
      connection: this.connection,
      failure,
      blocked: () => this.#blocked(),
      isOpen: () => this.connection.isOpen,
      onProblem: this.#onProblem,
      defaultTimeoutMs: this.#timeoutMs,
      random: random ?? Math.random,
    };
    const calls = new Calls(parts);
    this.#calls = calls;
    this.events = new SyncEvents(this.#onProblem);
    this.rooms = new Rooms({ ...parts, calls });
    this.location = new Location({ ...parts, calls });
    this.#requests = new SyncRequests(calls);
  }

  /** Something needs a connection. */
  use(): void {
    if (this.#autoConnect && this.connection.getSnapshot().status === "idle") this.connection.connect();
  }

  /** Calls a route. */
  request(request: UntypedRequest, limits: CallLimits): Promise<CallAnswer> {
    this.use();
    return this.#requests.send(request, this.limits(limits));
  }

  /** The limits of a call, with the defaults filled in. */
  limits({ timeoutMs = this.#timeoutMs, signal }: CallLimits = {}): Limits {
    return { timeoutMs, signal };
  }

  #connectionEvents(): ConnectionEvents {
    return {
      started: () => this.rooms.started(),
      opened: () => {
        // The server must know what we show before it filters, and have us in our rooms before we speak there.
        this.location.opened();
        this.rooms.opened();
        this.#calls.opened();
      },
      lost: () => {
        // A call made by a listener of a room must find out that it has to wait.
        this.#calls.lost();
        this.rooms.lost();
      },
      stopped: () => {
        const failure = this.#blocked();
        if (failure === null) return;
        this.location.stopped(failure);
        this.rooms.stopped(failure);
        this.#calls.stopped(failure);
      },
      unable: error => this.#onProblem({ kind: "cannot-connect", error }),
      received: (event, message) => this.#received(event, message),
    };
  }

  #received(event: string, message: unknown): void {
    // Events that this version does not know come from a newer server.
    if (event === "sync") {
      this.#readable(event, parseSyncFrame(message), frame => {
        if (frame.status !== "stream") this.rooms.seen(frame.room, frame.pos);
        this.events.deliver(frame);
      });
    } else if (event === "closing") {
      this.#readable(event, parseClosing(message), ({ reason }) => this.connection.endsFor(reason));
    }
  }

  #readable<Frame>(event: string, frame: Read<Frame>, then: (frame: Frame) => void): void {
    if (frame.ok) then(frame.value);
    else this.#onProblem({ kind: "unreadable-message", event, problem: frame.problem });
  }

  /** Why no call can be made before somebody connects again; null when there is or will be a connection. */
  #blocked(): WireFailure | null {
    const status = this.connection.getSnapshot();
    if (status.status === "closed") return clientFailures(this.#lang)("sync-disconnected");
    if (status.status !== "refused") return null;
    return refusalFailure(status, this.#lang());
  }
}

function socketOptions(options: SyncOptions): SocketOptions {
  const tab = newTabName();
  return {
    url: options.url,
    path: options.path ?? "/socket.io",
    transports: options.transports ?? ["websocket", "polling"],
    withCredentials: options.withCredentials ?? false,
    openTimeoutMs: options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
    handshake: () => handshake(tab, options.token?.(), options.lang?.()),
  };
}

function handshake(tab: string, token: string | null | undefined, lang: string | null | undefined): Handshake {
  return { ...(token != null && { token }), ...(lang != null && { lang }), tab };
}

/** For sentences, where an app's `lang` that throws must not turn an error into an exception. */
function languageOf({ lang }: SyncOptions): string | null | undefined {
  try {
    return lang?.();
  } catch {
    return undefined;
  }
}

function browserLanguage(): string | undefined {
  return typeof navigator === "undefined" ? undefined : navigator.language;
}
