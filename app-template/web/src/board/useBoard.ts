import { useCallback, useMemo, useRef, useState } from "react";
import { useConnection, useSyncState } from "../_sockets/syncRequest";
import { useFeed } from "../live/FeedProvider";
import type { CallOutcome } from "../live/useCall";
import { applied } from "./applied";
import type { BoardAction, BoardView } from "./boardTypes";

const STATE = { name: "board/notes", version: "v1" } as const;

/** What can be done on a board; the same functions over all renders. */
export interface BoardDeeds {
  /** Does something, and shows what came of it. */
  act(action: BoardAction): void;
  /**
   * Does something that is overtaken in a moment, such as a step of a way, and returns whether it was: without a connection it would wait
   * with all other steps, for nothing.
   */
  pass(action: BoardAction): boolean;
}

/** The board of a room, what can be done on it, and what has been refused last; `null` is no room. */
export function useBoard(room: `board-${string}` | null, actor: { name: string; isHost: boolean }) {
  const board = useSyncState({
    ...STATE,
    room,
    optimistic: (view: BoardView, action: BoardAction) => applied(view, action, actor),
  });
  const { record } = useFeed();
  const { isOnline } = useConnection();
  const [outcome, setOutcome] = useState<CallOutcome | null>(null);
  const newest = useRef({ act: board.act, isOnline });
  newest.current = { act: board.act, isOnline };

  const perform = useCallback(
    async (action: BoardAction, isPassing: boolean): Promise<void> => {
      const startedAt = performance.now();
      const answer = await newest.current.act(action);
      const tookMs = Math.round(performance.now() - startedAt);
      const error = answer.status === "error" ? answer : null;
      if (isPassing && error === null) return;
      setOutcome(error === null ? null : { status: "error", error, tookMs });
      const result = answer.status === "success" ? { stateVersion: answer.stateVersion } : null;
      record({ kind: "answer", room: room ?? "", route: `${STATE.name}/${STATE.version}`, tookMs, result, error });
    },
    [record, room],
  );

  const deeds = useMemo<BoardDeeds>(
    () => ({
      act: (action) => void perform(action, false),
      pass(action) {
        if (newest.current.isOnline) void perform(action, true);
        return newest.current.isOnline;
      },
    }),
    [perform],
  );

  return { board, deeds, outcome };
}
