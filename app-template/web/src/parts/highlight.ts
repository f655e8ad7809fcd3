/**
 * Splits a piece of Rust, TypeScript or shell into coloured parts.
 *
 * It knows words, not grammar, which is enough for the snippets of this page.
 */

export type CodeLanguage = "rust" | "ts" | "text";
export type Tone = "comment" | "string" | "attribute" | "keyword" | "type" | "number" | "call" | "plain";

export interface CodePart {
  readonly tone: Tone;
  readonly text: string;
}

const KEYWORDS: Readonly<Record<CodeLanguage, ReadonlySet<string>>> = {
  rust: new Set(
    "async await bool const crate else enum false fn if impl let match mod mut pub ref return self Self static struct super true use".split(" "),
  ),
  ts: new Set(
    "as async await const else export false from function if import interface let never new null return true type typeof undefined".split(" "),
  ),
  text: new Set(),
};

// In order: comment, string, attribute, number, word (with the bracket of a call), anything else.
const PIECES =
  /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?<attribute>#\[[^\n]*\])|(?<number>\b\d[\d_]*\b)|(?<word>[A-Za-z_]\w*(?<bang>!)?)(?=(?<bracket>\()?)|(?<rest>[\s\S])/g;

/** The parts of `code` in order; put together they are `code` again. */
export function highlight(code: string, language: CodeLanguage): readonly CodePart[] {
  if (language === "text") return [{ tone: "plain", text: code }];
  const parts: CodePart[] = [];
  for (const match of code.matchAll(PIECES)) {
    const tone = toneOf(match, KEYWORDS[language]);
    const last = parts.at(-1);
    if (last?.tone === tone) parts[parts.length - 1] = { tone, text: last.text + match[0] };
    else parts.push({ tone, text: match[0] });
  }
  return parts;
}

function toneOf(match: RegExpExecArray, keywords: ReadonlySet<string>): Tone {
  const found = match.groups ?? {};
  if (found.comment !== undefined) return "comment";
  if (found.string !== undefined) return "string";
  if (found.attribute !== undefined) return "attribute";
  if (found.number !== undefined) return "number";
  if (found.word === undefined) return "plain";
  if (keywords.has(found.word)) return "keyword";
  if (/^[A-Z]/.test(found.word)) return "type";
  if (found.bang !== undefined || found.bracket !== undefined) return "call";
  return "plain";
}
