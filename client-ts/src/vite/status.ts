/** What `cargo sync dev` says of the newest files. */

/** Something that keeps the newest files from being what runs. */
export interface Problem {
  /** What is wrong, in one line. */
  readonly what: string;
  /** Where it is: `src/chess/_sync/move_server_v1.rs:3:1`; empty where it is no place in a file. */
  readonly place: string;
  /** All that is said of it, several lines. */
  readonly text: string;
}

/** How it stands. */
export interface Status {
  readonly state: "building" | "failed" | "live";
  /** None unless `state` is `failed`. */
  readonly problems: readonly Problem[];
  /** A server runs all the same, of what was saved before. */
  readonly isRunning: boolean;
}

/** Reads the file; what cannot be read is no reason to show anything. */
export function parseStatus(json: unknown): Status {
  if (!isObject(json) || !Array.isArray(json["problems"])) return { state: "live", problems: [], isRunning: true };
  const state = json["state"] === "failed" || json["state"] === "building" ? json["state"] : "live";
  return { state, problems: json["problems"].filter(isObject).map(problem), isRunning: json["isRunning"] === true };
}

function problem(json: Record<string, unknown>): Problem {
  const { what, file, line, column, text } = json;
  const place = [file, line, column].filter((part) => typeof part === "string" || typeof part === "number");
  return { what: String(what), place: place.join(":"), text: String(text) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
