import { useCallback, useId, useState } from "react";
import { useWords } from "../language/LanguageProvider";
import { eventsIn } from "../live/feed";
import { useFeed } from "../live/FeedProvider";
import { usePageRoom } from "../live/usePageRoom";
import { useIsSomebodyTyping, useTyping } from "../live/useTyping";
import { CodeBlock } from "../parts/CodeBlock";
import { RoomPicker } from "../parts/RoomPicker";
import { Switch } from "../parts/Switch";
import { useSession } from "../session/SessionProvider";
import { PageHead } from "./PageHead";
import { TYPING_GATE } from "./snippets";

const PREFIX = "lobby-";
const FILES = ["src/lobby/_room.rs", "src/lobby/_sync/typing_client_v1.rs"];

/** A client file alone: nothing runs once, and each member's gate opens or stays shut. */
export function LobbyPage() {
  const words = useWords();
  const { room, isJoined, ...rest } = usePageRoom("/lobby", PREFIX);
  const { feed } = useFeed();
  const isTyping = useIsSomebodyTyping(room);
  const arrived = eventsIn(feed, room, "lobby/typing/v1").length;
  return (
    <>
      <PageHead title={words.lobby.title} lead={words.lobby.lead} files={FILES} />
      <RoomPicker prefix={PREFIX} pageRoom={{ room, isJoined, ...rest }} />
      <section className="card lobby">
        <p className="typing big" role="status" data-testid="typing" data-typing={isTyping}>
          <span className={isTyping ? "typing-dots" : "typing-dots still"} aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {isTyping ? words.lobby.someone : words.lobby.nobody}
        </p>
        <Pad room={room} isJoined={isJoined} arrived={arrived} />
        <DoNotDisturb />
      </section>
      <CodeBlock {...TYPING_GATE} />
    </>
  );
}

function Pad({ room, isJoined, arrived }: { room: string; isJoined: boolean; arrived: number }) {
  const words = useWords();
  const id = useId();
  const [sent, setSent] = useState(0);
  const countSent = useCallback(() => setSent((before) => before + 1), []);
  const tellTyping = useTyping(room, countSent);
  return (
    <div className="field">
      <label htmlFor={id}>{words.lobby.pad}</label>
      <textarea
        id={id}
        rows={3}
        placeholder={words.lobby.padPlaceholder}
        disabled={!isJoined}
        aria-describedby={`${id}-hint`}
        onChange={tellTyping}
        data-testid="typing-pad"
      />
      <p id={`${id}-hint`} className="hint">
        {isJoined ? `${words.lobby.sent(sent)} · ${words.lobby.arrived(arrived)}` : words.room.mustJoin}
      </p>
    </div>
  );
}

function DoNotDisturb() {
  const words = useWords();
  const { session, mute } = useSession();
  return (
    <Switch
      label={words.lobby.mute}
      hint={words.lobby.muteHint}
      isOn={session?.muted ?? false}
      isDisabled={session === null}
      testId="mute"
      onChange={(muted) => void mute(muted)}
    />
  );
}
