import { useSyncExternalStore } from "react";
import type { OfflineCall } from "../sync/offline";
import type { OfflineCallStore } from "../sync/syncClient";

const ON_THE_SERVER: readonly OfflineCall[] = [];

/** Makes `useOfflineCalls`. */
export function offlineCallsHook({ subscribe, getSnapshot }: OfflineCallStore): () => readonly OfflineCall[] {
  return function useOfflineCalls() {
    return useSyncExternalStore(subscribe, getSnapshot, () => ON_THE_SERVER);
  };
}
