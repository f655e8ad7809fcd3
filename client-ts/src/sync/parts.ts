/** Which parts a client has. A new one is a line here; `core.ts` does not know it. */

import { Calls } from "./calls";
import { Location } from "./location";
import type { Part, PartTools } from "./part";
import { Rooms } from "./rooms";
import { SyncEvents } from "./syncEvents";

/** The parts of a client, in the order in which they hear of things. */
export interface ClientParts {
  readonly location: Location;
  readonly rooms: Rooms;
  readonly events: SyncEvents;
  readonly closing: Part;
  readonly calls: Calls;
}

/** Builds the parts of a client. */
export function clientParts(tools: PartTools): ClientParts {
  const calls = new Calls(tools);
  // The server must know what we show before it filters, and have us in our rooms before we speak there. A call that a listener
  // of a room makes when the socket is lost must find out that it has to wait, so the calls hear of that first.
  return {
    location: new Location(tools, calls),
    rooms: new Rooms(tools, calls),
    events: new SyncEvents(tools.onProblem),
    closing: { receives: { closing: ({ reason }) => tools.connection.endsFor(reason) } },
    calls,
  };
}
