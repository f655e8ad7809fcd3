import { describe, expect, test } from "vitest";
import { parseActAnswer, parseCallAnswer, parseJoinAnswer, parsePlainAnswer, parseRoomsAnswer, parseStateAnswer } from "./answers";
import { parseCallerStream, parseClosing, parseGap, parseRoomLost, parseStateFrame, parseSyncFrame } from "./frames";
import { parsePresenceFrame } from "./presence";
import type { Read } from "./read";

const NO_OBJECTS = [undefined, null, 0, "", "success", [], [{ status: "success" }], true];
const FRAME = { cb: "examples/updateCounter/v1", room: "game-room-123", pos: "1-2" };
const STATE = { cb: "examples/counter/v1", room: "game-room-123", pos: "1-2", to: "2" };
const PERSON = { id: "1", user: { name: "Ada" }, away: false, data: null };
const ROSTER = { me: "1", people: [PERSON], more: 0 };
const FAILURE = { status: "error", errorCode: "room-forbidden", errorParams: {}, message: "No.", httpStatus: 403 };

function check(parse: (message: unknown) => Read<unknown>, message: unknown, problem: string): void {
  expect(parse(message)).toEqual({ ok: false, problem });
}

describe("what is not of the agreed form is named, and never read halfway", () => {
  test.each(NO_OBJECTS)("%j is no message", message => {
    for (const parse of [parseActAnswer, parseCallAnswer, parseJoinAnswer, parsePlainAnswer, parseRoomsAnswer, parseStateAnswer]) {
      check(parse, message, "an answer is not an object");
    }
    check(parseSyncFrame, message, "a frame is not an object");
    check(parseClosing, message, "a frame is not an object");
    check(parseRoomLost, message, "a frame is not an object");
    check(parseGap, message, "a frame is not an object");
    check(parseCallerStream, message, "a frame is not an object");
    check(parsePresenceFrame, message, "a frame is not an object");
    check(parseStateFrame, message, "a frame is not an object");
  });

  test.each([
    [{}, "`status` is neither `success` nor `error`"],
    [{ status: "fine", result: {} }, "`status` is neither `success` nor `error`"],
    [{ status: "success" }, "`result` is missing"],
    [{ status: "success", result: {}, report: null }, "`report` is none"],
    [{ status: "success", result: {}, report: { delivered: 1, skipped: 0 } }, "`report` is none"],
    [{ ...FAILURE, errorCode: "" }, "`errorCode` is not a code"],
    [{ ...FAILURE, errorCode: 404 }, "`errorCode` is not a code"],
    [{ ...FAILURE, errorParams: null }, "`errorParams` is not an object"],
    [{ ...FAILURE, errorParams: [] }, "`errorParams` is not an object"],
    [{ ...FAILURE, message: undefined }, "`message` is not a string"],
    [{ ...FAILURE, httpStatus: "403" }, "`httpStatus` is not a number"],
  ])("answer %j", (message, problem) => check(parseCallAnswer, message, problem));

  test.each([
    [{ status: "success", rooms: "a", pos: "1-2", recovered: false }, "`rooms` is not an array of strings"],
    [{ status: "success", rooms: [1], pos: "1-2", recovered: false }, "`rooms` is not an array of strings"],
    [{ status: "success", rooms: [], pos: 2, recovered: false }, "`pos` is not a string"],
    [{ status: "success", rooms: [], pos: "1-2" }, "`recovered` is not a boolean"],
  ])("join answer %j", (message, problem) => check(parseJoinAnswer, message, problem));

  test.each([
    [null, "`presence` is not an object"],
    [[], "`presence` is not an object"],
    [{ ...ROSTER, me: 1 }, "`me` is neither a string nor null"],
    [{ ...ROSTER, more: -1 }, "`more` is not a count"],
    [{ ...ROSTER, more: 1.5 }, "`more` is not a count"],
    [{ ...ROSTER, more: undefined }, "`more` is not a count"],
    [{ ...ROSTER, people: {} }, "`people` is not an array"],
    [{ ...ROSTER, people: [PERSON, "ada"] }, "an item of `people` is not an object"],
    [{ ...ROSTER, people: [{ ...PERSON, id: 7 }] }, "`id` is not a string"],
    [{ ...ROSTER, people: [{ id: "1", away: false, data: null }] }, "`user` is missing"],
    [{ ...ROSTER, people: [{ ...PERSON, away: null }] }, "`away` is not a boolean"],
    [{ ...ROSTER, people: [{ id: "1", user: {}, away: false }] }, "`data` is missing"],
  ])("roster %j", (presence, problem) => {
    check(parseJoinAnswer, { status: "success", rooms: [], pos: "1-2", recovered: false, presence }, problem);
  });

  test("rooms answer without rooms", () => {
    check(parseRoomsAnswer, { status: "success" }, "`rooms` is not an array of strings");
  });

  test.each([
    [{ ...FRAME, cb: 1 }, "`cb` is not a string"],
    [{ ...FRAME, room: null }, "`room` is not a string"],
    [FRAME, "`status` is none of `success`, `error`, `stream`"],
    [{ ...FRAME, status: "success", pos: 1 }, "`pos` is not a string"],
    [{ ...FRAME, status: "success", clientOutput: {} }, "`serverOutput` is missing"],
    [{ ...FRAME, status: "success", serverOutput: {} }, "`clientOutput` is missing"],
    [{ ...FRAME, status: "error", pos: undefined }, "`pos` is not a string"],
    [{ ...FRAME, status: "error", errorParams: {}, message: "" }, "`errorCode` is not a code"],
    [{ ...FRAME, status: "error", errorCode: "a-b", message: "" }, "`errorParams` is not an object"],
    [{ ...FRAME, status: "error", errorCode: "a-b", errorParams: {} }, "`message` is not a string"],
    [{ ...FRAME, status: "stream" }, "`stream` is missing"],
  ])("frame %j", (message, problem) => check(parseSyncFrame, message, problem));

  test.each([
    [{ error: FAILURE }, "`room` is not a string"],
    [{ room: "a" }, "an answer is not an object"],
    [{ room: "a", error: { ...FAILURE, errorCode: 7 } }, "`errorCode` is not a code"],
  ])("a lost room %j", (message, problem) => check(parseRoomLost, message, problem));

  test.each([
    [{ changes: [] }, "`room` is not a string"],
    [{ room: "a" }, "`changes` is not an array"],
    [{ room: "a", changes: [null] }, "an item of `changes` is not an object"],
    [{ room: "a", changes: [{ ...PERSON, kind: "here" }] }, "`kind` is none of `joined`, `left`, `afk`, `back`, `updated`"],
    [{ room: "a", changes: [PERSON] }, "`kind` is none of `joined`, `left`, `afk`, `back`, `updated`"],
    [{ room: "a", changes: [{ ...PERSON, kind: "afk", away: "yes" }] }, "`away` is not a boolean"],
    [{ room: "a", changes: [{ kind: "left", user: {} }] }, "`id` is not a string"],
    [{ room: "a", changes: [{ kind: "left", id: "1" }] }, "`user` is missing"],
  ])("presence %j", (message, problem) => check(parsePresenceFrame, message, problem));

  test.each([{}, { reason: "" }, { reason: 7 }, { reason: ["write-timeout"] }])("closing %j", message =>
    check(parseClosing, message, "`reason` is not a code"),
  );

  test.each([
    [{ ...STATE, cb: undefined }, "`cb` is not a string"],
    [{ ...STATE, room: 1 }, "`room` is not a string"],
    [{ ...STATE, pos: null }, "`pos` is not a string"],
    [{ ...STATE, to: 2 }, "`to` is not a string"],
    [STATE, "`from` is not a string"],
    [{ ...STATE, from: 1, patch: [] }, "`from` is not a string"],
    [{ ...STATE, from: "1" }, "`patch` is not an array"],
    [{ ...STATE, from: "1", patch: {} }, "`patch` is not an array"],
    [{ ...STATE, from: "1", patch: [{ op: "replace", path: "", value: 1 }] }, "`path` of an operation is none"],
    [{ ...STATE, from: "1", patch: [{ op: "test", path: "/a", value: 1 }] }, "an operation is none of `add`, `remove`, `replace`, `move`"],
  ])("state %j", (message, problem) => check(parseStateFrame, message, problem));

  test.each([
    [{ status: "success", stateVersion: "1", view: {} }, "`room` is not a string"],
    [{ status: "success", room: "a", view: {} }, "`stateVersion` is not a string"],
    [{ status: "success", room: "a", stateVersion: 1, view: {} }, "`stateVersion` is not a string"],
    [{ status: "success", room: "a", stateVersion: "1" }, "`patch` is not an array"],
    [{ status: "success", room: "a", stateVersion: "1", patch: [1] }, "an operation is not an object"],
    [{ ...FAILURE, errorCode: 7 }, "`errorCode` is not a code"],
  ])("the answer of a value %j", (message, problem) => check(parseStateAnswer, message, problem));

  test.each([
    [{ status: "success" }, "`stateVersion` is not a string"],
    [{ status: "success", stateVersion: 1 }, "`stateVersion` is not a string"],
    [{ status: "done", stateVersion: "1" }, "`status` is neither `success` nor `error`"],
  ])("the answer to an action %j", (message, problem) => check(parseActAnswer, message, problem));

  test("fields of a newer server are left out, not refused", () => {
    const frame = { ...FRAME, status: "stream", stream: 1, newer: true };
    expect(parseSyncFrame(frame)).toEqual({ ok: true, value: { status: "stream", cb: FRAME.cb, room: FRAME.room, stream: 1 } });
    const changes = [{ kind: "back", ...PERSON, newer: true }];
    expect(parsePresenceFrame({ room: "a", changes, newer: true })).toEqual({
      ok: true,
      value: { room: "a", changes: [{ kind: "back", ...PERSON }] },
    });
    const value = { ...STATE, view: null };
    expect(parseStateFrame({ ...value, newer: true })).toEqual({ ok: true, value });
  });

  test.each([
    [{ pos: "1-2" }, "`room` is not a string"],
    [{ room: "a" }, "`pos` is not a string"],
  ])("gap %j", (message, problem) => check(parseGap, message, problem));

  test.each([
    [{ stream: 1 }, "`id` is not a string"],
    [{ id: 1, stream: 1 }, "`id` is not a string"],
    [{ id: "a" }, "`stream` is missing"],
  ])("chunk %j", (message, problem) => check(parseCallerStream, message, problem));

  test.each([
    [{ reason: "server-stopping", reconnectInMs: "1" }, "`reconnectInMs` is no time"],
    [{ reason: "server-stopping", reconnectInMs: -1 }, "`reconnectInMs` is no time"],
  ])("closing %j", (message, problem) => check(parseClosing, message, problem));
});
