import { useEffect } from "react";
import { useConnection } from "../_sockets/syncRequest";
import { hrefOf, navigate, type PagePath, usePlace } from "../routing/router";
import { useSession } from "../session/SessionProvider";
import type { ShownError } from "./feed";
import { useRooms } from "./RoomsProvider";

export interface PageRoom {
  readonly id: string;
  /** The whole name: the page's prefix and the id. */
  readonly room: string;
  readonly isJoined: boolean;
  readonly isBusy: boolean;
  /** Whether a call makes sense: it is sent now, or when this tab is back in the room. */
  readonly mayCall: boolean;
  readonly isSignedIn: boolean;
  /** Why the door stayed shut. */
  readonly error: ShownError | null;
  pick(id: string): void;
  leave(): void;
}

/**
 * The room that a page is about: `prefix` and the id in the address (`?room=…`), or `defaultId`.
 *
 * It is entered on arrival and kept when the page is left; only `leave` leaves it.
 */
export function usePageRoom(page: PagePath, prefix: string, defaultId = "lounge"): PageRoom {
  const id = usePlace().searchParams.room ?? defaultId;
  const { session } = useSession();
  const { rooms, enter, leave } = useRooms();
  const room = prefix + id;
  const state = rooms.get(room);
  const userId = session?.userId;
  const { isOnline } = useConnection();

  useEffect(() => {
    if (userId !== undefined) void enter(room);
  }, [userId, room, enter]);

  return {
    id,
    room,
    isJoined: state?.status === "joined",
    isBusy: state?.status === "joining",
    mayCall: state?.status === "joined" || (state?.status === "joining" && !isOnline),
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
