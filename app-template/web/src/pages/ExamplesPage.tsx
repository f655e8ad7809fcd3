import { useId, useState } from "react";
import { syncRequest, useApiRequest } from "../_sockets/syncRequest";
import type { Counter } from "../counter/counted";
import { useCounter } from "../counter/useCounter";
import { useWords } from "../language/LanguageProvider";
import { eventsIn } from "../live/feed";
import { useFeed } from "../live/FeedProvider";
import { useCall } from "../live/useCall";
import { usePageRoom } from "../live/usePageRoom";
import { CallError } from "../parts/CallError";
import { CodeBlock } from "../parts/CodeBlock";
import { Rich } from "../parts/Rich";
import { RoomPicker } from "../parts/RoomPicker";
import { Segmented } from "../parts/Segmented";
import { Link } from "../routing/Link";
import { hrefOf } from "../routing/router";
import { useSession } from "../session/SessionProvider";
import { PageHead } from "./PageHead";
import { ASK_AND_SHOW, COUNTER_STATE, REQUEST_HANDLER } from "./snippets";

const PREFIX = "game-room-";
const FILES = [
  "src/examples/_state/counter_v1.rs",
  "src/examples/_sync/updateCounter_server_v1.rs",
  "src/examples/_sync/updateCounter_client_v1.rs",
  "src/examples/_sync/updateCounter_server_v2.rs",
  "src/examples/_sync/updateCounter_client_v2.rs",
  "src/examples/_api/readCounter_v1.rs",
];
const QUICK_AMOUNTS = [1, 5, 25];

type Ignored = "nobody" | "tab" | "session";
const IGNORE_SELF = { nobody: false, tab: true, session: "session" } as const satisfies Record<Ignored, boolean | "session">;

/**
 * One number for a room, which is a state: two versions of an event that changes it, a filter that asks where each member is, and a request
 * that asks for the number.
 */
export function ExamplesPage() {
  const words = useWords();
  const pageRoom = usePageRoom("/examples", PREFIX);
  const counter = useCounter(pageRoom.isJoined || pageRoom.isBusy ? `${PREFIX}${pageRoom.id}` : null);
  return (
    <>
      <PageHead title={words.examples.title} lead={words.examples.lead} files={FILES} />
      <RoomPicker prefix={PREFIX} pageRoom={pageRoom} />
      <section className="card counter" data-testid="counter">
        <CounterValue room={pageRoom.room} counter={counter.value} />
        <CounterControls room={pageRoom.room} mayCall={pageRoom.mayCall} onReset={() => counter.act("reset")} />
      </section>
      <CounterReading key={pageRoom.room} room={pageRoom.room} />
      <CodeBlock {...COUNTER_STATE} />
      <CodeBlock {...REQUEST_HANDLER} />
      <CodeBlock {...ASK_AND_SHOW} />
      <Elsewhere id={pageRoom.id} />
    </>
  );
}

function CounterValue({ room, counter }: { room: string; counter: Counter | undefined }) {
  const words = useWords();
  const { session } = useSession();
  const { feed } = useFeed();
  // What was said with an event belongs to the number that the event has made.
  const last = eventsIn(feed, room, "examples/updateCounter/v1", "examples/updateCounter/v2").at(-1)?.event;
  const note = last?.route === "examples/updateCounter/v2" && last.serverOutput.newValue === counter?.value ? last.serverOutput.note : null;
  return (
    <div className="counter-value">
      <h2 className="eyebrow">{words.examples.value}</h2>
      <output key={counter?.value} className="big-number" data-testid="counter-value" aria-live="polite">
        {counter === undefined ? "–" : shownNumber(counter.value)}
      </output>
      <p className="muted" data-testid="counter-changed">
        {counter === undefined ? words.examples.noValue : whoChanged(counter)}
      </p>
      {note !== null && (
        <blockquote className="counter-note" data-testid="counter-note">
          {note}
        </blockquote>
      )}
    </div>
  );

  function whoChanged({ changedBy }: Counter): string {
    if (changedBy === null) return words.examples.neverChanged;
    if (changedBy.userId === session?.userId) return words.examples.changedByMe;
    return words.examples.changedBy(changedBy.name);
  }
}

interface CounterControlsProps {
  readonly room: string;
  readonly mayCall: boolean;
  /** Begins with 0 again. */
  onReset(): ReturnType<ReturnType<typeof useCounter>["act"]>;
}

