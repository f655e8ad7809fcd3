import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import type { Session } from "../_sockets/apiTypes.generated";
import { sync, useConnectionStatus } from "../_sockets/syncRequest";
import { type Language, parseLanguage, pickLanguage, readLanguageChoice, writeLanguageChoice } from "../language/languages";
import { type AuthAnswer, changeSession, fetchSession, signIn, signOut } from "./sessionRequests";

interface SessionValue {
  readonly status: "loading" | "signedOut" | "signedIn";
  /** Somebody's session, or `null` when nobody is signed in. */
  readonly session: Session | null;
  readonly isServerReachable: boolean;
  /** The server did not know the cookie any more; true until somebody signs in. */
  readonly hasEnded: boolean;
  /** `null`: whatever the browser prefers. */
  readonly languageChoice: Language | null;
  signIn(name: string): Promise<AuthAnswer>;
  signOut(): Promise<void>;
  chooseLanguage(choice: Language | null): Promise<void>;
  /** Whether this user wants to be left alone. */
  mute(muted: boolean): Promise<void>;
}

const SessionContext = createContext<SessionValue | null>(null);

export function useSession(): SessionValue {
  const value = useContext(SessionContext);
  if (value === null) throw new Error("useSession is called outside of SessionProvider");
  return value;
}

interface SessionState {
  readonly status: SessionValue["status"];
  readonly session: Session | null;
  readonly isServerReachable: boolean;
  readonly hasEnded: boolean;
  readonly guestChoice: Language | null;
}

const requestLanguage = () => readLanguageChoice() ?? pickLanguage(navigator.languages);

/** Knows who is signed in, and reconnects the socket whenever that changes, here or in another tab of this browser. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const [state, setState] = useState<SessionState>(() => ({
    status: "loading",
    session: null,
    isServerReachable: true,
    hasEnded: false,
    guestChoice: readLanguageChoice(),
  }));
  const userId = useRef<string | null>(null);

  /** Takes over what the server says. The socket's login is its handshake's, so another user means another connection. */
  const settle = useCallback((answer: AuthAnswer) => {
    if (answer.status === "unreachable") {
      setState((before) => ({ ...before, isServerReachable: false }));
      return;
    }
    const session = answer.status === "success" && answer.session?.userId ? answer.session : null;
    const choice = parseLanguage(session?.locale);
    if (choice !== null) writeLanguageChoice(choice);
    setState((before) => ({
      status: session === null ? "signedOut" : "signedIn",
      session,
      isServerReachable: true,
      hasEnded: session === null && before.hasEnded,
      guestChoice: choice ?? before.guestChoice,
    }));
    const before = userId.current;
    userId.current = session?.userId ?? "";
    if (before !== null && before !== userId.current) sync.reconnect();
  }, []);

  const refresh = useCallback(async () => settle(await fetchSession(requestLanguage())), [settle]);
  const tellOtherTabs = useOtherTabs(refresh);
  useEndOfSession(
    useCallback(async () => {
      setState((before) => ({ ...before, hasEnded: before.session !== null }));
      // Signing out takes the cookie away that nobody knows any more; without it the socket may connect as a guest.
      await signOut(requestLanguage());
      await refresh();
      sync.reconnect();
    }, [refresh]),
  );

  useEffect(() => {
    void refresh();
  }, [refresh]);

  const value = useMemo<SessionValue>(
    () => ({
      status: state.status,
      session: state.session,
      isServerReachable: state.isServerReachable,
      hasEnded: state.hasEnded,
      languageChoice: state.session === null ? state.guestChoice : parseLanguage(state.session.locale),
      async signIn(name) {
        const answer = await signIn(name, state.guestChoice, requestLanguage());
        if (answer.status === "success") {
          settle(answer);
          tellOtherTabs();
        }
        return answer;
      },
      async signOut() {
        await signOut(requestLanguage());
        await refresh();
        tellOtherTabs();
      },
      async chooseLanguage(choice) {
        writeLanguageChoice(choice);
        setState((before) => ({
          ...before,
          guestChoice: choice,
          session: before.session && { ...before.session, locale: choice },
        }));
        if (state.session === null) sync.reconnect();
        else settle(await changeSession({ locale: choice }, requestLanguage()));
        tellOtherTabs();
      },
      async mute(muted) {
        setState((before) => ({ ...before, session: before.session && { ...before.session, muted } }));
        settle(await changeSession({ muted }, requestLanguage()));
        tellOtherTabs();
      },
    }),
    [state, settle, refresh, tellOtherTabs],
  );

  return <SessionContext value={value}>{children}</SessionContext>;
}

/** The server does not know the cookie any more: sessions expire, and a restart forgets those that are kept in memory. */
function useEndOfSession(ended: () => Promise<void>): void {
  const connection = useConnectionStatus();
  const isUnknown = connection.status === "refused" && connection.errorCode === "auth-required";
  const hasTried = useRef(false);
  useEffect(() => {
    if (connection.status === "connected") hasTried.current = false;
    if (!isUnknown || hasTried.current) return;
    hasTried.current = true;
    void ended();
  }, [connection, isUnknown, ended]);
}

/** All tabs of a browser share one cookie: what one of them changes, the others ask for again. */
function useOtherTabs(changed: () => void): () => void {
  const channel = useRef<BroadcastChannel | null>(null);
  useEffect(() => {
    const opened = new BroadcastChannel("syncwright.session");
    opened.onmessage = changed;
    channel.current = opened;
    return () => {
      opened.close();
      channel.current = null;
    };
  }, [changed]);
  return useCallback(() => channel.current?.postMessage(null), []);
}
