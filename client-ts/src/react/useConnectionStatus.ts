import { useSyncExternalStore } from "react";
import type { ConnectionStatus } from "../socket/status";
import type { SyncClient } from "../sync/syncClient";

const ON_THE_SERVER: ConnectionStatus = { status: "idle" };

/** Makes `useConnectionStatus`. */
export function connectionStatusHook<Map, Code extends string>({
  status,
}: SyncClient<Map, Code>): () => ConnectionStatus {
  return function useConnectionStatus() {
    return useSyncExternalStore(status.subscribe, status.getSnapshot, () => ON_THE_SERVER);
  };
}
