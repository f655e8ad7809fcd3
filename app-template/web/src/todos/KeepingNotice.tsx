import { useEffect, useState } from "react";
import type { Dropped } from "syncwright";
import { useStoreOrNull } from "../_sockets/syncRequest";
import { useWords } from "../language/LanguageProvider";

/** What this browser does not keep, until somebody has read it; on whatever page, since that is where it may be closed. */
export function KeepingNotice() {
  const words = useWords();
  const store = useStoreOrNull();
  const [dropped, setDropped] = useState<Dropped | null>(null);
  useEffect(() => {
    setDropped(null);
    return store?.onDrop(setDropped);
  }, [store]);
  if (dropped === null) return null;
  return (
    <p role="alert" className="notice warn dismissable" data-testid="not-kept" data-reason={dropped.reason}>
      <span>{dropped.reason === "damaged" ? words.todos.damaged : words.todos.notKept(dropped.waiting)}</span>
      <button type="button" className="button quiet small" onClick={() => setDropped(null)} data-testid="not-kept-dismiss">
        {words.todos.dismiss}
      </button>
    </p>
  );
}
