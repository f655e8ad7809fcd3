import { expect, test } from "vitest";
import type { Outdated } from "./outdated";
import type { SyncProblem } from "./problems";
import { Retirements } from "./retirements";

const CALL = { name: "chess/move", version: "v1" };
const DAY = "2027-03-01";

test("a version that ends is told of once, whatever lane it is of", () => {
  const told: string[] = [];
  const note = (problem: SyncProblem): void => void told.push(problem.kind === "version-retires" ? `${problem.route} ${problem.day}` : problem.kind);
  const outdated: Outdated[] = [];
  const retirements = new Retirements(note, reason => void outdated.push(reason));
  const push = { mutations: [{ ...CALL, version: "v3" }, { ...CALL, version: "v4" }] };
  retirements.note("sync", CALL, { status: "success", result: {}, retires: DAY });
  retirements.note("sync", CALL, { status: "success", result: {}, retires: DAY });
  retirements.note("request", CALL, { status: "success", result: {}, retires: DAY });
  retirements.note("stateOpen", { ...CALL, version: "v2" }, { status: "success", retires: DAY });
  retirements.note("push", push, { status: "success", result: { results: [{ ok: true }, { ok: true, retires: DAY }] } });
  retirements.note("sync", CALL, { status: "error", errorCode: "sync-retired" });
  retirements.note("push", push, { status: "success", result: { results: [{ ok: false, errorCode: "sync-retired" }, { ok: true }] } });
  expect(outdated).toEqual(["chess/move/v1", "chess/move/v3"].map(route => ({ reason: "retired", route })));
  expect(told).toEqual([`chess/move/v1 ${DAY}`, `chess/move/v1 ${DAY}`, `chess/move/v2 ${DAY}`, `chess/move/v4 ${DAY}`]);
});

test.each([[null], ["text"], [{}], [{ retires: 7 }], [{ result: { results: null } }], [{ result: { results: [null, { retires: DAY }] } }]])(
  "%j says nothing of a version that ends",
  answer => {
    const told: SyncProblem[] = [];
    new Retirements(problem => void told.push(problem), () => expect.unreachable()).note("push", { mutations: [CALL] }, answer);
    expect(told).toEqual([]);
  },
);
