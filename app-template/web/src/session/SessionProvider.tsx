import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import type { Session } from "../_sockets/apiTypes.generated";
import { setUser, sync, useConnection } from "../_sockets/syncRequest";
import { type Language, parseLanguage, pickLanguage, readLanguageChoice, writeLanguageChoice } from "../language/languages";
import { Asking } from "./asking";
import { type LastUser, readLastUser, writeLastUser } from "./lastUser";
import { onChance } from "./chances";
import { askInTime, type Renewal } from "./renewal";
import { type AuthAnswer, changeSession, fetchSession, type SessionChange, signIn, signOut } from "./sessionRequests";
import { isAboutUser, isSignInNeeded, type SessionState, settled, userOf, withChange } from "./sessionState";

interface SessionValue {
  readonly status: SessionState["status"];
  /** Somebody's session, or `null` when nobody is signed in. */
  readonly session: Session | null;
  readonly isServerReachable: boolean;
  /** Who was signed in last in this browser, as long as the server has not said who is. */
  readonly lastUser: LastUser | null;
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
  /** Whether this user is a host of boards. */
  beHost(host: boolean): Promise<void>;
}

const SessionContext = createContext<SessionValue | null>(null);

export function useSession(): SessionValue {
  const value = useContext(SessionContext);
  if (value === null) throw new Error("useSession is called outside of SessionProvider");
  return value;
}

/** The socket was refused for want of a session that the server knows. */
const isSocketRefused = () => {
  const connection = sync.status.getSnapshot();
  return connection.status === "refused" && connection.errorCode === "auth-required";
};

const requestLanguage = () => readLanguageChoice() ?? pickLanguage(navigator.languages);

