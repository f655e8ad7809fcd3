/** The way to the durable data of scopes: what a store asks the server, and what it hears unasked. */

import {
  parsePullAnswer,
  parsePushAnswer,
  parseSnapshotAnswer,
  parseSubscribeAnswer,
  type Poke,
  type Pull,
  type PullAnswer,
  type Push,
  type PushAnswer,
  type Snapshot,
  type SnapshotAnswer,
  type Subscribe,
  type SubscribeAnswer,
  type Unsubscribed,
} from "../wire/log";
import { parsePlainAnswer } from "../wire/answers";
import type { Read } from "../wire/read";
import type { WireFailure } from "../wire/answers";
import type { ClientEvent, ClientPayloads } from "../wire/payloads";
import type { Calls } from "./calls";
import { Listeners } from "./listeners";
import type { Part, PartTools, Receives } from "./part";
import type { OnProblem } from "./problems";

/** What `createStore` is made of. Every question ends at once with `sync-disconnected` where there is no connection. */
export interface LogConnection {
  /** Connects, unless that is under way. */
  readonly use: () => void;
  readonly isOpen: () => boolean;
  readonly push: (push: Push) => Promise<PushAnswer>;
  readonly pull: (pull: Pull) => Promise<PullAnswer>;
  readonly snapshot: (snapshot: Snapshot) => Promise<SnapshotAnswer>;
  readonly subscribe: (subscribe: Subscribe) => Promise<SubscribeAnswer>;
  readonly unsubscribe: (scopes: readonly string[]) => void;
  /** Calls back for each poke; returns its own undo. */
  readonly onPoke: (heard: (poke: Poke) => void) => () => void;
  /** Calls back for each scope that this socket is poked about no more, though nobody has asked for that; returns its own undo. */
  readonly onUnsubscribed: (heard: (unsubscribed: Unsubscribed) => void) => () => void;
  /** Calls back for each new socket (true), and when it is gone (false); returns its own undo. */
  readonly onOpen: (changed: (isOpen: boolean) => void) => () => void;
  readonly onProblem: OnProblem;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/** The part of a client that stores use. */
export class Log implements Part {
  readonly #tools: PartTools;
  readonly #calls: Calls;
  readonly #pokes: Listeners<[Poke]>;
  readonly #unsubscribed: Listeners<[Unsubscribed]>;
  readonly #openings: Listeners<[boolean]>;
  readonly receives: Receives = {
    poke: poke => this.#pokes.tell(poke),
    unsubscribed: unsubscribed => this.#unsubscribed.tell(unsubscribed),
  };

  constructor(tools: PartTools, calls: Calls) {
    this.#tools = tools;
    this.#calls = calls;
    this.#pokes = new Listeners(tools.onProblem);
    this.#unsubscribed = new Listeners(tools.onProblem);
    this.#openings = new Listeners(tools.onProblem);
  }

  opened(): void {
    this.#openings.tell(true);
  }

  lost(): void {
    this.#openings.tell(false);
  }

  /** The way for a store; `use` connects. */
  connection(use: () => void): LogConnection {
    return {
      use,
      isOpen: () => this.#tools.connection.isOpen,
      push: push => this.#ask("push", push, parsePushAnswer),
      pull: pull => this.#ask("pull", pull, parsePullAnswer),
      snapshot: snapshot => this.#ask("snapshot", snapshot, parseSnapshotAnswer),
      subscribe: subscribe => this.#ask("subscribe", subscribe, parseSubscribeAnswer),
      unsubscribe: scopes => {
        if (this.#tools.connection.isOpen) void this.#ask("unsubscribe", { scopes }, parsePlainAnswer);
      },
      onPoke: heard => this.#pokes.on(heard),
      onUnsubscribed: heard => this.#unsubscribed.on(heard),
      onOpen: changed => this.#openings.on(changed),
      onProblem: this.#tools.onProblem,
      random: this.#tools.random,
    };
  }

  #ask<Event extends ClientEvent, Answer>(
    event: Event,
    payload: ClientPayloads[Event],
    parse: (message: unknown) => Read<Answer>,
  ): Promise<Answer | WireFailure> {
    const limits = { timeoutMs: this.#tools.defaultTimeoutMs, signal: undefined };
    return new Promise(answered => this.#calls.callNow(event, payload, parse, limits, answered));
  }
}
