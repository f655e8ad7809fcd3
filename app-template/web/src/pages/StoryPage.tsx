import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { syncRequest, useSyncEvents } from "../_sockets/syncRequest";
import { useWords } from "../language/LanguageProvider";
import { eventsIn } from "../live/feed";
import { useFeed } from "../live/FeedProvider";
import { useCall } from "../live/useCall";
import { usePageRoom } from "../live/usePageRoom";
import { CallError } from "../parts/CallError";
import { Rich } from "../parts/Rich";
import { RoomPicker } from "../parts/RoomPicker";
import { PageHead } from "./PageHead";

const PREFIX = "story-";
const ROUTE = { name: "story/tell", version: "v1" } as const;
const FILES = ["src/story/_room.rs", "src/story/_sync/tell_server_v1.rs"];

/** A handler that streams to its room, and can be stopped. */
export function StoryPage() {
  const words = useWords();
  const pageRoom = usePageRoom("/story", PREFIX);
  return (
    <>
      <PageHead title={words.story.title} lead={words.story.lead} files={FILES} />
      <RoomPicker prefix={PREFIX} pageRoom={pageRoom} />
      <section className="card" aria-label={words.story.title}>
        <StoryForm room={pageRoom.room} isJoined={pageRoom.isJoined} />
      </section>
      <Stories key={pageRoom.room} room={pageRoom.room} />
      <p className="hint">
        <Rich text={words.story.hint} />
      </p>
    </>
  );
}

function StoryForm({ room, isJoined }: { room: string; isJoined: boolean }) {
  const words = useWords();
  const { run, isBusy, outcome } = useCall();
  const [text, setText] = useState<string>(words.story.sample);
  const stopping = useRef<AbortController | null>(null);
  const id = useId();
  // Who leaves the page has heard enough.
  useEffect(() => () => stopping.current?.abort(), []);

  async function tell(event: FormEvent) {
    event.preventDefault();
    if (isBusy || text.trim() === "") return;
    const controller = new AbortController();
    stopping.current = controller;
    await run("story/tell/v1", room, () =>
      syncRequest({ ...ROUTE, data: { text }, receiver: room, signal: controller.signal, timeoutMs: 300_000 }),
    );
    stopping.current = null;
  }

  return (
    <form className="stack" onSubmit={tell}>
      <label htmlFor={id}>{words.story.text}</label>
      <textarea
        id={id}
        rows={4}
        maxLength={2000}
        value={text}
        onChange={(event) => setText(event.target.value)}
        data-testid="story-text"
      />
      <div className="story-actions">
        <button type="submit" className="button primary" disabled={!isJoined || isBusy} data-testid="story-tell">
          {words.story.tell}
        </button>
        <button
          type="button"
          className="button"
          disabled={!isBusy}
          onClick={() => stopping.current?.abort()}
          data-testid="story-stop"
        >
          {words.story.stop}
        </button>
      </div>
      {isStopped(outcome) ? null : <CallError outcome={outcome} />}
    </form>
  );
}

function isStopped(outcome: ReturnType<typeof useCall>["outcome"]): boolean {
  return outcome?.status === "error" && outcome.error.errorCode === "sync-cancelled";
}

/** What is being told, and what was. */
function Stories({ room }: { room: string }) {
  const words = useWords();
  const { feed } = useFeed();
  const running = useRunningStories(room);
  const told = eventsIn(feed, room, "story/tell/v1");
  return (
    <section className="card" aria-label={words.story.heard} aria-live="polite">
      {[...running].map(([teller, said]) => (
        <p key={teller} className="bubble-text" data-testid="story-running">
          <strong>{teller}:</strong> {said.join(" ")}…
        </p>
      ))}
      {told.map(({ id, event: { serverOutput } }) => (
        <p key={id} data-testid="story-told" data-whole={serverOutput.isWhole}>
          <strong>{serverOutput.teller.name}:</strong> {serverOutput.text}
          {!serverOutput.isWhole && <em className="muted"> {words.story.stopped}</em>}
        </p>
      ))}
      {running.size === 0 && told.length === 0 && <p className="muted">{words.story.empty}</p>}
    </section>
  );
}

/** The words of the stories that are being told in a room, by who tells them. */
function useRunningStories(room: string): ReadonlyMap<string, readonly string[]> {
  const { upsertSyncEventCallback } = useSyncEvents();
  const [running, setRunning] = useState<ReadonlyMap<string, readonly string[]>>(new Map());
  upsertSyncEventCallback({
    ...ROUTE,
    onStream: ({ teller, word }, from) => {
      if (from !== room) return;
      setRunning((before) => new Map(before).set(teller.name, [...(before.get(teller.name) ?? []), word]));
    },
    callback: ({ serverOutput, room: from }) => {
      if (from !== room) return;
      setRunning((before) => new Map([...before].filter(([teller]) => teller !== serverOutput.teller.name)));
    },
  });
  return running;
}
