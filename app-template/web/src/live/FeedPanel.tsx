import { useId, useState } from "react";
import { useLanguage, useWords } from "../language/LanguageProvider";
import { usePlace } from "../routing/router";
import type { FeedEntry } from "./feed";
import { useFeed } from "./FeedProvider";
import { useRooms } from "./RoomsProvider";
import { showJson } from "./showJson";

/** How many entries are drawn; the feed itself keeps more. */
const SHOWN = 40;

/** What the server sends to this tab, on every page: the proof that a skipped member hears nothing. */
export function FeedPanel() {
  const words = useWords();
  const titleId = useId();
  const { feed } = useFeed();
  const [clearedUpTo, setClearedUpTo] = useState(0);
  const shown = feed.entries
    .filter((entry) => entry.id > clearedUpTo)
    .slice(-SHOWN)
    .reverse();
  return (
    <aside className="panel" aria-labelledby={titleId} data-testid="feed-panel">
      <div className="panel-head">
        <h2 id={titleId}>{words.feed.title}</h2>
        {shown.length > 0 && (
          <button
            type="button"
            className="button quiet small"
            onClick={() => setClearedUpTo(feed.nextId - 1)}
            data-testid="feed-clear"
          >
            {words.feed.clear}
          </button>
        )}
      </div>
      <p className="hint">{words.feed.intro}</p>
      <Whereabouts />
      <Newest entry={shown[0]} />
      {/* A long list scrolls, so the keyboard must reach it. */}
      <ol className="feed" tabIndex={0} aria-labelledby={titleId} data-testid="event-log">
        {shown.map((entry) => (
          <FeedRow key={entry.id} entry={entry} />
        ))}
      </ol>
      {shown.length === 0 && (
        <p className="feed-empty">
          {words.feed.empty}
          <br />
          <span className="muted">{words.feed.emptyHint}</span>
        </p>
      )}
    </aside>
  );
}

/** Read out when it changes: one short line, not the data. */
function Newest({ entry }: { entry: FeedEntry | undefined }) {
  const words = useWords();
  const route = entry?.kind === "event" ? entry.event.route : entry?.route;
  return (
    <p className="visually-hidden" role="status" aria-live="polite">
      {entry && `${words.feed[entry.kind]} ${entry.id}: ${route}, ${entry.room}`}
    </p>
  );
}

/** The two things that filters know about this tab: its page and its rooms. */
function Whereabouts() {
  const words = useWords();
  const { pathName } = usePlace();
  const { rooms, leave } = useRooms();
  const joined = [...rooms].filter(([, state]) => state.status === "joined").map(([room]) => room);
  return (
    <dl className="whereabouts">
      <dt>{words.feed.page}</dt>
      <dd>
        <code data-testid="location">{pathName}</code>
      </dd>
      <dt>{words.feed.rooms}</dt>
      <dd data-testid="joined-rooms">
        {joined.length === 0 && <span className="muted">{words.feed.noRooms}</span>}
        {joined.map((room) => (
          <span key={room} className="chip">
            {room}
            <button type="button" aria-label={words.feed.leaveRoom(room)} onClick={() => leave(room)}>
              ×
            </button>
          </span>
        ))}
      </dd>
    </dl>
  );
}

function FeedRow({ entry }: { entry: FeedEntry }) {
  const words = useWords();
  const route = entry.kind === "event" ? entry.event.route : entry.route;
  const failed = entry.kind === "error" || (entry.kind === "answer" && entry.error !== null);
  return (
    <li
      className="feed-row"
      data-kind={entry.kind}
      data-failed={failed}
      data-testid="feed-row"
      data-route={route}
      data-room={entry.room}
    >
      <div className="feed-line">
        <code className="feed-route" title={route}>
          {route}
        </code>
        <FeedTime at={entry.at} />
      </div>
      <div className="feed-line">
        <span className={failed ? "tag danger" : `tag ${entry.kind}`}>{words.feed[failed ? "error" : entry.kind]}</span>
        <span className="feed-room" title={entry.room}>
          {entry.room}
        </span>
        <FeedMark entry={entry} />
      </div>
      <FeedData entry={entry} />
    </li>
  );
}

/** Whose doing it was, where the filter says so; for an answer, how long it took. */
function FeedMark({ entry }: { entry: FeedEntry }) {
  const words = useWords();
  if (entry.kind === "answer") return <span className="feed-time">{words.answer.inMs(entry.tookMs)}</span>;
  if (entry.kind === "error" || !("mine" in entry.event.clientOutput)) return null;
  const { mine } = entry.event.clientOutput;
  return (
    <span className={mine ? "tag mine" : "tag others"} data-testid="feed-mine" data-mine={mine}>
      {mine ? words.feed.mine : words.feed.fromOthers}
    </span>
  );
}

function FeedData({ entry }: { entry: FeedEntry }) {
  if (entry.kind === "event") {
    return (
      <dl className="feed-data">
        <dt>serverOutput</dt>
        <dd data-testid="server-output">{showJson(entry.event.serverOutput)}</dd>
        <dt>clientOutput</dt>
        <dd data-testid="client-output">{showJson(entry.event.clientOutput)}</dd>
      </dl>
    );
  }
  if (entry.kind === "error" || entry.error !== null) {
    return (
      <p className="feed-error">
        {entry.error?.message} <code>{entry.error?.errorCode}</code>
      </p>
    );
  }
  return (
    <dl className="feed-data">
      <dt>result</dt>
      <dd>{showJson(entry.result)}</dd>
    </dl>
  );
}

function FeedTime({ at }: { at: Date }) {
  const { language } = useLanguage();
  const time = at.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  return (
    <time className="feed-time" dateTime={at.toISOString()}>
      {time}
    </time>
  );
}
