import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { ClientErrorCode } from "./answer";
import { clientFailures, refusalFailure } from "./clientFailure";

/** The server's own table, as Rust reads it. */
function serverStatus(code: string): number {
  const table = readFileSync(new URL("../../../sync-schema/src/codes.rs", import.meta.url), "utf8");
  return Number(new RegExp(`\\("${code}", (\\d+)\\)`).exec(table)?.[1]);
}

const OWN: readonly ClientErrorCode[] = [
  "offline-dropped",
  "offline-queue-full",
  "sync-bad-request",
  "sync-cancelled",
  "sync-disconnected",
  "sync-server-failed",
  "sync-timeout",
];

test.each(OWN)("%s has the status that the server gives it", code => {
  expect(clientFailures(() => "en")(code).httpStatus).toBe(serverStatus(code));
});

test.each(["auth-required", "origin-forbidden"])("so has a refusal with %s, which comes without one", errorCode => {
  expect(refusalFailure({ errorCode }, "en").httpStatus).toBe(serverStatus(errorCode));
});

test("a refusal with a code of the app is said in general words, unless the server brings its own", () => {
  const refusal = { errorCode: "app-closed" };
  expect(refusalFailure(refusal, "nl")).toMatchObject({ message: "De server heeft de verbinding geweigerd.", httpStatus: 403 });
  expect(refusalFailure({ ...refusal, message: "Dicht.", httpStatus: 503 }, "nl")).toMatchObject({ message: "Dicht.", httpStatus: 503 });
});
