import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import { appendToFeed, EMPTY_FEED, type Feed, type FeedItem } from "./feed";
import { useEveryEvent } from "./useEveryEvent";

interface FeedValue {
  readonly feed: Feed;
  record(item: FeedItem): void;
}

const FeedContext = createContext<FeedValue | null>(null);

export function useFeed(): FeedValue {
  const value = useContext(FeedContext);
  if (value === null) throw new Error("useFeed is called outside of FeedProvider");
  return value;
}

/** Listens to every route of the app for as long as the page is open, whatever page it shows. */
export function FeedProvider({ children }: { children: ReactNode }) {
  const [feed, setFeed] = useState<Feed>(EMPTY_FEED);
  const record = useCallback((item: FeedItem) => {
    const at = new Date();
    setFeed((before) => appendToFeed(before, item, at));
  }, []);
  useEveryEvent(record);
  const value = useMemo(() => ({ feed, record }), [feed, record]);
  return <FeedContext value={value}>{children}</FeedContext>;
}
