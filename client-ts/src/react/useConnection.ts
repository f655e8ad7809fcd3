import { useMemo, useSyncExternalStore } from "react";
import type { ConnectionStatus } from "../socket/status";
import type { SyncClient } from "../sync/syncClient";

const ON_THE_SERVER: ConnectionStatus = { status: "idle" };

/** What `useConnection` returns; the same object as long as nothing changed. */
export interface ConnectionHook extends Pick<SyncClient<unknown>, "connect" | "reconnect" | "disconnect"> {
  /** Where the connection stands; `idle` on the server. */
  readonly status: ConnectionStatus;
  /** Whether calls go out at once. */
  readonly isOnline: boolean;
}

/** Makes `useConnection`. */
export function connectionHook({
  status: store,
  connect,
  reconnect,
  disconnect,
}: Pick<SyncClient<unknown>, "status" | "connect" | "reconnect" | "disconnect">): () => ConnectionHook {
  return function useConnection() {
    const status = useSyncExternalStore(store.subscribe, store.getSnapshot, () => ON_THE_SERVER);
    return useMemo(
      () => ({ status, isOnline: status.status === "connected", connect, reconnect, disconnect }),
      [status],
    );
  };
}
