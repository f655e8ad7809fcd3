import { useEffect, useState } from "react";
import { useSyncEvents } from "../_sockets/syncRequest";
import { aged, type Cursor, type Cursors, pointed } from "./cursors";

const LOOK_EVERY_MS = 300;

/** The cursors of the others in `room`. */
export function useCursors(room: string): readonly Cursor[] {
  const { upsertSyncEventCallback } = useSyncEvents();
  const [cursors, setCursors] = useState<Cursors>(() => new Map());
  upsertSyncEventCallback({
    name: "board/cursor",
    version: "v1",
    callback: ({ clientOutput: { by, at }, room: from }) => {
      if (from === room) setCursors((before) => pointed(before, by, at, performance.now()));
    },
  });
  const isAnyThere = cursors.size > 0;
  useEffect(() => {
    if (!isAnyThere) return;
    const timer = setInterval(() => setCursors((before) => aged(before, performance.now())), LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [isAnyThere]);
  return [...cursors.values()];
}
