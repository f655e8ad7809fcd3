/** The client of one app: its parts, typed by the app's routes. */

import type { SyncLocation } from "../wire/payloads";
import { requestLane, type ApiRequest } from "./apiRequest";
import { asAppAnswer, type SyncFailure } from "./answer";
import { Core, type SyncSurroundings } from "./core";
import { laneCall } from "./lane";
import { clientParts } from "./parts";
import type { NoPresence, PresenceTypesOf, RoomPresence } from "./presenceTypes";
import type { ApiTypes, NoRoutes, RouteName, RouteVersion, StateTypes, TypeMapOf } from "./routes";
import { stateHandles } from "./states";
import type { StateOf } from "./stateTypes";
import type { LocationOptions, RoomStatus, SyncClient, SyncOptions } from "./syncClient";
import { untypedCallbacks, type SyncEventOptions } from "./syncEvents";
import { eventLane, type SyncRequest } from "./syncRequest";

/**
 * Makes the client of one app; connects on first use.
 *
 * `Map`, `Code`, `Api`, `Presence` and `States` are `SyncTypeMap`, `ErrorCode`, `ApiTypeMap`, `PresenceTypes` and `StateTypeMap` of the generated
 * `apiTypes.generated.ts`: with them a wrong route, version, payload, field or room does not compile. Those at the end can be left out, by an app
 * that has no such files or none of whose rules has `presence`; `NoRoutes` and `NoPresence` stand for one in the middle.
 *
 * @example
 * ```ts
 * import { createSync } from "syncwright";
 * import { contract, type ApiTypeMap, type ErrorCode, type PresenceTypes, type SyncTypeMap } from "./apiTypes.generated";
 *
 * export const sync = createSync<SyncTypeMap, ErrorCode, ApiTypeMap, PresenceTypes>({ contract });
 * export const { syncRequest, apiRequest, joinRoom, leaveRoom, upsertSyncEventCallback } = sync;
 * ```
 */
export function createSync<
  Map extends TypeMapOf<Map>,
  Code extends string = string,
  Api extends TypeMapOf<Api, ApiTypes> = NoRoutes,
  Presence extends PresenceTypesOf = NoPresence,
  States extends TypeMapOf<States, StateTypes> = NoRoutes,
>(options: SyncOptions = {}): SyncClient<Map, Code, Api, Presence, States> {
  return createSyncIn({}, options);
}

/** As {@link createSync}, with surroundings of the caller's choice. */
export function createSyncIn<
  Map extends TypeMapOf<Map>,
  Code extends string = string,
  Api extends TypeMapOf<Api, ApiTypes> = NoRoutes,
  Presence extends PresenceTypesOf = NoPresence,
  States extends TypeMapOf<States, StateTypes> = NoRoutes,
>(surroundings: SyncSurroundings, options: SyncOptions): SyncClient<Map, Code, Api, Presence, States> {
  const { watchAway } = surroundings;
  const { awayAfterMs, contract, offline } = options;
  const core = new Core(surroundings, options, tools => clientParts(tools, { watchAway, awayAfterMs, contract, offline }));
  const { connection } = core;
  const { calls, events, location, log, ownPresence, presence, rooms, states } = core.parts;
  const stateOf = stateHandles(core, states) as StateOf<States, Code>;

  return {
    syncRequest: laneCall(core, eventLane) as SyncRequest<Map, Code>,
    apiRequest: laneCall(core, requestLane) as ApiRequest<Api, Code>,
    upsertSyncEventCallback: <Name extends RouteName<Map>, Version extends RouteVersion<Map, Name>>(
      event: SyncEventOptions<Map, Code, Name, Version>,
    ) => {
      core.use();
      return events.on(`${event.name}/${event.version}`, untypedCallbacks(event));
    },
    stateOf,
    openState: options => {
      const state = stateOf(options);
      const close = state.subscribe(() => {});
      return { ...state, close };
    },
    log: log.connection(() => core.use()),
    joinRoom: async (room, limits) => {
      core.use();
      return asAppAnswer(await rooms.join(room, core.limits(limits)));
    },
    leaveRoom: async (room, limits) => asAppAnswer(await rooms.leave(room, core.limits(limits))),
    joinedRooms: async limits => {
      core.use();
      return asAppAnswer(await rooms.joined(core.limits(limits)));
    },
    holdRoom: (room, changed = () => {}) => {
      core.use();
      return rooms.hold(room, changed);
    },
    roomStatus: room => rooms.status(room) as RoomStatus<Code>,
    onGap: callback => rooms.gaps.on(room => callback({ room })),
    onRoomLost: callback => rooms.losses.on((room, error) => callback({ room, error: error as SyncFailure<Code> })),
    holdPresence: (room, changed = () => {}) => {
      core.use();
      return presence.hold(room, changed);
    },
    roomPresence: room => presence.roster(room) as RoomPresence<Presence>,
    setPresence: async (room, data, limits) => {
      core.use();
      return asAppAnswer(await ownPresence.set(room, data, core.limits(limits)));
    },
    updateLocation: async (shown, limits) => {
      core.use();
      return asAppAnswer(await location.update(plainLocation(shown), core.limits(limits)));
    },
    status: {
      getSnapshot: connection.getSnapshot,
      subscribe: changed => {
        const undo = core.statusListeners.on(changed);
        core.use();
        return undo;
      },
    },
    offlineCalls: { getSnapshot: calls.offline.getSnapshot, subscribe: changed => calls.offline.listeners.on(changed) },
    onDrop: callback => calls.drops.on((call, reason) => callback({ call, reason })),
    connect: () => connection.connect(),
    reconnect: () => {
      calls.disown();
      connection.reconnect();
    },
    disconnect: () => connection.disconnect(),
  };
}

function plainLocation({ pathName, searchParams = {} }: LocationOptions): SyncLocation {
  if (!(searchParams instanceof URLSearchParams)) return { pathName, searchParams: { ...searchParams } };
  const names = [...new Set(searchParams.keys())];
  return { pathName, searchParams: Object.fromEntries(names.map(name => [name, searchParams.get(name) ?? ""])) };
}
