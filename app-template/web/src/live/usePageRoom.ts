import { useEffect } from "react";
import { hrefOf, navigate, type PagePath, usePlace } from "../routing/router";
import { useSession } from "../session/SessionProvider";
import type { ShownError } from "./feed";
import { useRooms } from "./RoomsProvider";

/** The part of a room's name that the address carries, the same on every page. */
export const DEFAULT_ROOM_ID = "lounge";

export interface PageRoom {
  readonly id: string;
  /** The whole name: the page's prefix and the id. */
  readonly room: string;
  readonly isJoined: boolean;
  readonly isBusy: boolean;
  readonly isSignedIn: boolean;
  /** Why the door stayed shut. */
  readonly error: ShownError | null;
  pick(id: string): void;
  leave(): void;
}

/** The id in the address (`?room=…`), or the default one. */
export function useRoomId(): string {
  return usePlace().searchParams.room ?? DEFAULT_ROOM_ID;
}

/** The room that a page is about. It is entered on arrival and kept when the page is left; only `leave` leaves it. */
export function usePageRoom(page: PagePath, prefix: string): PageRoom {
  const id = useRoomId();
  const { session } = useSession();
  const { rooms, enter, leave } = useRooms();
  const room = prefix + id;
  const state = rooms.get(room);
  const userId = session?.userId;

  useEffect(() => {
    if (userId !== undefined) void enter(room);
  }, [userId, room, enter]);

  return {
    id,
    room,
    isJoined: state?.status === "joined",
    isBusy: state?.status === "joining",
    isSignedIn: session !== null,
    error: state?.status === "error" ? state.error : null,
    pick(nextId) {
      if (nextId === id) {
        void enter(room);
      } else {
        leave(room);
        navigate(hrefOf(page, { room: nextId }));
      }
    },
    leave: () => leave(room),
  };
}
