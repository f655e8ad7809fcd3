/** Writes a JSON value on one line as TypeScript would: names without quotes where they need none, spaces to breathe. */
export function showJson(value: unknown): string {
  // Inside a string a quotation mark is escaped, so what looks like a name in quotes is one.
  return JSON.stringify(value, null, 1)
    .replace(/\n\s*/g, " ")
    .replace(/"([A-Za-z_$][\w$]*)":/g, "$1:");
}
