/** What a client is made of: parts, each of which hears what happens to the connection and what the server sends. */

import type { Connection } from "../socket/connection";
import type { WireFailure } from "../wire/answers";
import type { ServerFrames } from "../wire/frames";
import type { ClientFailure } from "./clientFailure";
import type { OfflineStore } from "./offlineStore";
import type { OnOutdated } from "./outdated";
import type { OnProblem } from "./problems";

/** Up to where a page has seen what happened in a room. */
export interface RoomPlace {
  /** The last place in the order of the room. */
  readonly pos: string;
  /** What proves to another server that this page was there; null where there is no other one. */
  readonly membership: string | null;
}

/**
 * A part of a client. It hears what it has a function for, before the status of the connection says the same.
 *
 * Parts hear in the order of `parts.ts`; of a loss in the opposite order, so that what was built on others ends before them.
 */
export interface Part {
  /** Somebody asked for a connection: a socket will come, and what stood in the way of the last one says nothing any more. */
  started?(): void;
  /** There is a new socket, and the server knows nothing of us yet. What is sent now arrives in the order sent. */
  opened?(): void;
  /** The socket is gone, and with it its seats and every answer that was still to come. */
  lost?(): void;
  /** There is no socket, and none will come by itself: `failure` is what everybody who waits for one is told. */
  stopped?(failure: WireFailure): void;
  /** Up to where it has seen what happened in each room, for the page that comes after this one. */
  places?(): ReadonlyMap<string, RoomPlace>;
  /** What it does with each event of the server that concerns it; the frame has been read. */
  readonly receives?: Receives;
}

/** A function for each event of the server, or for some. */
export type Receives = { readonly [Event in keyof ServerFrames]?: (frame: ServerFrames[Event]) => void };

/** What every part may use of its client. */
export interface PartTools {
  readonly connection: Connection;
  /** Makes the errors of this client, in the reader's language. */
  readonly failure: ClientFailure;
  /** Why nothing can be sent before somebody connects again; null when there is a socket, or waiting for one makes sense. */
  readonly blocked: () => WireFailure | null;
  readonly onProblem: OnProblem;
  readonly onOutdated: OnOutdated;
  /** For what nobody waits for, in milliseconds. */
  readonly defaultTimeoutMs: number;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** What outlives the page; null where nothing does. */
  readonly offlineStore: OfflineStore | null;
  /** The name of this page: one that is loaded again has another, though its tab has not. */
  readonly page: string;
  /** Up to where the page that was in this tab before had seen what happened in its rooms. */
  readonly placesBefore: ReadonlyMap<string, RoomPlace>;
}
