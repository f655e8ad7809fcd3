import { useCallback, useSyncExternalStore } from "react";
import type { RoomStatus, SyncClient } from "../sync/syncClient";

/** With `null` for a room. */
export const IN_NO_ROOM: RoomStatus<never> = { status: "idle" };
/** Before the mount, and on the server. */
export const NOT_YET: RoomStatus<never> = { status: "joining" };

/** Makes `useRoom`: the subscription to a room's status is what holds the room. */
export function roomHook<Code extends string>(
  sync: Pick<SyncClient<unknown, Code>, "holdRoom" | "roomStatus">,
): (room: string | null) => RoomStatus<Code> {
  return function useRoom(room) {
    const hold = useCallback((changed: () => void) => (room === null ? () => {} : sync.holdRoom(room, changed)), [room]);
    const status = (): RoomStatus<Code> => (room === null ? IN_NO_ROOM : wanted(sync.roomStatus(room)));
    return useSyncExternalStore(hold, status, () => (room === null ? IN_NO_ROOM : NOT_YET));
  };
}

/** Between the first render and the mount the room is not held yet, but will be. */
export function wanted<Code extends string>(status: RoomStatus<Code>): RoomStatus<Code> {
  return status.status === "idle" ? NOT_YET : status;
}