/** Knows who is signed in, and reconnects the socket whenever that changes, here or in another tab of this browser. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const [state, setState] = useState<SessionState>(() => ({
    status: "loading",
    session: null,
    isServerReachable: true,
    hasEnded: false,
    problem: null,
    renewal: null,
    guestChoice: readLanguageChoice(),
  }));
  const userId = useRef<string | null>(null);
  /** A question about the user stayed without an answer before there was any; the socket may be somebody else's meanwhile. */
  const wasUnanswered = useRef(false);
  /** Counts what was asked of the server. An answer to anything but the last of it may be older than what is shown. */
  const asked = useRef(0);
  const settledChoice = useRef(state.guestChoice);
  const [lastUser] = useState(readLastUser);

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
    const isOtherUser =
      userId.current === null ? wasUnanswered.current && session !== null : userId.current !== (session?.userId ?? "");
    const isLanguageLeftOpen = choice === null && settledChoice.current !== null;
    userId.current = session?.userId ?? "";
    settledChoice.current = choice;
    writeLastUser(session);
    setUser(session?.userId ?? null);
    if (!isOtherUser && !isLanguageLeftOpen) return false;
    sync.reconnect();
    return true;
  }, []);

  /** Asks who is signed in, and gets the socket out of a refusal once that is known. */
  const ask = useCallback(async (): Promise<boolean> => {
    const number = (asked.current += 1);
    let answer = await fetchSession(requestLanguage());
    if (number === asked.current && isSignInNeeded(answer) && isSocketRefused()) {
      setState((before) => settled(before, answer));
      // Another tab may have signed in meanwhile: only a cookie that is still unknown is taken away, by signing out.
      answer = await signOut(requestLanguage());
    }
    // What was changed meanwhile may or may not be in this answer.
    if (number !== asked.current) return false;
    const isAnswered = isAboutUser(answer);
    wasUnanswered.current ||= !isAnswered;
    const hasReconnected = settle(answer);
    if (isAnswered && !hasReconnected && isSocketRefused()) sync.reconnect();
    return isAnswered;
  }, [settle]);

  const asking = useMemo(() => new Asking({ ask, onChance, random: Math.random }), [ask]);
  useEffect(() => asking.start(), [asking]);
  const tellOtherTabs = useOtherTabs(useCallback(() => asking.now(), [asking]));
  useEndOfSession(asking);
  useRenewal(asking, state.renewal);

  /** Takes over the answer to a request that changes something. If there was none, it may have had its effect. */
  const change = useCallback(
    async (request: () => Promise<AuthAnswer>): Promise<AuthAnswer> => {
      asked.current += 1;
      const answer = await request();
      settle(answer);
      if (answer.status === "unreachable") asking.now();
      tellOtherTabs();
      return answer;
    },
    [settle, asking, tellOtherTabs],
  );

  /** Shows a change before the server has agreed, and takes it back if it does not: `was` is how it was. */
  const changeShown = useCallback(
    async (wanted: SessionChange, was: SessionChange): Promise<void> => {
      setState((before) => withChange(before, wanted));
      const answer = await change(() => changeSession(wanted, requestLanguage()));
      if (!isAboutUser(answer)) setState((before) => withChange(before, was));
    },
    [change],
  );

  const value = useMemo<SessionValue>(
    () => ({
      status: state.status,
      session: state.session,
      lastUser: state.status === "loading" ? lastUser : null,
      isServerReachable: state.isServerReachable,
      hasEnded: state.hasEnded,
      problem: state.problem,
      languageChoice: state.session === null ? state.guestChoice : parseLanguage(state.session.locale),
      async signIn(name) {
        asked.current += 1;
        const answer = await signIn(name, state.guestChoice, requestLanguage());
        // The form says what is wrong with a name; whether a lost answer has signed us in must be asked.
        if (answer.status === "success") {
          settle(answer);
          tellOtherTabs();
        } else {
          asking.now();
        }
        return answer;
      },
      async signOut() {
        await change(() => signOut(requestLanguage()));
      },
      async chooseLanguage(choice) {
        const { guestChoice, session } = state;
        writeLanguageChoice(choice);
        setState((before) => withChange({ ...before, guestChoice: choice }, { locale: choice }));
        if (session === null) {
          settledChoice.current = choice;
          sync.reconnect();
          tellOtherTabs();
        } else if (!isAboutUser(await change(() => changeSession({ locale: choice }, requestLanguage())))) {
          writeLanguageChoice(guestChoice);
          setState((before) => withChange({ ...before, guestChoice }, { locale: session.locale }));
        }
      },
      async mute(muted) {
        await changeShown({ muted }, { muted: state.session?.muted ?? false });
      },
      async beHost(host) {
        await changeShown({ host }, { host: state.session?.host ?? false });
      },
    }),
    [state, lastUser, settle, change, changeShown, asking, tellOtherTabs],
  );

  return <SessionContext value={value}>{children}</SessionContext>;
}

/**
 * The server does not know the cookie any more: sessions expire, and a restart forgets those that are kept in memory. One
 * answer gets us out of that, as a rule; a server that goes on refusing is asked ever more rarely.
 */
function useEndOfSession(asking: Asking): void {
  const { status: connection } = useConnection();
  const hasAsked = useRef(false);
  useEffect(() => {
    if (connection.status === "connected") hasAsked.current = false;
    if (!isSocketRefused()) return;
    if (hasAsked.current) asking.later();
    else asking.now();
    hasAsked.current = true;
  }, [connection, asking]);
}

/** The answer that this asks for brings the next renewal. */
function useRenewal(asking: Asking, renewal: Renewal | null): void {
  useEffect(() => {
    if (renewal === null) return;
    const isConnected = () => sync.status.getSnapshot().status === "connected";
    return askInTime(renewal, { ask: () => asking.now(), isConnected, onChance, now: Date.now });
  }, [asking, renewal]);
}

/** All tabs of a browser share one cookie: what one of them changes, the others ask for again. */
function useOtherTabs(changed: () => void): () => void {
  const channel = useRef<BroadcastChannel | null>(null);
  useEffect(() => {
    // A browser without it shows in one tab what another has changed when that tab asks again.
    if (typeof BroadcastChannel === "undefined") return;
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
