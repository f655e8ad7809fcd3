import { useSyncExternalStore } from "react";
import type { ConnectionStatus, ConnectionStatusStore } from "../socket/status";

const ON_THE_SERVER: ConnectionStatus = { status: "idle" };

/** Makes `useConnectionStatus`. */
export function connectionStatusHook(status: ConnectionStatusStore): () => ConnectionStatus {
  return function useConnectionStatus() {
    return useSyncExternalStore(status.subscribe, status.getSnapshot, () => ON_THE_SERVER);
  };
}
