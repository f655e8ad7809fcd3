import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sentencesModule, type FluentFile } from "./sentencesModule";

const FOLDER = "sync-runtime/src/i18n/locales";
const ROOT = new URL("../../../", import.meta.url);

/** All that the client says, or will say as soon as calls wait for a connection in a queue that is kept. */
const SAID = [
  "auth-required",
  "connection-refused",
  "offline-dropped",
  "offline-queue-full",
  "origin-forbidden",
  "sync-bad-request",
  "sync-cancelled",
  "sync-disconnected",
  "sync-server-failed",
  "sync-timeout",
];

function frameworkFiles(): readonly FluentFile[] {
  const names = readdirSync(new URL(FOLDER, ROOT)).filter(name => name.endsWith(".ftl"));
  return names.map(name => ({
    path: `${FOLDER}/${name}`,
    language: name.slice(0, -".ftl".length),
    text: readFileSync(new URL(`${FOLDER}/${name}`, ROOT), "utf8"),
  }));
}

test("sentences.generated.ts is what the server's Fluent files say", async () => {
  const stale = "sentences.generated.ts is stale: run `npm run generate -w syncwright` and commit it";
  await expect(sentencesModule(frameworkFiles(), SAID), stale).toMatchFileSnapshot("../sync/sentences.generated.ts");
});

describe("what the client cannot show is refused", () => {
  /** What is said of the message `said`, in a file of this text. */
  function problemsOf(text: string, ids: readonly string[] = ["said"]): string {
    try {
      return sentencesModule([{ path: "nl.ftl", language: "nl", text }], ids);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
  const only = "`said` is said by the client, which can show plain text and `{ $name }` only";
  const help = "  = help: say it without, or add `.client = …` with what the client is to say";

  test.each([
    ["a choice", "other = x\n\nsaid = Wait { $seconds ->\n    [one] a second\n   *[other] { $seconds } seconds\n}.", 3],
    ["a choice with a function", "said = { NUMBER($seconds) ->\n   *[other] x\n}", 1],
    ["a function", "said = At { DATETIME($at) }.", 1],
    ["a quoted text", 'said = { "{" }', 1],
    ["another message", "other = x\nsaid = { other }", 2],
    ["a term", "-name = x\nsaid =\n    Here is\n    { -name }.", 4],
    ["a choice in its attribute", "said = x\n    .client = { $a ->\n       *[b] c\n    }", 2],
  ])("%s", (_, text, line) => expect(problemsOf(text)).toBe(`nl.ftl:${line}: ${only}\n${help}`));

  test("and so is what is missing or not Fluent, all at once", () => {
    expect(problemsOf("said = { $a }\nsecond\nthird = { -t }", ["said", "third", "fourth"])).toBe(
      [
        "nl.ftl:2: this is not Fluent",
        "  = help: write `code = sentence`, further lines of a sentence indented",
        "nl.ftl: `fourth` has no sentence, and the client says it",
        "  = help: add `fourth = …`",
        "nl.ftl:3: `third` is said by the client, which can show plain text and `{ $name }` only",
        help,
      ].join("\n"),
    );
  });

  test("but not what it does not say, nor what has words of the client's own", () => {
    const text = "left = { NUMBER($a) }\nsaid = { $b ->\n   *[c] d\n}\n    .client = Plain “{ $b }”.\n";
    expect(problemsOf(text)).toContain('    "said": "Plain “{$b}”.",\n');
  });
});
