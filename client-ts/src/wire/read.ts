/** Reading what arrived: everything is `unknown` until a function of this folder has looked at it. */

/** A JSON object whose values have not been looked at yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** What a message turned out to be, or what is wrong with it. A `problem` is for developers, not for users. */
export type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: string };

/** A message that has the form it should have. */
export function read<Value>(value: Value): Read<Value> {
  return { ok: true, value };
}

/** A message that has not: `problem` says what was expected. */
export function unreadable(problem: string): Read<never> {
  return { ok: false, problem };
}

/** Whether `value` is an object and neither an array nor null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether `value` is an array of strings. */
export function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(item => typeof item === "string");
}
