/** The words of this package that a user reads. They are the server's: `sentences.generated.ts` is made of its Fluent files. */

import type { ErrorParams } from "../wire/answers";
import { SENTENCES, type Language, type SentenceId } from "./sentences.generated";

/** The sentence `id` in the language that the tag `lang` (`nl`, `de-AT`) asks for, in English if there is none, with `params` in their places. */
export function sentence(id: SentenceId, lang: string | undefined, params: ErrorParams = {}): string {
  return SENTENCES[languageOf(lang)][id].replaceAll(/\{\$([\w-]+)\}/g, (place, name: string) =>
    Object.hasOwn(params, name) ? String(params[name]) : place,
  );
}

function languageOf(lang: string | undefined): Language {
  const language = lang?.split(/[-_]/)[0]?.toLowerCase() ?? "";
  return isLanguage(language) ? language : "en";
}

function isLanguage(language: string): language is Language {
  return Object.hasOwn(SENTENCES, language);
}
