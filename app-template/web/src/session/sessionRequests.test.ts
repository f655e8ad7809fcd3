import { expect, it } from "vitest";
import { parseAuthAnswer } from "./sessionRequests";

const renewal = { afterMs: 60_000 };
const ada = { userId: "u1", name: "Ada", locale: null, muted: false, host: false };

it.each([
  { what: "a session", body: { token: "t", session: ada }, answer: { status: "success", session: ada, renewal } },
  { what: "an answer without a session", body: { status: "success" }, answer: { status: "success", session: null, renewal } },
  {
    what: "a refusal",
    body: { status: "error", errorCode: "auth-required", errorParams: {}, message: "Sign in.", httpStatus: 401 },
    answer: { status: "error", errorCode: "auth-required", message: "Sign in." },
  },
  { what: "a session without its fields", body: { session: { userId: 7 } }, answer: { status: "unreachable" } },
  { what: "something else", body: [], answer: { status: "unreachable" } },
])("parseAuthAnswer reads $what", ({ body, answer }) => {
  expect(parseAuthAnswer(body, renewal)).toEqual(answer);
});
