import { type FormEvent, useEffect, useState } from "react";
import { useWords } from "../language/LanguageProvider";
import type { PageRoom } from "../live/usePageRoom";
import { PrefixedName } from "./PrefixedName";

interface RoomPickerProps {
  /** The literal beginning of the page's room names. */
  readonly prefix: string;
  readonly pageRoom: PageRoom;
}

/** Shows which room the page is about, goes in and out of it, and shows why the door stayed shut. */
export function RoomPicker({ prefix, pageRoom }: RoomPickerProps) {
  const words = useWords();
  const [draft, setDraft] = useState(pageRoom.id);
  useEffect(() => setDraft(pageRoom.id), [pageRoom.id]);

  function submit(event: FormEvent) {
    event.preventDefault();
    pageRoom.pick(draft.trim());
  }

  const isCurrent = draft.trim() === pageRoom.id && pageRoom.isJoined;
  return (
    <form className="card room-picker" onSubmit={submit}>
      <PrefixedName label={words.room.label} prefix={prefix} value={draft} maxLength={80} testId="room-id" onChange={setDraft}>
        <button
          type="submit"
          className="button"
          disabled={isCurrent || pageRoom.isBusy || !pageRoom.isSignedIn}
          data-testid="room-join"
        >
          {pageRoom.isBusy ? words.room.joining : words.room.join}
        </button>
      </PrefixedName>
      <RoomStatus pageRoom={pageRoom} />
    </form>
  );
}

function RoomStatus({ pageRoom }: { pageRoom: PageRoom }) {
  const words = useWords();
  const { room, error } = pageRoom;
  if (error !== null) {
    return (
      <p role="alert" className="notice danger" data-testid="room-error" data-code={error.errorCode}>
        {error.message} <code>{error.errorCode}</code>
      </p>
    );
  }
  return (
    <p className="room-status" role="status" data-testid="room-status" data-joined={pageRoom.isJoined}>
      <span className={pageRoom.isJoined ? "dot on" : "dot"} aria-hidden="true" />
      <span className="room-status-text">
        {pageRoom.isJoined ? words.room.joined(room) : words.room.notJoined(room)}{" "}
        <span className="muted">{pageRoom.isJoined ? words.room.stays : !pageRoom.isSignedIn && words.room.mustSignIn}</span>
      </span>
      {pageRoom.isJoined && (
        <button type="button" className="button quiet small" onClick={pageRoom.leave} data-testid="room-leave">
          {words.room.leave}
        </button>
      )}
    </p>
  );
}
