import { useEffect, useMemo, useRef } from "react";
import { type Paced, paced } from "./paced";

/** `paced` for as long as the component is mounted; the newest `send` counts. */
export function usePaced<Value>(everyMs: number, send: (value: Value) => void): Paced<Value> {
  const newest = useRef(send);
  newest.current = send;
  const pace = useMemo(() => paced<Value>(everyMs, (value) => newest.current(value)), [everyMs]);
  useEffect(() => () => pace.drop(), [pace]);
  return pace;
}
