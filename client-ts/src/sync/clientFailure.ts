/** Errors that are made in the client, with their sentences: the only words of this package that a user reads. */

import type { WireFailure } from "../wire/answers";
import type { Refusal } from "../socket/socket";
import type { ClientErrorCode } from "./answer";

/** Codes that the server sends without a sentence, because the handshake leaves no room for one. */
type RefusalCode = "auth-required" | "origin-forbidden";

const STATUS: Readonly<Record<ClientErrorCode | RefusalCode, number>> = {
  "auth-required": 401,
  "origin-forbidden": 403,
  "sync-bad-request": 400,
  "sync-cancelled": 499,
  "sync-disconnected": 503,
  "sync-server-failed": 500,
  "sync-timeout": 504,
};

type Sentences = Readonly<Record<ClientErrorCode | RefusalCode | "other-refusal", string>>;

const ENGLISH: Sentences = {
  "auth-required": "Please sign in first.",
  "origin-forbidden": "This page may not connect to the server.",
  "other-refusal": "The server refused the connection.",
  "sync-bad-request": "This request could not be sent.",
  "sync-cancelled": "The request was cancelled.",
  "sync-disconnected": "The connection was lost before the answer arrived.",
  "sync-server-failed": "Something went wrong on the server. Please try again.",
  "sync-timeout": "The answer took too long. Please try again.",
};

const SENTENCES: ReadonlyMap<string, Sentences> = new Map([
  ["en", ENGLISH],
  [
    "nl",
    {
      "auth-required": "Log eerst in.",
      "origin-forbidden": "Deze pagina mag geen verbinding maken met de server.",
      "other-refusal": "De server heeft de verbinding geweigerd.",
      "sync-bad-request": "Dit verzoek kon niet worden verzonden.",
      "sync-cancelled": "Het verzoek is geannuleerd.",
      "sync-disconnected": "De verbinding werd verbroken voordat het antwoord kwam.",
      "sync-server-failed": "Er ging iets mis op de server. Probeer het opnieuw.",
      "sync-timeout": "Het antwoord duurde te lang. Probeer het opnieuw.",
    },
  ],
  [
    "de",
    {
      "auth-required": "Bitte melden Sie sich zuerst an.",
      "origin-forbidden": "Diese Seite darf sich nicht mit dem Server verbinden.",
      "other-refusal": "Der Server hat die Verbindung abgelehnt.",
      "sync-bad-request": "Diese Anfrage konnte nicht gesendet werden.",
      "sync-cancelled": "Die Anfrage wurde abgebrochen.",
      "sync-disconnected": "Die Verbindung ging verloren, bevor die Antwort kam.",
      "sync-server-failed": "Auf dem Server ist etwas schiefgegangen. Bitte versuchen Sie es erneut.",
      "sync-timeout": "Die Antwort hat zu lange gedauert. Bitte versuchen Sie es erneut.",
    },
  ],
  [
    "fr",
    {
      "auth-required": "Veuillez d’abord vous connecter.",
      "origin-forbidden": "Cette page n’est pas autorisée à se connecter au serveur.",
      "other-refusal": "Le serveur a refusé la connexion.",
      "sync-bad-request": "Cette requête n’a pas pu être envoyée.",
      "sync-cancelled": "La requête a été annulée.",
      "sync-disconnected": "La connexion a été perdue avant l’arrivée de la réponse.",
      "sync-server-failed": "Une erreur s’est produite sur le serveur. Veuillez réessayer.",
      "sync-timeout": "La réponse a mis trop de temps à arriver. Veuillez réessayer.",
    },
  ],
]);

/** Makes the error with this code, in the language that `lang` (a tag such as `nl` or `de-AT`) asks for; English if it has none. */
export type ClientFailure = (code: ClientErrorCode) => WireFailure;

/** Returns the maker of errors; `lang` is asked for each. */
export function clientFailures(lang: () => string | undefined): ClientFailure {
  return code => ({
    status: "error",
    errorCode: code,
    errorParams: {},
    message: sentencesIn(lang())[code],
    httpStatus: STATUS[code],
  });
}

/** The error that a refused connection is to everything that needed one. */
export function refusalFailure(refusal: Refusal, lang: string | undefined): WireFailure {
  const sentences = sentencesIn(lang);
  const { errorCode } = refusal;
  const known = isKnown(errorCode) ? errorCode : null;
  return {
    status: "error",
    errorCode,
    errorParams: {},
    message: refusal.message ?? sentences[known ?? "other-refusal"],
    httpStatus: refusal.httpStatus ?? (known === null ? 403 : STATUS[known]),
  };
}

function isKnown(code: string): code is ClientErrorCode | RefusalCode {
  return Object.hasOwn(STATUS, code);
}

function sentencesIn(lang: string | undefined): Sentences {
  const language = lang?.split(/[-_]/)[0]?.toLowerCase() ?? "en";
  return SENTENCES.get(language) ?? ENGLISH;
}
