import { useCallback, useMemo, useSyncExternalStore } from "react";
import type { PresenceAnswer } from "../sync/answer";
import type { Person, PresenceTypesOf, RoomPresence } from "../sync/presenceTypes";
import type { RoomStatus, SyncClient } from "../sync/syncClient";
import { IN_NO_ROOM, NOT_YET, wanted } from "./useRoom";

/** What `usePresence` returns; the same object as long as nothing changed. */
export interface PresenceHook<Types extends PresenceTypesOf, Code extends string = string> extends RoomPresence<Types> {
  /** All in `people` but ourselves. */
  readonly others: readonly Person<Types>[];
  /** Whether we are in the room. */
  readonly status: RoomStatus<Code>;
  /** Says something of ourselves in the room, as `setPresence`; the same function as long as the room is the same. */
  readonly set: (data: Types["dataInput"] | null) => Promise<PresenceAnswer<Code>>;
}

const NOBODY: RoomPresence<never> = { people: [], me: null, more: 0, isOff: false, isCurrent: false };

/** Makes `usePresence`: the subscription is what holds the room, and what asks who is there. */
export function presenceHook<Types extends PresenceTypesOf, Code extends string>(
  sync: Pick<SyncClient<unknown, Code, unknown, Types>, "holdPresence" | "roomPresence" | "roomStatus" | "setPresence">,
): (room: Types["rooms"] | null) => PresenceHook<Types, Code> {
  return function usePresence(room) {
    const hold = useCallback(
      (changed: () => void) => (room === null ? () => {} : sync.holdPresence(room, changed)),
      [room],
    );
    const status = useSyncExternalStore<RoomStatus<Code>>(
      hold,
      () => (room === null ? IN_NO_ROOM : wanted(sync.roomStatus(room))),
      () => (room === null ? IN_NO_ROOM : NOT_YET),
    );
    const presence = useSyncExternalStore<RoomPresence<Types>>(
      hold,
      () => (room === null ? NOBODY : sync.roomPresence(room)),
      () => NOBODY,
    );
    const set = useCallback((data: Types["dataInput"] | null) => sync.setPresence(room, data), [room]);
    return useMemo(() => {
      const others = presence.people.filter(({ id }) => id !== presence.me);
      return { ...presence, others, status, set };
    }, [presence, status, set]);
  };
}
