import { type FormEvent, useId, useState } from "react";
import type { Color } from "../_sockets/apiTypes.generated";
import { type PersonHere, type PresenceHere, usePresence } from "../_sockets/syncRequest";
import { useWords } from "../language/LanguageProvider";
import type { ShownError } from "../live/feed";
import { Avatar } from "./Avatar";
import { Rich } from "./Rich";
import { Swatches } from "./Swatches";

/** As long as the rule in `src/app.rs` allows. */
const LONGEST_MOOD = 60;

/** The people of a chat, and what each says of themselves; `null` is no room. */
export function WhoIsHere({ room }: { room: `chat-${string}` | null }) {
  const words = useWords();
  const titleId = useId();
  const presence = usePresence(room);
  if (room === null) return null;
  return (
    <section className="card here" aria-labelledby={titleId} data-testid="who-is-here" data-current={presence.isCurrent}>
      <div className="eyebrow">
        <h2 id={titleId}>{words.here.title}</h2>
        <span data-testid="people-count">{words.here.count(presence.people.length + presence.more)}</span>
      </div>
      <ul className="people" aria-label={words.here.title}>
        {presence.people.map((person) => (
          <PersonChip key={person.id} person={person} isMe={person.id === presence.me} />
        ))}
        {presence.more > 0 && <li className="person muted">{words.here.more(presence.more)}</li>}
      </ul>
      <MoodForm key={room} presence={presence} />
      <p className="hint">
        <Rich text={words.here.hint} />
      </p>
    </section>
  );
}

function PersonChip({ person, isMe }: { person: PersonHere; isMe: boolean }) {
  const words = useWords();
  const { user, away, data } = person;
  return (
    <li className="person" data-testid="person" data-name={user.name} data-away={away} data-me={isMe} data-color={data?.color}>
      <Avatar name={user.name} color={data?.color} />
      <span className="person-text">
        <span className="person-name">
          {user.name} {isMe && <span className="muted">{words.here.me}</span>}
        </span>
        {data !== null && data.text !== "" && (
          <span className="person-mood" data-testid="person-mood">
            {data.text}
          </span>
        )}
      </span>
      {away && <span className="tag">{words.here.away}</span>}
    </li>
  );
}

/** What this person says of themselves, in all their tabs. */
function MoodForm({ presence: { people, me, status, set } }: { presence: PresenceHere }) {
  const words = useWords();
  const id = useId();
  const said = people.find((person) => person.id === me)?.data ?? null;
  const [draft, setDraft] = useState<{ text?: string; color?: Color }>({});
  const [error, setError] = useState<ShownError | null>(null);
  const text = draft.text ?? said?.text ?? "";
  const color = draft.color ?? said?.color ?? "green";
  const isJoined = status.status === "joined";

  async function say(mood: Parameters<typeof set>[0]) {
    const answer = await set(mood);
    setError(answer.status === "error" ? answer : null);
    // What everybody sees now is what the form shows.
    if (answer.status === "success") setDraft({});
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    void say({ text: text.trim(), color });
  }

  return (
    <form className="mood-form" onSubmit={submit}>
      <div className="field">
        <label htmlFor={id}>{words.here.mood}</label>
        <div className="field-row">
          <input
            id={id}
            value={text}
            maxLength={LONGEST_MOOD}
            placeholder={words.here.moodPlaceholder}
            autoComplete="off"
            disabled={!isJoined}
            onChange={(event) => setDraft({ ...draft, text: event.target.value })}
            data-testid="mood-text"
          />
          <button type="submit" className="button" disabled={!isJoined} data-testid="mood-set">
            {words.here.show}
          </button>
          {said !== null && (
            <button type="button" className="button quiet" disabled={!isJoined} onClick={() => void say(null)} data-testid="mood-clear">
              {words.here.takeBack}
            </button>
          )}
        </div>
      </div>
      <Swatches
        legend={words.here.color}
        testId="mood"
        value={color}
        isDisabled={!isJoined}
        onChange={(next) => setDraft({ ...draft, color: next })}
      />
      {error !== null && (
        <p role="alert" className="notice danger" data-testid="mood-error" data-code={error.errorCode}>
          {error.message} <code>{error.errorCode}</code>
        </p>
      )}
    </form>
  );
}
