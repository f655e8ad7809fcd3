import { useState } from "react";
import { useWords } from "../language/LanguageProvider";
import { useFeed } from "./FeedProvider";

/** The newest announcement to any of this tab's rooms, on every page, until it is dismissed. */
export function AnnouncementBar() {
  const words = useWords();
  const { feed } = useFeed();
  const [dismissed, setDismissed] = useState(0);
  const last = feed.entries.findLast((entry) => entry.kind === "event" && entry.event.route === "root/announce/v1");
  const isShown = last?.kind === "event" && last.event.route === "root/announce/v1" && last.id > dismissed;
  return (
    <div className="announcements" role="status">
      {isShown && last.event.route === "root/announce/v1" && (
        <div key={last.id} className="announcement" data-testid="announcement">
          <p>
            <strong>{last.event.serverOutput.text}</strong>
            <span className="muted"> {words.announcement.from(last.event.serverOutput.by.name, last.room)}</span>
          </p>
          <button type="button" className="button quiet small" onClick={() => setDismissed(last.id)}>
            {words.announcement.dismiss}
          </button>
        </div>
      )}
    </div>
  );
}
