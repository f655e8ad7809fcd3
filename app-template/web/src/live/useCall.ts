import { useCallback, useState } from "react";
import type { ShownError } from "./feed";
import { useFeed } from "./FeedProvider";

/** The answer to a call, reduced to what a page shows. */
export type CallOutcome =
  | { readonly status: "success"; readonly result: unknown; readonly tookMs: number }
  | { readonly status: "error"; readonly error: ShownError; readonly tookMs: number };

type CallAnswer = { readonly status: "success"; readonly result: unknown } | ({ readonly status: "error" } & ShownError);

/** Times a call, puts its answer into the feed, and keeps the last outcome. */
export function useCall() {
  const { record } = useFeed();
  const [isBusy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<CallOutcome | null>(null);

  const run = useCallback(
    async (route: string, room: string, call: () => Promise<CallAnswer>): Promise<CallOutcome> => {
      setBusy(true);
      const startedAt = performance.now();
      const answer = await call();
      const tookMs = Math.round(performance.now() - startedAt);
      const settled: CallOutcome =
        answer.status === "success"
          ? { status: "success", result: answer.result, tookMs }
          : { status: "error", error: answer, tookMs };
      record({
        kind: "answer",
        room,
        route,
        tookMs,
        result: answer.status === "success" ? answer.result : null,
        error: answer.status === "error" ? answer : null,
      });
      setOutcome(settled);
      setBusy(false);
      return settled;
    },
    [record],
  );

  return { run, isBusy, outcome };
}
