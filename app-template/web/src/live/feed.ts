/**
 * What this tab has received, newest last.
 *
 * An *event* is a frame of a room; an *error frame* is one that the filter turned into an error for this tab; an *answer*
 * is the reply to a call made here. The feed keeps them as they came and derives the few things that pages show.
 */
import type {
  SyncClientOutput,
  SyncName,
  SyncPagePath,
  SyncServerOutput,
  SyncVersion,
} from "../_sockets/apiTypes.generated";

/** One member of this union for each route and version, told apart by `route`. */
export type AppEvent = {
  [P in SyncPagePath]: {
    [N in SyncName<P>]: {
      [V in SyncVersion<P, N>]: {
        readonly route: `${P}/${N}/${V}`;
        readonly serverOutput: SyncServerOutput<P, N, V>;
        readonly clientOutput: SyncClientOutput<P, N, V>;
      };
    }[SyncVersion<P, N>];
  }[SyncName<P>];
}[SyncPagePath];

export type EventRoute = AppEvent["route"];
export type EventOf<R extends EventRoute> = Extract<AppEvent, { readonly route: R }>;

/** What an error looks like here, whichever door or stage it came from. */
export interface ShownError {
  readonly errorCode: string;
  readonly errorParams: unknown;
  readonly message: string;
  /** Absent from frames and from what the client decided by itself. */
  readonly httpStatus?: number | undefined;
}

export type FeedItem =
  | { readonly kind: "event"; readonly room: string; readonly event: AppEvent }
  | { readonly kind: "error"; readonly room: string; readonly route: EventRoute; readonly error: ShownError }
  | {
      readonly kind: "answer";
      readonly room: string;
      readonly route: string;
      readonly tookMs: number;
      readonly result: unknown;
      readonly error: ShownError | null;
    };

export type FeedEntry = FeedItem & {
  /** Counts from 1 in this tab. */
  readonly id: number;
  readonly at: Date;
};

export interface Feed {
  readonly entries: readonly FeedEntry[];
  readonly nextId: number;
}

export const EMPTY_FEED: Feed = { entries: [], nextId: 1 };

/** The oldest entries are forgotten beyond this many. */
export const FEED_LIMIT = 300;

export function appendToFeed(feed: Feed, item: FeedItem, at: Date): Feed {
  const entry: FeedEntry = { ...item, id: feed.nextId, at };
  return { entries: [...feed.entries, entry].slice(-FEED_LIMIT), nextId: feed.nextId + 1 };
}

/** An event together with when it came. */
export interface Received<E extends AppEvent> {
  readonly id: number;
  readonly at: Date;
  readonly event: E;
}

/** The events of some routes in one room, oldest first. */
export function eventsIn<R extends EventRoute>(feed: Feed, room: string, ...routes: R[]): readonly Received<EventOf<R>>[] {
  return feed.entries.flatMap((entry) =>
    entry.kind === "event" && entry.room === room && isOneOf(entry.event, routes)
      ? [{ id: entry.id, at: entry.at, event: entry.event }]
      : [],
  );
}

function isOneOf<R extends EventRoute>(event: AppEvent, routes: readonly R[]): event is EventOf<R> {
  return routes.some((route) => route === event.route);
}
