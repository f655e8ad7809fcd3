/** A scope that somebody here reads, or read a moment ago. */

import { Listeners } from "../sync/listeners";
import type { OnProblem } from "../sync/problems";
import type { KeptScope } from "./keeper";
import { Copy, type FindMutator, type KeyOf } from "./copy";
import type { ScopeStatus } from "./storeTypes";

export type Timer = ReturnType<typeof setTimeout>;

/** Where a scope stands with the server, and why it cannot be had. */
export type Standing = Pick<ScopeStatus, "status" | "error">;

export interface OpenScope {
  readonly name: string;
  readonly copy: Copy;
  readonly listeners: Listeners<[]>;
  cursor: number;
  epoch: string;
  /** There is a copy, however old. */
  isKnown: boolean;
  /** There was no room to keep the copy: it lives as long as the page. */
  isUnkept: boolean;
  standing: Standing;
  shown: ScopeStatus;
  holders: number;
  /** Lets go of it when nobody has read it for a while. */
  leaving: Timer | undefined;
  /** Whether this socket is told when there is more of it. */
  subscription: "none" | "asked" | "held";
  /** It was taken away while it was asked for, which was the one or the other of the two. */
  isDoubtful: boolean;
  isReading: boolean;
  /** There is more than when reading began. */
  readsAgain: boolean;
  failures: number;
  retry: Timer | undefined;
}

export const NOT_YET: ScopeStatus = { cursor: 0, pending: 0, rejected: [], status: "offline", error: null };

/** What is the same for all scopes of a store. */
export interface ScopeParts {
  readonly find: FindMutator;
  readonly keyOf: KeyOf;
  readonly onProblem: OnProblem;
}

/** A scope of which nothing is known yet. */
export function newScope(name: string, standing: Standing, { find, keyOf, onProblem }: ScopeParts): OpenScope {
  const failed = (guess: { name: string; version: string }, error: unknown): void =>
    onProblem({ kind: "callback-failed", route: `${guess.name}/${guess.version}`, error });
  return {
    name,
    copy: new Copy(name, find, keyOf, failed),
    listeners: new Listeners(onProblem),
    cursor: 0,
    epoch: "",
    isKnown: false,
    isUnkept: false,
    standing,
    shown: NOT_YET,
    holders: 0,
    leaving: undefined,
    subscription: "none",
    isDoubtful: false,
    isReading: false,
    readsAgain: false,
    failures: 0,
    retry: undefined,
  };
}

/** All that the server has told of it. */
export function toldOf({ cursor, epoch, copy }: OpenScope): KeptScope {
  return { cursor, epoch, entities: copy.told() };
}
