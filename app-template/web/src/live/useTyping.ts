import { useCallback, useEffect, useRef, useState } from "react";
import { syncRequest } from "../_sockets/syncRequest";
import { eventsIn } from "./feed";
import { useFeed } from "./FeedProvider";

/** Somebody who types says so at most this often. */
const SAY_EVERY_MS = 1500;
/** Silence for this long means that nobody types. */
const FORGET_AFTER_MS = 3500;

/** Returns what to call at each key: tells the others in `lobby` that somebody types, and counts how often it did. */
export function useTyping(lobby: string, onSent?: () => void): () => void {
  const saidAt = useRef(Number.NEGATIVE_INFINITY);
  return useCallback(() => {
    // This clock is never set back: with the other one, somebody could be silent for an hour.
    const now = performance.now();
    if (now - saidAt.current < SAY_EVERY_MS) return;
    saidAt.current = now;
    onSent?.();
    // Nobody waits for the answer: the next key says it again.
    void syncRequest({
      name: "lobby/typing",
      version: "v1",
      data: { active: true },
      receiver: lobby,
      ignoreSelf: true,
      whenOffline: "fail",
    });
  }, [lobby, onSent]);
}

/** Whether a typing event came from `lobby` a moment ago, and after the feed's entry `said`, with which somebody finished. */
export function useIsSomebodyTyping(lobby: string, said = 0): boolean {
  const { feed } = useFeed();
  const last = eventsIn(feed, lobby, "lobby/typing/v1").at(-1);
  const lastAt = last?.at.getTime() ?? 0;
  const [forgottenAt, setForgottenAt] = useState(0);

  useEffect(() => {
    const leftMs = Math.min(lastAt + FORGET_AFTER_MS - Date.now(), FORGET_AFTER_MS);
    if (leftMs <= 0) return;
    const timer = setTimeout(() => setForgottenAt(lastAt), leftMs);
    return () => clearTimeout(timer);
  }, [lastAt]);

  if (last === undefined || last.id < said) return false;
  return lastAt !== forgottenAt && Date.now() - lastAt < FORGET_AFTER_MS;
}
