/** What the errors page tries: each attempt is made to be refused, and says with which code. */
import type { ErrorCode, SyncClientInput } from "../_sockets/apiTypes.generated";
import { joinRoom, syncRequest } from "../_sockets/syncRequest";
import type { Words } from "../language/words/en";
import type { ShownError } from "../live/feed";

export type AttemptAnswer = { readonly status: "success"; readonly result: unknown } | ({ readonly status: "error" } & ShownError);

type ErrorWord = {
  [Key in keyof Words["errors"]]: Words["errors"][Key] extends string ? Key : never;
}[keyof Words["errors"]];

export interface Attempt {
  /** Which word names it, and its test id. */
  readonly word: ErrorWord;
  readonly expects: ErrorCode;
  /** As the feed shows it. */
  readonly route: string;
  /** Where it goes instead of the page's room. */
  readonly elsewhere?: string;
  run(room: string, language: string): Promise<AttemptAnswer>;
}

export interface AttemptGroup {
  readonly word: ErrorWord;
  readonly hint?: ErrorWord;
  readonly attempts: readonly Attempt[];
}

type FailKind = SyncClientInput<"examples", "fail", "v1">["kind"];

function fail(kind: FailKind, room: string): Promise<AttemptAnswer> {
  return syncRequest({ name: "examples/fail", version: "v1", data: { kind }, receiver: room });
}

function failing(word: ErrorWord & FailKind, expects: ErrorCode): Attempt {
  return { word, expects, route: "examples/fail/v1", run: (room) => fail(word, room) };
}

function adding(word: ErrorWord, expects: ErrorCode, amount: number): Attempt {
  return {
    word,
    expects,
    route: "examples/updateCounter/v1",
    run: (room) => syncRequest({ name: "examples/updateCounter", version: "v1", data: { amount }, receiver: room }),
  };
}

function joining(word: ErrorWord, expects: ErrorCode, room: string): Attempt {
  return { word, expects, route: "joinRoom", elsewhere: room, run: enter };
}

async function enter(room: string): Promise<AttemptAnswer> {
  const answer = await joinRoom(room);
  return answer.status === "success" ? { status: "success", result: answer.rooms } : answer;
}

const unknownField: Attempt = {
  word: "unknownField",
  expects: "sync-invalid-input",
  route: "examples/updateCounter/v1",
  run(room) {
    // A fresh literal with `colour` would not compile; a value of a wider type is what a program can still get wrong.
    const data = { amount: 1, colour: "green" };
    return syncRequest({ name: "examples/updateCounter", version: "v1", data, receiver: room });
  },
};

const notInRoom: Attempt = {
  word: "notInRoom",
  expects: "sync-not-in-room",
  route: "examples/updateCounter/v1",
  elsewhere: "game-room-where-nobody-went",
  run: (room) => syncRequest({ name: "examples/updateCounter", version: "v1", data: { amount: 1 }, receiver: room }),
};

const unknownRoute: Attempt = {
  word: "unknownRoute",
  expects: "sync-not-found",
  route: "examples/nothingHere/v1",
  run(room) {
    // Only a lie to the compiler gets this far: `name: "examples/nothingHere"` does not compile.
    const name = "examples/nothingHere" as "examples/updateCounter";
    return syncRequest({ name, version: "v1", data: { amount: 1 }, receiver: room });
  },
};

/** The same call through the other door, without the cookie. */
const noLogin: Attempt = {
  word: "noLogin",
  expects: "auth-required",
  route: "POST /sync/examples/updateCounter/v1",
  async run(room, language) {
    try {
      const response = await fetch("/sync/examples/updateCounter/v1", {
        method: "POST",
        credentials: "omit",
        headers: { "content-type": "application/json", "accept-language": language },
        body: JSON.stringify({ data: { amount: 1 }, receiver: room }),
        signal: AbortSignal.timeout(10_000),
      });
      return readEnvelope(await response.json());
    } catch (cause) {
      return { status: "error", errorCode: "sync-disconnected", errorParams: {}, message: String(cause) };
    }
  },
};

const abort: Attempt = {
  word: "abort",
  expects: "sync-cancelled",
  route: "examples/fail/v1",
  run(room) {
    const controller = new AbortController();
    const answer = syncRequest({
      name: "examples/fail",
      version: "v1",
      data: { kind: "slow" },
      receiver: room,
      signal: controller.signal,
    });
    controller.abort();
    return answer;
  },
};

const clientTimeout: Attempt = {
  word: "clientTimeout",
  expects: "sync-timeout",
  route: "examples/fail/v1",
  run: (room) =>
    syncRequest({ name: "examples/fail", version: "v1", data: { kind: "slow" }, receiver: room, timeoutMs: 50 }),
};

export const ATTEMPTS: readonly AttemptGroup[] = [
  {
    word: "fromHandler",
    attempts: [
      failing("app", "example-refused"),
      failing("conflict", "example-conflict"),
      failing("panic", "sync-server-failed"),
      failing("slow", "sync-timeout"),
    ],
  },
  {
    word: "beforeHandler",
    attempts: [
      adding("tooSmall", "sync-invalid-input", 0),
      adding("tooLarge", "sync-invalid-input", 1000),
      unknownField,
      notInRoom,
      joining("roomForbidden", "room-forbidden", "nobody-opened-this"),
      joining("roomInvalid", "room-invalid", `game-room-${"x".repeat(41)}`),
      unknownRoute,
      noLogin,
    ],
  },
  {
    word: "inFilter",
    hint: "filterHint",
    attempts: [failing("filterError", "example-filtered"), failing("filterPanic", "sync-client-failed")],
  },
  { word: "inClient", attempts: [abort, clientTimeout] },
];

/** Reads the body of an HTTP answer. */
export function readEnvelope(body: unknown): AttemptAnswer {
  if (typeof body === "object" && body !== null && "status" in body) {
    if (body.status === "success") return { status: "success", result: "result" in body ? body.result : null };
    const { errorCode, errorParams, message, httpStatus } = body as Record<string, unknown>;
    if (typeof errorCode === "string" && typeof message === "string") {
      return {
        status: "error",
        errorCode,
        errorParams,
        message,
        httpStatus: typeof httpStatus === "number" ? httpStatus : undefined,
      };
    }
  }
  return { status: "error", errorCode: "sync-disconnected", errorParams: {}, message: "unreadable answer" };
}
