/** Waits for what a client of ours comes to, told by the client and not asked again and again. */
import type { ConnectionStatus } from "syncwright";

/** What is waited for: the part of a client that says when something has changed. */
interface Client {
  readonly status: { readonly getSnapshot: () => ConnectionStatus; readonly subscribe: (changed: () => void) => () => void };
  readonly holdRoom: (room: string, changed: () => void) => () => void;
  readonly roomStatus: (room: string) => { readonly status: string };
}

/** How long something may take before something is wrong. */
const PATIENCE_MS = 10_000;

/** Waits until `subscribe` has told of something that is so; at once if it is so already. */
function until<Value>(
  subscribe: (changed: () => void) => () => void,
  look: () => Value | undefined,
  limitMs = PATIENCE_MS,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      undo();
      reject(new Error(`it did not come to that within ${limitMs} ms`));
    }, limitMs);
    const changed = () => {
      const value = look();
      if (value === undefined) return;
      clearTimeout(timer);
      undo();
      resolve(value);
    };
    // A change may be told while the subscription is being made.
    let undo = () => {};
    undo = subscribe(changed);
    changed();
  });
}

/** Waits until the connection is as wanted, and returns how it is then. */
export function untilStatus(
  client: Client,
  wanted: ConnectionStatus["status"] | ((now: ConnectionStatus) => boolean),
  limitMs?: number,
): Promise<ConnectionStatus> {
  const isWanted = typeof wanted === "string" ? (now: ConnectionStatus) => now.status === wanted : wanted;
  const look = () => {
    const now = client.status.getSnapshot();
    return isWanted(now) ? now : undefined;
  };
  return until(client.status.subscribe, look, limitMs);
}

/** Waits until the client is in a room that it has joined. */
export async function untilJoined(client: Client, room: string, limitMs?: number): Promise<void> {
  const look = () => (client.roomStatus(room).status === "joined" ? room : undefined);
  await until((changed) => client.holdRoom(room, changed), look, limitMs);
}
