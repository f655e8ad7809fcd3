import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import { type RoomStatus, type RoomWithPeople, sync } from "../_sockets/syncRequest";

interface RoomsValue {
  /** The rooms of this tab and where each stands; one that was left is not among them. */
  readonly rooms: ReadonlyMap<string, RoomStatus>;
  /** Enters a room, or knocks again at one that stayed shut. */
  enter(room: string): Promise<void>;
  leave(room: string): void;
  /** Whether somebody entered the room and nobody left it, now rather than when the page was drawn. */
  isHeld(room: string): boolean;
}

const RoomsContext = createContext<RoomsValue | null>(null);

export function useRooms(): RoomsValue {
  const value = useContext(RoomsContext);
  if (value === null) throw new Error("useRooms is called outside of RoomsProvider");
  return value;
}

/**
 * Keeps the rooms of this tab while it goes from page to page.
 *
 * A component that wants a room for itself alone calls `useRoom`, and leaves when it unmounts. Here the rooms outlive the
 * pages, so that a member can be in a room and elsewhere.
 */
export function RoomsProvider({ children }: { children: ReactNode }) {
  const [rooms, setRooms] = useState<ReadonlyMap<string, RoomStatus>>(() => new Map());
  const held = useRef(new Map<string, () => void>());

  const release = useCallback((room: string) => {
    held.current.get(room)?.();
    held.current.delete(room);
  }, []);

  const show = useCallback((room: string) => {
    const status = sync.roomStatus(room);
    setRooms((before) => (before.get(room) === status ? before : new Map(before).set(room, status)));
  }, []);

  const enter = useCallback(
    async (room: string) => {
      if (held.current.has(room)) {
        if (sync.roomStatus(room).status !== "error") return;
        release(room);
        // The client forgets a room that nobody holds in a microtask of its own; then it can be asked for anew.
        await Promise.resolve();
      }
      held.current.set(
        room,
        hold(room, () => show(room)),
      );
      show(room);
    },
    [release, show],
  );

  const leave = useCallback(
    (room: string) => {
      release(room);
      setRooms((before) => new Map([...before].filter(([name]) => name !== room)));
    },
    [release],
  );

  const isHeld = useCallback((room: string) => held.current.has(room), []);

  useEffect(() => {
    const rooms = held.current;
    return () => {
      for (const room of [...rooms.keys()]) release(room);
    };
  }, [release]);

  const value = useMemo(() => ({ rooms, enter, leave, isHeld }), [rooms, enter, leave, isHeld]);
  return <RoomsContext value={value}>{children}</RoomsContext>;
}

/** A room with people is held with who is in it, on other pages too: were it joined without, its page would have to join it again. */
function hold(room: string, changed: () => void): () => void {
  return hasPeople(room) ? sync.holdPresence(room, changed) : sync.holdRoom(room, changed);
}

function hasPeople(room: string): room is RoomWithPeople {
  return room.startsWith("chat-") || room.startsWith("board-");
}