function CounterControls({ room, mayCall, onReset }: CounterControlsProps) {
  const words = useWords();
  const { run, isBusy, outcome } = useCall();
  const [amount, setAmount] = useState(5);
  const [note, setNote] = useState("");
  const [ignored, setIgnored] = useState<Ignored>("nobody");
  const id = useId();
  const ignoreSelf = IGNORE_SELF[ignored];

  async function addV1() {
    await run("examples/updateCounter/v1", room, () =>
      syncRequest({
        name: "examples/updateCounter",
        version: "v1",
        data: { amount },
        receiver: room,
        ignoreSelf,
      }),
    );
  }

  async function addV2() {
    await run("examples/updateCounter/v2", room, () =>
      syncRequest({
        name: "examples/updateCounter",
        version: "v2",
        data: { amount, note: note.trim() === "" ? null : note.trim() },
        receiver: room,
        ignoreSelf,
      }),
    );
  }

  /** No event: the state is acted on, and shows 0 at once. */
  async function reset() {
    await run("examples/counter/v1", room, async () => {
      const answer = await onReset();
      return answer.status === "error" ? answer : { status: "success", result: { stateVersion: answer.stateVersion } };
    });
  }

  const isDisabled = !mayCall || isBusy;
  return (
    <div className="counter-controls">
      <div className="field">
        <label htmlFor={`${id}-amount`}>{words.examples.amount}</label>
        <div className="field-row">
          <input
            id={`${id}-amount`}
            className="narrow"
            type="number"
            inputMode="numeric"
            min={1}
            max={100}
            value={amount}
            onChange={(event) => setAmount(event.target.valueAsNumber || 0)}
            data-testid="counter-amount"
          />
          {QUICK_AMOUNTS.map((quick) => (
            <button
              key={quick}
              type="button"
              className="button small"
              aria-pressed={quick === amount}
              onClick={() => setAmount(quick)}
            >
              {quick}
            </button>
          ))}
        </div>
      </div>
      <div className="field">
        <label htmlFor={`${id}-note`}>{words.examples.note}</label>
        <input
          id={`${id}-note`}
          value={note}
          maxLength={80}
          placeholder={words.examples.notePlaceholder}
          onChange={(event) => setNote(event.target.value)}
          data-testid="counter-note-input"
        />
      </div>
      <Segmented<Ignored>
        legend={words.examples.ignoreSelf}
        hint={<Rich text={words.examples.ignoreHint} />}
        testId="ignore"
        value={ignored}
        onChange={setIgnored}
        options={[
          { value: "nobody", label: words.examples.ignoreNobody, code: "false" },
          { value: "tab", label: words.examples.ignoreThisTab, code: "true" },
          { value: "session", label: words.examples.ignoreAllTabs, code: '"session"' },
        ]}
      />
      <div className="actions">
        <button type="button" className="button primary" disabled={isDisabled} onClick={addV1} data-testid="add-v1">
          {words.examples.addV1(amount)}
        </button>
        <button type="button" className="button primary alt" disabled={isDisabled} onClick={addV2} data-testid="add-v2">
          {words.examples.addV2(amount)}
        </button>
        <button type="button" className="button quiet" disabled={isDisabled} onClick={reset} data-testid="counter-reset">
          {words.examples.reset}
        </button>
        {!mayCall && <span className="hint">{words.room.mustJoin}</span>}
      </div>
      <CallError outcome={outcome} />
    </div>
  );
}

/** Asks the server, also from outside of the room; one for each room, so that a number is never shown for another one. */
function CounterReading({ room }: { room: string }) {
  const words = useWords();
  const { call, result, error, isPending } = useApiRequest({ name: "examples/readCounter", version: "v1" });
  // The live list shows answers, too, with the time that they took.
  const { run, outcome } = useCall();

  async function read() {
    await run("examples/readCounter/v1", room, () => call({ data: { room } }));
  }

  return (
    <section className="card reading" data-testid="reading">
      <h2>{words.examples.readTitle}</h2>
      <p>{words.examples.readText}</p>
      <div className="actions">
        <button type="button" className="button primary" disabled={isPending} onClick={read} data-testid="read-counter">
          {words.examples.readButton}
        </button>
        <output className="reading-answer" aria-live="polite" aria-busy={isPending}>
          {result !== null && (
            <>
              <span className="muted">{words.examples.readValue(room)}</span>{" "}
              <strong data-testid="counter-reading">{shownNumber(result.value)}</strong>
            </>
          )}
          {result === null && error === null && <span className="muted">{words.examples.readNothing}</span>}
        </output>
      </div>
      <CallError outcome={outcome} />
    </section>
  );
}

/** Thousands apart, as in all four languages of the page. */
function shownNumber(value: number): string {
  return value.toLocaleString("en").replaceAll(",", "\u202f");
}

function Elsewhere({ id }: { id: string }) {
  const words = useWords();
  return (
    <section className="card tinted">
      <h2>{words.examples.elsewhereTitle}</h2>
      <p>{words.examples.elsewhereText}</p>
      <Link className="button" href={hrefOf("/chat", { room: id })} data-testid="go-elsewhere">
        {words.examples.elsewhereLink}
      </Link>
    </section>
  );
}
