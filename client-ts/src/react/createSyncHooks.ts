/** The React hooks of one app: thin, over the client that they are made from. */

import type { NoPresence, PresenceTypesOf } from "../sync/presenceTypes";
import type { OfflineCall } from "../sync/offline";
import type { NoRoutes } from "../sync/routes";
import type { RoomStatus, SyncClient } from "../sync/syncClient";
import { apiRequestHook, type UseApiRequest } from "./useApiRequest";
import { connectionHook, type ConnectionHook } from "./useConnection";
import { offlineCallsHook } from "./useOfflineCalls";
import { presenceHook, type PresenceHook } from "./usePresence";
import { roomHook } from "./useRoom";
import { syncEventsHook, type SyncEventHook } from "./useSyncEvents";
import { syncStateHook, type UseSyncState } from "./useSyncState";

/** The hooks of one app; each can be taken out of the object. */
export interface SyncHooks<
  Map,
  Code extends string = string,
  Api = NoRoutes,
  Presence extends PresenceTypesOf = NoPresence,
  States = NoRoutes,
> {
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

  /**
   * The calls of one route by one component, and the newest answer to them.
   *
   * `call` stays the same over all renders, and belongs in an effect or an event handler. A call takes the place of the one before:
   * that one ends with `sync-cancelled`, unless it has been answered, and its answer is not shown. What was shown stays until the new
   * answer is there. Unmounting ends a call that is under way. Each `call` answers its caller, too, as `apiRequest` does, which
   * is the one to use for calls that must all be made.
   *
   * @example
   * ```tsx
   * const { call, result, error, isPending } = useApiRequest({ name: "games/find", version: "v1" });
   * useEffect(() => void call({ data: { id } }), [call, id]);
   * if (error !== null) return <p>{error.message}</p>;
   * return <h1 aria-busy={isPending}>{result?.title}</h1>;
   * ```
   */
  readonly useApiRequest: UseApiRequest<Api, Code>;

  /**
   * Where the connection stands, and what can be done about it.
   *
   * @example
   * ```tsx
   * const { status, isOnline, reconnect } = useConnection();
   * if (status.status === "refused") return <button onClick={reconnect}>{status.message}</button>;
   * ```
   */
  readonly useConnection: () => ConnectionHook;

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

  /**
   * Is in `room` from mount to unmount, as with `useRoom`, and knows who else is; `null` is in none. When the connection is lost it keeps what
   * it knows, and `isCurrent` says so.
   *
   * @example
   * ```tsx
   * const { people, me, set } = usePresence(`chat-${id}`);
   * return people.map(({ id, user, away, data }) => <Face key={id} name={user.name} isMe={id === me} away={away} text={data?.text} />);
   * ```
   */
  readonly usePresence: (room: Presence["rooms"] | null) => PresenceHook<Presence, Code>;

  /**
   * Follows the value of a room from mount to unmount, and is in the room as long; with `null` for a room it follows nothing.
   *
   * Value and version change together, and what has not changed of a value is the same object as before. `act` answers as `syncRequest` does. With
   * `optimistic` an action shows at once; the server's word takes its place, and a refusal takes it back. With a second argument it returns that
   * part of the value alone, and renders when that changes.
   *
   * @example
   * ```tsx
   * const { value, status, act } = useSyncState({ name: "board/notes", version: "v1", room: `board-${id}` });
   * const note = useSyncState({ name: "board/notes", version: "v1", room: `board-${id}` }, board => board.notes[noteId]);
   * ```
   */
  readonly useSyncState: UseSyncState<States, Code>;

  /**
   * The calls that have waited for a connection, oldest first, each with how it stands: `queued`, `sent`, `accepted` or `rejected`.
   *
   * @example
   * ```tsx
   * const waiting = useOfflineCalls().filter(({ status }) => status === "queued").length;
   * if (waiting > 0) return <p>{waiting} not sent yet</p>;
   * ```
   */
  readonly useOfflineCalls: () => readonly OfflineCall[];
}

/**
 * Makes the hooks of one app from its client.
 *
 * @example
 * ```ts
 * export const sync = createSync<SyncTypeMap, ErrorCode, ApiTypeMap, PresenceTypes>();
 * export const { useSyncEvents, useApiRequest, useConnection, useRoom, usePresence } = createSyncHooks(sync);
 * ```
 */
export function createSyncHooks<Map, Code extends string, Api, Presence extends PresenceTypesOf, States>(
  sync: SyncClient<Map, Code, Api, Presence, States>,
): SyncHooks<Map, Code, Api, Presence, States> {
  return {
    useSyncEvents: syncEventsHook(sync.upsertSyncEventCallback),
    useApiRequest: apiRequestHook(sync.apiRequest),
    useConnection: connectionHook(sync),
    useRoom: roomHook(sync),
    usePresence: presenceHook(sync),
    useSyncState: syncStateHook(sync.stateOf),
    useOfflineCalls: offlineCallsHook(sync.offlineCalls),
  };
}
