/** Which parts a client has. A new one is a line here; `core.ts` does not know it. */

import { Away } from "./away";
import { Calls } from "./calls";
import { Listening } from "./listening";
import { Location } from "./location";
import { Log } from "./log";
import { offlinePolicy, type OfflineOptions } from "./offline";
import { OwnPresence } from "./ownPresence";
import { watchPageAway, type WatchAway } from "./pageAway";
import type { Part, PartTools } from "./part";
import { Presence } from "./presence";
import { Rooms } from "./rooms";
import { States } from "./states";
import { SyncEvents } from "./syncEvents";

/** The parts of a client, in the order in which they hear of things. */
export interface ClientParts {
  readonly listening: Listening;
  readonly location: Location;
  readonly away: Away;
  readonly rooms: Rooms;
  readonly presence: Presence;
  readonly ownPresence: OwnPresence;
  readonly states: States;
  readonly log: Log;
  readonly events: SyncEvents;
  readonly closing: Part;
  readonly calls: Calls;
}

/** What parts need besides their tools; a page's by default. */
export interface PartSurroundings {
  readonly watchAway?: WatchAway | undefined;
  /** Milliseconds without a sign of life; 0 or false where these do not count. */
  readonly awayAfterMs?: number | false | undefined;
  readonly offline?: OfflineOptions | undefined;
  /** The contract that the page was built with. */
  readonly contract?: string | undefined;
}

const DEFAULT_AWAY_AFTER_MS = 300_000;

/** Builds the parts of a client. */
export function clientParts(
  tools: PartTools,
  { watchAway = watchPageAway, awayAfterMs = DEFAULT_AWAY_AFTER_MS, offline, contract }: PartSurroundings = {},
): ClientParts {
  // Where nobody says who is signed in, there is nothing to keep, and nobody to wait for.
  const store = offline?.user === undefined ? null : tools.offlineStore;
  const calls = new Calls(tools, offlinePolicy(offline), store, tools.page);
  const away = new Away(tools, calls, changed => watchAway(awayAfterMs || null, changed));
  const rooms = new Rooms(tools, calls);
  const events = new SyncEvents(tools.onProblem);
  calls.holdRoom = room => rooms.hold(room, () => {});
  // The server must know what we listen to and what we show before it filters, whether anybody is here before others see us, and have us in our rooms before we speak there. A call that a listener
  // of a room makes when the socket is lost must find out that it has to wait, so the calls hear of that first.
  return {
    listening: new Listening(tools, calls, events, contract),
    location: new Location(tools, calls),
    away,
    rooms,
    presence: new Presence(tools, rooms, away),
    ownPresence: new OwnPresence(tools, calls, rooms, away),
    states: new States(tools, calls, rooms),
    log: new Log(tools, calls),
    events,
    closing: { receives: { closing: ({ reason, reconnectInMs }) => tools.connection.endsFor(reason, reconnectInMs) } },
    calls,
  };
}
