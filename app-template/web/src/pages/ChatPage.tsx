import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { syncRequest, useConnection } from "../_sockets/syncRequest";
import { useWords } from "../language/LanguageProvider";
import { type EventOf, eventsIn, type Received } from "../live/feed";
import { useFeed } from "../live/FeedProvider";
import { useCall } from "../live/useCall";
import { usePageRoom } from "../live/usePageRoom";
import { useRooms } from "../live/RoomsProvider";
import { useIsSomebodyTyping, useTyping } from "../live/useTyping";
import { CallError } from "../parts/CallError";
import { Rich } from "../parts/Rich";
import { RoomPicker } from "../parts/RoomPicker";
import { WhoIsHere } from "../parts/WhoIsHere";
import { PageHead } from "./PageHead";

const PREFIX = "chat-";
const FILES = [
  "src/chat/_room.rs",
  "src/chat/_sync/sendMessage_server_v1.rs",
  "src/chat/_sync/sendMessage_client_v1.rs",
  "src/lobby/_sync/typing_client_v1.rs",
];

/** Who is here, messages through an asynchronous filter, and "somebody is typing" through the gate of the lobby. */
export function ChatPage() {
  const words = useWords();
  const pageRoom = usePageRoom("/chat", PREFIX);
  const lobby = `lobby-${pageRoom.id}`;
  const isWanted = pageRoom.isJoined || pageRoom.isBusy;
  useCompanionRoom(lobby, isWanted);
  return (
    <>
      <PageHead title={words.chat.title} lead={words.chat.lead} files={FILES} />
      <RoomPicker prefix={PREFIX} pageRoom={pageRoom} />
      <WhoIsHere room={isWanted ? `${PREFIX}${pageRoom.id}` : null} />
      <section className="card chat" aria-label={words.chat.title}>
        <Messages room={pageRoom.room} lobby={lobby} />
        <MessageForm room={pageRoom.room} lobby={lobby} mayCall={pageRoom.mayCall} />
      </section>
      <p className="hint">
        <Rich text={words.chat.hint} />
      </p>
    </>
  );
}

/** The chat borrows a room of the lobby for its typing events while it is shown; one that was entered before is kept. */
function useCompanionRoom(room: string, isWanted: boolean) {
  const { enter, leave, isHeld } = useRooms();
  useEffect(() => {
    if (!isWanted || isHeld(room)) return;
    void enter(room);
    return () => leave(room);
  }, [room, isWanted, enter, leave, isHeld]);
}

function Messages({ room, lobby }: { room: string; lobby: string }) {
  const words = useWords();
  const { feed } = useFeed();
  const messages = eventsIn(feed, room, "chat/sendMessage/v1");
  const said = messages.findLast((message) => !message.event.clientOutput.mine)?.id;
  const isTyping = useIsSomebodyTyping(lobby, said);
  const list = useRef<HTMLDivElement>(null);
  const count = messages.length;

  useEffect(() => {
    // Scrolls the list alone; scrollIntoView would move the page under the reader.
    if (list.current !== null) list.current.scrollTop = list.current.scrollHeight;
  }, [count]);

  return (
    <div className="messages-box">
      <div ref={list} className="messages" role="log" aria-label={words.chat.messages} data-testid="messages">
        <ol>
          {messages.map((message) => (
            <Bubble key={message.id} message={message} />
          ))}
          {count === 0 && <li className="messages-empty muted">{words.chat.empty}</li>}
        </ol>
      </div>
      <p className="typing" role="status" data-testid="typing" data-typing={isTyping}>
        {isTyping && (
          <>
            <span className="typing-dots" aria-hidden="true">
              <i />
              <i />
              <i />
            </span>
            {words.chat.typing}
          </>
        )}
      </p>
    </div>
  );
}

function Bubble({ message }: { message: Received<EventOf<"chat/sendMessage/v1">> }) {
  const words = useWords();
  const { serverOutput, clientOutput } = message.event;
  return (
    <li className={clientOutput.mine ? "bubble mine" : "bubble"} data-testid="message" data-mine={clientOutput.mine}>
      <span className="bubble-author">{clientOutput.mine ? words.chat.you : serverOutput.author.name}</span>
      <p className="bubble-text">{serverOutput.text}</p>
      <span className="bubble-meta">
        {words.chat.place} <code data-testid="message-place">{clientOutput.place}</code> · {words.chat.locale}{" "}
        <code data-testid="message-locale">{clientOutput.locale}</code>
      </span>
    </li>
  );
}

function MessageForm({ room, lobby, mayCall }: { room: string; lobby: string; mayCall: boolean }) {
  const words = useWords();
  const { run, isBusy, outcome } = useCall();
  const { isOnline } = useConnection();
  const [text, setText] = useState("");
  const tellTyping = useTyping(lobby);
  const id = useId();

  async function send(event: FormEvent) {
    event.preventDefault();
    const said = text.trim();
    if (said === "" || (isBusy && isOnline)) return;
    // Without a connection it waits, and so does nobody.
    if (!isOnline) setText("");
    const settled = await run("chat/sendMessage/v1", room, () =>
      syncRequest({ name: "chat/sendMessage", version: "v1", data: { text: said }, receiver: room }),
    );
    if (settled.status === "success") setText((now) => (now.trim() === said ? "" : now));
  }

  return (
    <form className="message-form" onSubmit={send}>
      <label className="visually-hidden" htmlFor={id}>
        {words.chat.message}
      </label>
      <input
        id={id}
        value={text}
        maxLength={500}
        placeholder={words.chat.placeholder}
        autoComplete="off"
        disabled={!mayCall}
        aria-describedby={mayCall ? undefined : `${id}-why`}
        onChange={(event) => {
          setText(event.target.value);
          if (event.target.value !== "") tellTyping();
        }}
        data-testid="message-input"
      />
      <button type="submit" className="button primary" disabled={!mayCall || (isBusy && isOnline)} data-testid="message-send">
        {words.chat.send}
      </button>
      {!mayCall && (
        <p id={`${id}-why`} className="hint">
          {words.room.mustJoin}
        </p>
      )}
      <CallError outcome={outcome} />
    </form>
  );
}
