import { describe, expect, test } from "vitest";
import { parsePoke, parsePullAnswer, parsePushAnswer, parseSnapshotAnswer, parseSubscribeAnswer, parseUnsubscribed } from "./log";
import type { Read } from "./read";

const CHANGE = { cursor: 1, entity: "item", id: "a", op: "create", data: {}, ts: 0 };
const REFUSAL = { errorCode: "scope-forbidden", errorParams: {}, message: "No." };

function check(parse: (message: unknown) => Read<unknown>, message: unknown, problem: string): void {
  expect(parse(message)).toEqual({ ok: false, problem });
}

describe("what is not of the agreed form is named, and never read halfway", () => {
  test.each([undefined, null, 0, "success", [], [{ status: "success" }]])("%j is no message", message => {
    for (const parse of [parsePushAnswer, parsePullAnswer, parseSnapshotAnswer, parseSubscribeAnswer]) {
      check(parse, message, "an answer is not an object");
    }
    for (const parse of [parsePoke, parseUnsubscribed]) check(parse, message, "a frame is not an object");
  });

  test.each([
    [{ ...REFUSAL }, "`scope` is not a string"],
    [{ ...REFUSAL, scope: 1 }, "`scope` is not a string"],
    [{ ...REFUSAL, scope: "a", errorCode: "" }, "`errorCode` is not a code"],
    [{ ...REFUSAL, scope: "a", errorParams: undefined }, "`errorParams` is not an object"],
    [{ ...REFUSAL, scope: "a", message: undefined }, "`message` is not a string"],
  ])("unsubscribed %j", (message, problem) => check(parseUnsubscribed, message, problem));

  test.each([
    [{ cursor: 1 }, "`scope` is not a string"],
    [{ scope: "a" }, "`cursor` is not a number"],
    [{ scope: "a", cursor: -1 }, "`cursor` is not a number"],
    [{ scope: "a", cursor: 1, changes: {} }, "`changes` is not a list"],
    [{ scope: "a", cursor: 1, changes: [{ ...CHANGE, op: "upsert" }] }, "`op` is none that is known"],
    [{ scope: "a", cursor: 1, changes: [{ ...CHANGE, data: undefined }] }, "`data` is missing"],
    [{ scope: "a", cursor: 1, changes: [{ ...CHANGE, cursor: 0.5 }] }, "`cursor` is not a number"],
  ])("poke %j", (message, problem) => check(parsePoke, message, problem));

  test.each([
    [{ status: "success" }, "`scopes` is not an object"],
    [{ status: "success", scopes: { a: 1 } }, "a scope is not an object"],
    [{ status: "success", scopes: { a: { cursor: 1 } } }, "`epoch` is not a string"],
    [{ status: "success", scopes: { a: { errorCode: "scope-forbidden" } } }, "`errorParams` is not an object"],
    [{ status: "fine" }, "`status` is neither `success` nor `error`"],
  ])("the answer to subscribe %j", (message, problem) => check(parseSubscribeAnswer, message, problem));

  test.each([
    [{ status: "success", result: [] }, "`result` is not an object"],
    [{ status: "success", result: { results: {} } }, "`results` is not a list"],
    [{ status: "success", result: { results: [{ ok: true, cursor: 1 }] } }, "`id` is not a string"],
    [{ status: "success", result: { results: [{ id: "m1", ok: true }] } }, "`cursor` is not a number"],
    [{ status: "success", result: { results: [{ id: "m1" }] } }, "`ok` is neither true nor false"],
    [{ status: "success", result: { results: [{ id: "m1", ok: false }] } }, "`errorCode` is not a code"],
  ])("the answer to push %j", (message, problem) => check(parsePushAnswer, message, problem));
});

test("what is not settled is told from what is, and from what a newer server adds", () => {
  const results = [
    { id: "m1", ok: true, cursor: 3, newer: 1 },
    { id: "m2", ok: false, ...REFUSAL },
    { id: "m3", ok: false, settled: false, ...REFUSAL },
  ];
  expect(parsePushAnswer({ status: "success", result: { results, cursor: 3 } })).toEqual({
    ok: true,
    value: {
      status: "success",
      results: [
        { id: "m1", ok: true, cursor: 3 },
        { id: "m2", ok: false, isSettled: true, refusal: REFUSAL },
        { id: "m3", ok: false, isSettled: false, refusal: REFUSAL },
      ],
    },
  });
});
