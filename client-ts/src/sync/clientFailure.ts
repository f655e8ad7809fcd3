/** Errors that are made in the client, with their sentences. */

import type { ErrorParams, WireFailure } from "../wire/answers";
import type { Refusal } from "../socket/socket";
import type { ClientErrorCode } from "./answer";
import { sentence } from "./sentences";

/** Codes that the server sends without a sentence, because the handshake leaves no room for one. */
type RefusalCode = "auth-required" | "origin-forbidden";

const STATUS: Readonly<Record<ClientErrorCode | RefusalCode, number>> = {
  "auth-required": 401,
  "offline-dropped": 503,
  "offline-queue-full": 503,
  "origin-forbidden": 403,
  "sync-bad-request": 400,
  "sync-cancelled": 499,
  "sync-disconnected": 503,
  "sync-server-failed": 500,
  "sync-timeout": 504,
};

/** Makes the error with this code, in the language that `lang` (a tag such as `nl` or `de-AT`) asks for; English if it has none. */
export type ClientFailure = (code: ClientErrorCode, params?: ErrorParams) => WireFailure;

/** Returns the maker of errors; `lang` is asked for each. */
export function clientFailures(lang: () => string | undefined): ClientFailure {
  return (code, params = {}) => ({
    status: "error",
    errorCode: code,
    errorParams: params,
    message: sentence(code, lang()),
    httpStatus: STATUS[code],
  });
}

/** The error that a refused connection is to everything that needed one. */
export function refusalFailure(refusal: Refusal, lang: string | undefined): WireFailure {
  const { errorCode } = refusal;
  const known = isKnown(errorCode) ? errorCode : null;
  return {
    status: "error",
    errorCode,
    errorParams: {},
    message: refusal.message ?? sentence(known ?? "connection-refused", lang),
    httpStatus: refusal.httpStatus ?? (known === null ? 403 : STATUS[known]),
  };
}

function isKnown(code: string): code is ClientErrorCode | RefusalCode {
  return Object.hasOwn(STATUS, code);
}
