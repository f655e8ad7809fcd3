import { expect, it } from "vitest";
import type { Session } from "../_sockets/apiTypes.generated";
import type { AuthAnswer } from "./sessionRequests";
import { type SessionState, settled } from "./sessionState";

const ada: Session = { userId: "ada", name: "Ada", locale: "nl", muted: false, host: false };
const guest: Session = { userId: "", name: "", locale: null, muted: false, host: false };

const signedIn: SessionState = {
  status: "signedIn",
  session: ada,
  isServerReachable: true,
  hasEnded: false,
  problem: null,
  renewal: { afterMs: 60_000 },
  guestChoice: "nl",
};
const signedOut: SessionState = { ...signedIn, status: "signedOut", session: null, renewal: null };

const refusal = (errorCode: string): AuthAnswer => ({ status: "error", errorCode, message: "No." });
const success = (session: Session): AuthAnswer => ({ status: "success", session, renewal: { afterMs: 60_000 } });

it.each<{ what: string; before: SessionState; answer: AuthAnswer; after: SessionState }>([
  {
    what: "an unknown cookie ends the session",
    before: signedIn,
    answer: refusal("auth-required"),
    after: { ...signedOut, hasEnded: true },
  },
  {
    what: "an unknown cookie of a guest ends nothing",
    before: signedOut,
    answer: refusal("auth-required"),
    after: signedOut,
  },
  {
    what: "a guest's session is that of nobody",
    before: signedIn,
    answer: success(guest),
    after: signedOut,
  },
  {
    what: "a store that is away signs nobody out",
    before: signedIn,
    answer: refusal("session-unavailable"),
    after: { ...signedIn, problem: "No." },
  },
  {
    what: "a refused input signs nobody out",
    before: signedIn,
    answer: refusal("sync-invalid-input"),
    after: { ...signedIn, problem: "No." },
  },
  {
    what: "a server that is away signs nobody out",
    before: signedIn,
    answer: { status: "unreachable" },
    after: { ...signedIn, isServerReachable: false },
  },
  {
    what: "what went wrong is over with the next success, and so is the ended session",
    before: { ...signedOut, problem: "No.", isServerReachable: false, hasEnded: true },
    answer: success(ada),
    after: signedIn,
  },
  {
    what: "a session without a language leaves the choice open",
    before: signedIn,
    answer: success({ ...ada, locale: null }),
    after: { ...signedIn, session: { ...ada, locale: null }, guestChoice: null },
  },
])("$what", ({ before, answer, after }) => {
  expect(settled(before, answer)).toEqual(after);
});
