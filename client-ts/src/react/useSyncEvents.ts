import { useEffect, useInsertionEffect, useMemo, useState } from "react";
import type { UpsertSyncEventCallback } from "../sync/syncEvents";
import { ComponentCallbacks } from "./componentCallbacks";

/** What `useSyncEvents` returns. */
export interface SyncEventHook<Map, Code extends string = string> {
  /** Calls back for each event of a route until the component unmounts, or until the undo that this returns. */
  readonly upsertSyncEventCallback: UpsertSyncEventCallback<Map, Code>;
}

/** Makes `useSyncEvents`. */
export function syncEventsHook<Map, Code extends string>(
  listen: UpsertSyncEventCallback<Map, Code>,
): () => SyncEventHook<Map, Code> {
  return function useSyncEvents() {
    const [callbacks] = useState(() => new ComponentCallbacks<Map, Code>(listen));
    const render = callbacks.beginRender();
    // Insertion effects come before all others, so that an effect of this component or of a child finds the render over.
    useInsertionEffect(() => callbacks.commit(render));
    useEffect(() => callbacks.attach(), [callbacks]);
    return useMemo(() => ({ upsertSyncEventCallback: callbacks.upsert }), [callbacks]);
  };
}
