/** Says the newest of what is said quickly, and not more often than others want to hear it. */
export interface Paced<Value> {
  /** Sends `value` now or as soon as it is time again, unless a newer one takes its place. */
  say(value: Value): void;
  /** Forgets what waits. */
  drop(): void;
}

/** Calls `send` at most once in `everyMs`: at once for the first, and with the newest at the end of each pause. */
export function paced<Value>(everyMs: number, send: (value: Value) => void): Paced<Value> {
  let waiting: { readonly value: Value } | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  // This clock is never set back.
  let sentAt = Number.NEGATIVE_INFINITY;

  function sendWaiting() {
    timer = undefined;
    if (waiting === null) return;
    const { value } = waiting;
    waiting = null;
    sentAt = performance.now();
    send(value);
  }

  return {
    say(value) {
      waiting = { value };
      if (timer !== undefined) return;
      const leftMs = sentAt + everyMs - performance.now();
      if (leftMs <= 0) sendWaiting();
      else timer = setTimeout(sendWaiting, leftMs);
    },
    drop() {
      clearTimeout(timer);
      timer = undefined;
      waiting = null;
    },
  };
}
