/** The React hooks of one app: thin, over the client that they are made from. */

import type { ConnectionStatus } from "../socket/status";
import type { RoomStatus, SyncClient } from "../sync/syncClient";
import { connectionStatusHook } from "./useConnectionStatus";
import { roomHook } from "./useRoom";
import { syncEventsHook, type SyncEventHook } from "./useSyncEvents";

/** The hooks of one app; each can be taken out of the object. */
export interface SyncHooks<Map, Code extends string = string> {
  /**
   * Callbacks for events, for as long as the component is mounted.
   *
   * The object and its function stay the same over all renders. Within one component, a second callback for the same route
   * and version takes the place of the first, so it may be called in the body of the component, where every render brings
   * its newest closure, or in an effect or event handler. It stays until the component unmounts or its undo is called: a
   * route that comes and goes belongs in an effect that returns the undo. For two callbacks of one route, use the hook twice.
   *
   * @example
   * ```tsx
   * const { upsertSyncEventCallback } = useSyncEvents();
   * upsertSyncEventCallback({
   *   name: "examples/updateCounter", version: "v1",
   *   callback: ({ serverOutput }) => setValue(serverOutput.newValue),
   * });
   * ```
   */
  readonly useSyncEvents: () => SyncEventHook<Map, Code>;

  /** Where the connection stands; `idle` on the server. */
  readonly useConnectionStatus: () => ConnectionStatus;

  /**
   * Is in `room` from mount to unmount, together with all other components that use it; `null` is in none and answers `idle`.
   *
   * @example
   * ```tsx
   * const room = useRoom(`game-room-${id}`);
   * if (room.status === "error") return <p>{room.error.message}</p>;
   * ```
   */
  readonly useRoom: (room: string | null) => RoomStatus<Code>;
}

/**
 * Makes the hooks of one app from its client.
 *
 * @example
 * ```ts
 * export const sync = createSync<SyncTypeMap, ErrorCode>();
 * export const { useSyncEvents, useConnectionStatus, useRoom } = createSyncHooks(sync);
 * ```
 */
export function createSyncHooks<Map, Code extends string>(sync: SyncClient<Map, Code>): SyncHooks<Map, Code> {
  return {
    useSyncEvents: syncEventsHook(sync.upsertSyncEventCallback),
    useConnectionStatus: connectionStatusHook(sync.status),
    useRoom: roomHook(sync),
  };
}
