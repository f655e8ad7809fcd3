/**
 * Who is signed in, asked of the server's four `/auth` addresses.
 *
 * The session itself lives in an HttpOnly cookie that this page cannot read; what arrives here is what the server tells about it.
 */
import type { Session } from "../_sockets/apiTypes.generated";
import { parseRenewal, type Renewal } from "./renewal";

/** `unreachable` means that whatever answered was not this app's server. */
export type AuthAnswer =
  | { readonly status: "success"; readonly session: Session | null; readonly renewal: Renewal | null }
  | { readonly status: "error"; readonly errorCode: string; readonly message: string }
  | { readonly status: "unreachable" };

/** What users decide about their own session. */
export type SessionChange = Partial<Pick<Session, "locale" | "muted" | "host">>;

type Method = "GET" | "POST" | "PATCH";

/** A connection that died unnoticed never answers. */
const ANSWER_WITHIN_MS = 10_000;

/** Sentences in the answers come in `language`, unless the session prefers another one. */
export function fetchSession(language: string): Promise<AuthAnswer> {
  return ask("GET", "/auth/session", language);
}

/** Any name works. `locale` is the language chosen before signing in, if one was. */
export function signIn(name: string, locale: string | null, language: string): Promise<AuthAnswer> {
  return ask("POST", "/auth/login", language, locale === null ? { name } : { name, locale });
}

export function signOut(language: string): Promise<AuthAnswer> {
  return ask("POST", "/auth/logout", language, {});
}

/** Changes what is given; a `locale` of `null` leaves the choice to each browser. */
export function changeSession(change: SessionChange, language: string): Promise<AuthAnswer> {
  return ask("PATCH", "/auth/session", language, change);
}

async function ask(method: Method, path: string, language: string, body?: object): Promise<AuthAnswer> {
  try {
    const response = await fetch(path, {
      method,
      headers: { "accept-language": language, ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
      // Without TLS, under a name other than localhost, a GET says by its `Referer` alone that it comes from the server's own
      // page, and only then is its cookie taken.
      referrerPolicy: "same-origin",
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    return parseAuthAnswer(await response.json(), parseRenewal(response.headers.get("session-ask-again-ms")));
  } catch {
    return { status: "unreachable" };
  }
}

/** Reads an answer; the one to signing out has no session. */
export function parseAuthAnswer(body: unknown, renewal: Renewal | null): AuthAnswer {
  if (!isRecord(body)) return { status: "unreachable" };
  if (body.status === "error" && typeof body.errorCode === "string" && typeof body.message === "string") {
    return { status: "error", errorCode: body.errorCode, message: body.message };
  }
  if (body.session === undefined) return { status: "success", session: null, renewal };
  const session = parseSession(body.session);
  return session === null ? { status: "unreachable" } : { status: "success", session, renewal };
}

function parseSession(value: unknown): Session | null {
  if (!isRecord(value)) return null;
  const { userId, name, locale, muted, host } = value;
  const isSession =
    typeof userId === "string" &&
    typeof name === "string" &&
    (typeof locale === "string" || locale === null) &&
    typeof muted === "boolean" &&
    typeof host === "boolean";
  return isSession ? { userId, name, locale, muted, host } : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
