import { useSyncState } from "../_sockets/syncRequest";
import { useSession } from "../session/SessionProvider";
import { type Counter, type CounterAction, counted } from "./counted";

/** The counter of a room, which can be begun again; `null` is no room. */
export function useCounter(room: `game-room-${string}` | null) {
  const { session } = useSession();
  const me = { userId: session?.userId ?? "", name: session?.name ?? "" };
  return useSyncState({
    name: "examples/counter",
    version: "v1",
    room,
    optimistic: (counter: Counter, action: CounterAction) => counted(counter, action, me),
  });
}
