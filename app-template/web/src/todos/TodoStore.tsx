import { type ReactNode, useEffect, useRef, useState } from "react";
import { type AppStore, openStore, StoreProvider } from "../_sockets/syncRequest";
import { useSession } from "../session/SessionProvider";
import { todoMutators } from "./todoMutators";

/**
 * The durable data of whoever is signed in, on whatever page: what was done offline is sent from any of them. As long as the server cannot be
 * asked who that is, it is the data of who it was last.
 */
export function TodoStore({ children }: { children: ReactNode }) {
  const { session, lastUser } = useSession();
  const [store, setStore] = useState<AppStore | null>(null);
  const userId = session?.userId ?? lastUser?.userId;
  const name = session?.name ?? lastUser?.name ?? "";
  // Whoever is called something else is the same one, and goes on with the same store.
  const author = useRef(name);
  useEffect(() => void (author.current = name), [name]);
  useEffect(() => {
    if (userId === undefined) return;
    const opened = openStore(
      userId,
      todoMutators(() => author.current),
    );
    setStore(opened);
    return () => {
      setStore(null);
      opened.close();
    };
  }, [userId]);
  return <StoreProvider store={store}>{children}</StoreProvider>;
}
