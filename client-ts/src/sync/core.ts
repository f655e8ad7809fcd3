/** A client before types: a connection and its parts. It brings what happens to each part, and knows none of them. */

import { DEFAULT_BACKOFF } from "../socket/backoff";
import { Connection, type ConnectionEvents } from "../socket/connection";
import type { OpenSocket } from "../socket/socket";
import { socketOpener, type SocketOptions } from "../socket/socketOpener";
import { onPageWake, type OnWake } from "../socket/wake";
import { tabStore, type TextStore } from "../socket/webSocketMemory";
import type { WireFailure } from "../wire/answers";
import { isServerEvent, parseFrame, type ServerFrames } from "../wire/frames";
import type { Handshake } from "../wire/payloads";
import type { CallLimits } from "./answer";
import { clientFailures, refusalFailure } from "./clientFailure";
import type { Limits } from "./deadline";
import { Listeners } from "./listeners";
import type { WatchAway } from "./pageAway";
import { PageMemory, watchPageLeaving, type WatchLeaving } from "./pageMemory";
import { browserStore, type OfflineStore } from "./offlineStore";
import type { Part, PartTools } from "./part";
import { outdatedOnce } from "./outdated";
import { guarded, logProblem, type OnProblem } from "./problems";
import type { SyncOptions } from "./syncClient";
import { newTabName } from "./tabName";

/** What differs between a page and a test. */
export interface SyncSurroundings {
  readonly openSocket?: OpenSocket;
  readonly onWake?: OnWake;
  readonly watchAway?: WatchAway;
  readonly watchLeaving?: WatchLeaving;
  /** Where a page leaves notes for the next one in its tab. */
  readonly store?: TextStore;
  /** Where calls are kept that wait for a connection; null is nowhere. */
  readonly offlineStore?: OfflineStore | null;
  /** From 0 to below 1. */
  readonly random?: () => number;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_CONNECT_TIMEOUT_MS = 20_000;

/** A connection and the parts that live on it, in the order in which they hear. */
export class Core<Parts extends { readonly [Name in keyof Parts]: Part }> {
  readonly connection: Connection;
  readonly parts: Parts;
  /** Told after each change of the connection's status. */
  readonly statusListeners: Listeners<[]>;
  /** The same parts, without their names. */
  readonly #parts: readonly Part[];
  readonly #onProblem: OnProblem;
  readonly #autoConnect: boolean;
  readonly #timeoutMs: number;
  readonly #lang: () => string | undefined;
  /** A page that is loaded anew has another one, though its tab has not. */
  readonly #page = newTabName();
  #lastCall = 0;

  constructor(
    { openSocket, onWake, random = Math.random, store = tabStore, watchLeaving = watchPageLeaving, offlineStore }: SyncSurroundings,
    options: SyncOptions,
    build: (tools: PartTools) => Parts,
  ) {
    const memory = new PageMemory(store, serverOf(options));
    const before = memory.take();
    const tab = before?.tab ?? newTabName();
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#autoConnect = options.autoConnect ?? true;
    this.#onProblem = guarded(options.onProblem ?? logProblem);
    this.#lang = () => languageOf(options) ?? browserLanguage();

    this.connection = new Connection({
      openSocket: openSocket ?? socketOpener(socketOptions(options, tab)),
      onWake: onWake ?? onPageWake,
      random,
      backoff: { ...DEFAULT_BACKOFF, ...options.backoff },
      describe: refusal => refusalFailure(refusal, this.#lang()),
      events: this.#connectionEvents(),
    });

    this.statusListeners = new Listeners(this.#onProblem);
    this.connection.subscribe(() => this.statusListeners.tell());

    this.parts = build({
      connection: this.connection,
      failure: clientFailures(this.#lang),
      blocked: () => this.#blocked(),
      onProblem: this.#onProblem,
      onOutdated: outdatedOnce(options.onOutdated, this.#onProblem),
      defaultTimeoutMs: this.#timeoutMs,
      random,
      offlineStore: offlineStore === undefined ? browserStore(serverOf(options), this.#page) : offlineStore,
      page: this.#page,
      placesBefore: before?.places ?? new Map(),
    });
    this.#parts = Object.values<Part>(this.parts);
    memory.leave(watchLeaving, () => ({ tab, places: new Map(this.#parts.flatMap(part => [...(part.places?.() ?? [])])) }));
  }

  /** Something needs a connection. */
  use(): void {
    if (this.#autoConnect && this.connection.getSnapshot().status === "idle") this.connection.connect();
  }

  /** A name for a call that no other of this session has. */
  newCallId(): string {
    this.#lastCall += 1;
    return `${this.#page}-${this.#lastCall.toString(36)}`;
  }

  /** The limits of a call, with the defaults filled in. */
  limits({ timeoutMs = this.#timeoutMs, signal }: CallLimits = {}): Limits {
    return { timeoutMs, signal };
  }

  #connectionEvents(): ConnectionEvents {
    return {
      started: () => this.#parts.forEach(part => part.started?.()),
      opened: () => this.#parts.forEach(part => part.opened?.()),
      lost: () => [...this.#parts].reverse().forEach(part => part.lost?.()),
      stopped: () => {
        const failure = this.#blocked();
        if (failure !== null) this.#parts.forEach(part => part.stopped?.(failure));
      },
      unable: error => this.#onProblem({ kind: "cannot-connect", error }),
      received: (event, message) => {
        // Events that this version does not know come from a newer server.
        if (isServerEvent(event)) this.#received(event, message);
      },
    };
  }

  #received<Event extends keyof ServerFrames>(event: Event, message: unknown): void {
    const frame = parseFrame(event, message);
    if (frame.ok) this.#parts.forEach(part => part.receives?.[event]?.(frame.value));
    else this.#onProblem({ kind: "unreadable-message", event, problem: frame.problem });
  }

  /** Why no call can be made before somebody connects again; null when there is or will be a socket. */
  #blocked(): WireFailure | null {
    const status = this.connection.getSnapshot();
    if (status.status === "closed") return clientFailures(this.#lang)("sync-disconnected");
    if (status.status !== "refused") return null;
    return refusalFailure(status, this.#lang());
  }
}

function socketOptions(options: SyncOptions, tab: string): SocketOptions {
  return {
    url: options.url,
    path: options.path ?? "/socket.io",
    transports: options.transports ?? ["websocket", "polling"],
    withCredentials: options.withCredentials ?? false,
    openTimeoutMs: options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
    handshake: () => handshake(tab, options.token?.(), options.lang?.()),
  };
}

function serverOf({ url = "", path = "/socket.io" }: SyncOptions): string {
  return `${url}${path}`;
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
