import { useMemo, useState } from "react";
import { useWords } from "../language/LanguageProvider";
import { copyText } from "./copyText";
import { type CodeLanguage, highlight } from "./highlight";

interface CodeBlockProps {
  /** The file's path, or what else the snippet is. */
  readonly title: string;
  readonly language: CodeLanguage;
  readonly code: string;
}

/** A snippet under its file name, with a button that copies it. */
export function CodeBlock({ title, language, code }: CodeBlockProps) {
  const words = useWords();
  const parts = useMemo(() => highlight(code, language), [code, language]);
  const [copied, setCopied] = useState(false);

  async function copy() {
    // Where neither way is allowed, the text can still be selected.
    if (!(await copyText(code))) return;
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  }

  return (
    <figure className="code">
      <figcaption className="code-title">
        <span>{title}</span>
        <button type="button" className="code-copy" onClick={copy}>
          {copied ? words.code.copied : words.code.copy}
        </button>
      </figcaption>
      {/* A snippet may be wider than a phone: it scrolls, so the keyboard must reach it. */}
      <pre tabIndex={0} aria-label={title}>
        <code>
          {parts.map(({ tone, text }, index) => (
            <span key={index} className={tone === "plain" ? undefined : `code-${tone}`}>
              {text}
            </span>
          ))}
        </code>
      </pre>
    </figure>
  );
}
