import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import type { Session } from "../_sockets/apiTypes.generated";
import { sync, useConnectionStatus } from "../_sockets/syncRequest";
import { type Language, parseLanguage, pickLanguage, readLanguageChoice, writeLanguageChoice } from "../language/languages";
import { type AuthAnswer, changeSession, fetchSession, signIn, signOut } from "./sessionRequests";
import { isAboutUser, isSignInNeeded, type SessionState, settled, userOf, withChange } from "./sessionState";

interface SessionValue {
  readonly status: SessionState["status"];
  /** Somebody's session, or `null` when nobody is signed in. */
  readonly session: Session | null;
  readonly isServerReachable: boolean;
  /** The server did not know the cookie any more; true until somebody signs in. */
  readonly hasEnded: boolean;
  /** Why the server did not do what it was asked for last, in its own words. */
  readonly problem: string | null;
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

const requestLanguage = () => readLanguageChoice() ?? pickLanguage(navigator.languages);

/** Knows who is signed in, and reconnects the socket whenever that changes, here or in another tab of this browser. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const [state, setState] = useState<SessionState>(() => ({
    status: "loading",
    session: null,
    isServerReachable: true,
    hasEnded: false,
    problem: null,
    guestChoice: readLanguageChoice(),
  }));
  const userId = useRef<string | null>(null);
  const settledChoice = useRef(state.guestChoice);

  /**
   * Takes over what the server says, and returns whether that took another connection: the socket's login is its
   * handshake's, and so is its language wherever the session has none.
   */
  const settle = useCallback((answer: AuthAnswer): boolean => {
    setState((before) => settled(before, answer));
    if (!isAboutUser(answer)) return false;
    const session = userOf(answer);
    const choice = session === null ? settledChoice.current : parseLanguage(session.locale);
    if (session !== null) writeLanguageChoice(choice);
    const isOtherUser = userId.current !== null && userId.current !== (session?.userId ?? "");
    const isLanguageLeftOpen = choice === null && settledChoice.current !== null;
    userId.current = session?.userId ?? "";
    settledChoice.current = choice;
    if (!isOtherUser && !isLanguageLeftOpen) return false;
    sync.reconnect();
    return true;
  }, []);

  const refresh = useCallback(async () => settle(await fetchSession(requestLanguage())), [settle]);
  const tellOtherTabs = useOtherTabs(refresh);
  useEndOfSession(
    useCallback(async () => {
      let answer = await fetchSession(requestLanguage());
      // Another tab may have signed in meanwhile: only a cookie that is still unknown is taken away, by signing out.
      if (isSignInNeeded(answer)) {
        setState((before) => settled(before, answer));
        await signOut(requestLanguage());
        answer = await fetchSession(requestLanguage());
      }
      if (!settle(answer)) sync.reconnect();
    }, [settle]),
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
      problem: state.problem,
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
        const answer = await signOut(requestLanguage());
        if (answer.status === "success") await refresh();
        else settle(answer);
        tellOtherTabs();
      },
      async chooseLanguage(choice) {
        const { guestChoice, session } = state;
        writeLanguageChoice(choice);
        setState((before) => withChange({ ...before, guestChoice: choice }, { locale: choice }));
        if (session === null) {
          settledChoice.current = choice;
          sync.reconnect();
        } else {
          const answer = await changeSession({ locale: choice }, requestLanguage());
          settle(answer);
          if (!isAboutUser(answer)) {
            writeLanguageChoice(guestChoice);
            setState((before) => withChange({ ...before, guestChoice }, { locale: session.locale }));
          }
        }
        tellOtherTabs();
      },
      async mute(muted) {
        const wasMuted = state.session?.muted ?? false;
        setState((before) => withChange(before, { muted }));
        const answer = await changeSession({ muted }, requestLanguage());
        settle(answer);
        if (!isAboutUser(answer)) setState((before) => withChange(before, { muted: wasMuted }));
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
