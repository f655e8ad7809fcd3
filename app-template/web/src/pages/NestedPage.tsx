import { type FormEvent, type ReactNode, useId, useState } from "react";
import { syncRequest } from "../_sockets/syncRequest";
import { useWords } from "../language/LanguageProvider";
import { eventsIn } from "../live/feed";
import { useFeed } from "../live/FeedProvider";
import { useRooms } from "../live/RoomsProvider";
import { type CallOutcome, useCall } from "../live/useCall";
import { usePageRoom } from "../live/usePageRoom";
import { CallError } from "../parts/CallError";
import { Rich } from "../parts/Rich";
import { RoomPicker } from "../parts/RoomPicker";
import { PageHead } from "./PageHead";

/** The page's room rule takes a number: `nested-{number}`. */
const PREFIX = "nested-";
const FILES = [
  "src/test/nestedTest/_room.rs",
  "src/test/nestedTest/_sync/room_server_v1.rs",
  "src/_sync/announce_server_v1.rs",
];

/** Two server files alone: one deep in the folders, one at their root. */
export function NestedPage() {
  const words = useWords();
  const pageRoom = usePageRoom("/nested", PREFIX, "1");
  return (
    <>
      <PageHead title={words.nested.title} lead={words.nested.lead} files={FILES} />
      <RoomPicker prefix={PREFIX} pageRoom={pageRoom} />
      <div className="columns">
        <NestedCard room={pageRoom.room} isJoined={pageRoom.isJoined} />
        <AnnounceCard pageRoom={pageRoom.room} />
      </div>
      <ReceivedCard room={pageRoom.room} />
    </>
  );
}

function NestedCard({ room, isJoined }: { room: string; isJoined: boolean }) {
  const words = useWords();
  const { run, isBusy, outcome } = useCall();
  const send = (message: string) =>
    run("test/nestedTest/room/v1", room, () =>
      syncRequest({ name: "test/nestedTest/room", version: "v1", data: { message }, receiver: room }),
    );
  return (
    <section className="card">
      <h2>{words.nested.nestedTitle}</h2>
      <p className="muted">
        <Rich text={words.nested.nestedText} />
      </p>
      <OneLineForm
        label={words.nested.message}
        placeholder={words.nested.messagePlaceholder}
        button={words.nested.sendMessage}
        isJoined={isJoined}
        isBusy={isBusy}
        testId="nested"
        onSend={send}
      />
      <CallError outcome={outcome} />
    </section>
  );
}

function AnnounceCard({ pageRoom }: { pageRoom: string }) {
  const words = useWords();
  const { run, isBusy, outcome } = useCall();
  const { rooms } = useRooms();
  const joined = [...rooms].filter(([, state]) => state.status === "joined").map(([room]) => room);
  const [chosen, setChosen] = useState<string | null>(null);
  const room = chosen !== null && joined.includes(chosen) ? chosen : pageRoom;
  const id = useId();
  const announce = (text: string) =>
    run("root/announce/v1", room, () =>
      syncRequest({ name: "root/announce", version: "v1", data: { text }, receiver: room }),
    );
  return (
    <section className="card">
      <h2>{words.nested.rootTitle}</h2>
      <p className="muted">
        <Rich text={words.nested.rootText} />
      </p>
      <OneLineForm
        label={words.nested.announcement}
        placeholder={words.nested.announcementPlaceholder}
        button={words.nested.announce}
        isJoined={joined.includes(room)}
        isBusy={isBusy}
        testId="announce"
        onSend={announce}
      >
        <div className="field">
          <label htmlFor={id}>{words.nested.to}</label>
          <select id={id} value={room} onChange={(event) => setChosen(event.target.value)} data-testid="announce-room">
            {(joined.includes(room) ? joined : [room, ...joined]).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </div>
      </OneLineForm>
      <CallError outcome={outcome} />
    </section>
  );
}

interface OneLineFormProps {
  readonly label: string;
  readonly placeholder: string;
  readonly button: string;
  readonly isJoined: boolean;
  readonly isBusy: boolean;
  readonly testId: string;
  readonly children?: ReactNode;
  onSend(text: string): Promise<CallOutcome>;
}

function OneLineForm(props: OneLineFormProps) {
  const { label, placeholder, button, isJoined, isBusy, testId, children, onSend } = props;
  const words = useWords();
  const [text, setText] = useState("");
  const id = useId();

  async function submit(event: FormEvent) {
    event.preventDefault();
    const settled = await onSend(text.trim());
    if (settled.status === "success") setText("");
  }

  return (
    <form className="stack" onSubmit={submit}>
      <div className="field">
        <label htmlFor={id}>{label}</label>
        <input
          id={id}
          value={text}
          placeholder={placeholder}
          maxLength={200}
          required
          autoComplete="off"
          onChange={(event) => setText(event.target.value)}
          data-testid={`${testId}-text`}
        />
      </div>
      {children}
      <div className="actions">
        <button type="submit" className="button primary" disabled={!isJoined || isBusy} data-testid={`${testId}-send`}>
          {button}
        </button>
        {!isJoined && <span className="hint">{words.room.mustJoin}</span>}
      </div>
    </form>
  );
}

function ReceivedCard({ room }: { room: string }) {
  const words = useWords();
  const { feed } = useFeed();
  const received = eventsIn(feed, room, "test/nestedTest/room/v1", "root/announce/v1").toReversed();
  return (
    <section className="card">
      <h2>{words.nested.received}</h2>
      {received.length === 0 && <p className="muted">{words.nested.nothing}</p>}
      <ul className="received" data-testid="nested-received">
        {received.map(({ id, event }) => (
          <li key={id} data-route={event.route}>
            {event.route === "root/announce/v1" ? (
              <>
                <strong>{event.serverOutput.by.name}</strong> {event.serverOutput.text}
              </>
            ) : (
              <>
                <strong>{event.serverOutput.from.name}</strong> {event.serverOutput.message}
              </>
            )}
            <code>{event.route}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}
