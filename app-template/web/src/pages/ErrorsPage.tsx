import { useState } from "react";
import { useLanguage, useWords } from "../language/LanguageProvider";
import { useFeed } from "../live/FeedProvider";
import { type CallOutcome, useCall } from "../live/useCall";
import { usePageRoom } from "../live/usePageRoom";
import { RoomPicker } from "../parts/RoomPicker";
import { ATTEMPTS, type Attempt, type AttemptGroup } from "./attempts";
import { PageHead } from "./PageHead";

const PREFIX = "game-room-";
const FILES = ["src/examples/_sync/fail_server_v1.rs", "src/examples/_sync/fail_client_v1.rs", "locales/<lang>/app.ftl"];

/** Every way in which a call can be refused, one button each. They work signed out, too: then most of them want a login. */
export function ErrorsPage() {
  const words = useWords();
  const { language } = useLanguage();
  const pageRoom = usePageRoom("/errors", PREFIX);
  const { run, isBusy, outcome } = useCall();
  const [tried, setTried] = useState<Attempt | null>(null);

  function attempt(next: Attempt) {
    setTried(next);
    const room = next.elsewhere ?? pageRoom.room;
    void run(next.route, room, () => next.run(room, language));
  }

  return (
    <>
      <PageHead title={words.errors.title} lead={words.errors.lead} files={FILES} />
      <RoomPicker prefix={PREFIX} pageRoom={pageRoom} />
      <Result tried={tried} outcome={isBusy ? null : outcome} isBusy={isBusy} />
      {ATTEMPTS.map((group) => (
        <Attempts key={group.word} group={group} tried={tried} isBusy={isBusy} onAttempt={attempt} />
      ))}
      <ErrorFrames />
    </>
  );
}

interface AttemptsProps {
  readonly group: AttemptGroup;
  readonly tried: Attempt | null;
  readonly isBusy: boolean;
  onAttempt(attempt: Attempt): void;
}

function Attempts({ group, tried, isBusy, onAttempt }: AttemptsProps) {
  const words = useWords();
  return (
    <section aria-labelledby={`group-${group.word}`}>
      <h2 id={`group-${group.word}`} className="section-title small">
        {words.errors[group.word]}
      </h2>
      {group.hint !== undefined && <p className="hint">{words.errors[group.hint]}</p>}
      <ul className="attempts">
        {group.attempts.map((attempt) => (
          <li key={attempt.word}>
            <button
              type="button"
              className="attempt"
              disabled={isBusy}
              aria-pressed={attempt === tried}
              onClick={() => onAttempt(attempt)}
              data-testid={`attempt-${attempt.word}`}
            >
              <span>{words.errors[attempt.word]}</span>
              <code>{attempt.expects}</code>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface ResultProps {
  readonly tried: Attempt | null;
  readonly outcome: CallOutcome | null;
  readonly isBusy: boolean;
}

function Result({ tried, outcome, isBusy }: ResultProps) {
  const words = useWords();
  return (
    <section className="card result" aria-live="polite" aria-busy={isBusy} data-testid="result" data-attempt={tried?.word}>
      <h2 className="eyebrow">
        {words.errors.result}
        {tried !== null && <code>{tried.route}</code>}
      </h2>
      {isBusy && <p className="muted">{words.answer.waiting}</p>}
      {!isBusy && outcome === null && <p className="muted">{words.errors.noResult}</p>}
      {outcome?.status === "success" && (
        <p className="result-sentence good" data-testid="result-success">
          {words.errors.notRefused}
        </p>
      )}
      {outcome?.status === "error" && <Refusal outcome={outcome} />}
    </section>
  );
}

function Refusal({ outcome }: { outcome: Extract<CallOutcome, { status: "error" }> }) {
  const words = useWords();
  const { error, tookMs } = outcome;
  return (
    <>
      <p className="result-sentence" data-testid="result-message">
        {error.message}
      </p>
      <dl className="facts">
        <div>
          <dt>{words.errors.code}</dt>
          <dd>
            <code data-testid="result-code">{error.errorCode}</code>
          </dd>
        </div>
        <div>
          <dt>{words.errors.params}</dt>
          <dd>
            <code data-testid="result-params">{JSON.stringify(error.errorParams)}</code>
          </dd>
        </div>
        <div>
          <dt>{words.errors.status}</dt>
          <dd>
            <code data-testid="result-status">{error.httpStatus ?? words.errors.noStatus}</code>
          </dd>
        </div>
        <div>
          <dt>{words.errors.took}</dt>
          <dd>{words.answer.inMs(tookMs)}</dd>
        </div>
      </dl>
    </>
  );
}

/** What filters sent to this tab instead of an event. */
function ErrorFrames() {
  const words = useWords();
  const { feed } = useFeed();
  const frames = feed.entries.filter((entry) => entry.kind === "error").toReversed();
  return (
    <section className="card">
      <h2>{words.errors.frames}</h2>
      {frames.length === 0 && <p className="muted">{words.errors.noFrames}</p>}
      <ul className="received" data-testid="error-frames">
        {frames.map(({ id, error, room }) => (
          <li key={id} data-code={error.errorCode}>
            <span>{error.message}</span> <code>{error.errorCode}</code> <code>{room}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}
