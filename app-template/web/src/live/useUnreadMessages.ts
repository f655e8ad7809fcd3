import { useEffect, useState } from "react";
import { usePlace } from "../routing/router";
import { useFeed } from "./FeedProvider";

/** How many chat messages of others have come since the chat page was last open. */
export function useUnreadMessages(): number {
  const { feed } = useFeed();
  const isOpen = usePlace().pathName === "/chat";
  const [seenUpTo, setSeenUpTo] = useState(0);
  const newest = feed.nextId - 1;

  useEffect(() => {
    if (isOpen) setSeenUpTo(newest);
  }, [isOpen, newest]);

  if (isOpen) return 0;
  return feed.entries.filter(
    (entry) =>
      entry.id > seenUpTo &&
      entry.kind === "event" &&
      entry.event.route === "chat/sendMessage/v1" &&
      !entry.event.clientOutput.mine,
  ).length;
}
