/** What the page knows of its user, and how an answer of the server changes that. It asks for nothing itself. */
import type { Session } from "../_sockets/apiTypes.generated";
import { type Language, parseLanguage } from "../language/languages";
import type { Renewal } from "./renewal";
import type { AuthAnswer, SessionChange } from "./sessionRequests";

export interface SessionState {
  readonly status: "loading" | "signedOut" | "signedIn";
  /** Somebody's session, or `null` when nobody is signed in. */
  readonly session: Session | null;
  readonly isServerReachable: boolean;
  /** The server did not know the cookie any more; true until somebody signs in. */
  readonly hasEnded: boolean;
  /** Why the server did not do what it was asked for last, in its own words. */
  readonly problem: string | null;
  /** When to ask for the session again, so that its cookie stays as young as it; nobody's has none. */
  readonly renewal: Renewal | null;
  /** The language chosen in this browser. */
  readonly guestChoice: Language | null;
}

/** The server does not know the cookie that this browser sends, if it sends one. */
export function isSignInNeeded(answer: AuthAnswer): boolean {
  return answer.status === "error" && answer.errorCode === "auth-required";
}

/** Whether an answer says who is signed in; a server that is busy, away or refuses an input says nothing about that. */
export function isAboutUser(answer: AuthAnswer): boolean {
  return answer.status === "success" || isSignInNeeded(answer);
}

/** The session of the user who is signed in; a guest's has no user. */
export function userOf(answer: AuthAnswer): Session | null {
  return answer.status === "success" && answer.session?.userId ? answer.session : null;
}

/** The state after `answer`: nobody is signed out but by an answer about users. */
export function settled(before: SessionState, answer: AuthAnswer): SessionState {
  if (answer.status === "unreachable") return { ...before, isServerReachable: false };
  if (answer.status === "error" && !isSignInNeeded(answer)) {
    return { ...before, isServerReachable: true, problem: answer.message };
  }
  const renewal = answer.status === "success" ? answer.renewal : null;
  const session = userOf(answer);
  const hasJustEnded = isSignInNeeded(answer) && before.session !== null;
  return {
    status: session === null ? "signedOut" : "signedIn",
    session,
    isServerReachable: true,
    hasEnded: session === null && (before.hasEnded || hasJustEnded),
    problem: null,
    renewal: session === null ? null : renewal,
    guestChoice: session === null ? before.guestChoice : parseLanguage(session.locale),
  };
}

/** Shows a change of one's own session before the server has agreed, or takes it back. */
export function withChange(before: SessionState, change: SessionChange): SessionState {
  return { ...before, session: before.session && { ...before.session, ...change } };
}
