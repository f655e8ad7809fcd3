/**
 * Which of the four languages the page speaks.
 *
 * A *choice* is what the user picked, or `null` for "whatever the browser prefers". It is kept in this browser, and by
 * the server in the session of a user who is signed in.
 */

export const LANGUAGES = ["en", "nl", "de", "fr"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Each language by its own name, which is how its reader looks for it. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  en: "English",
  nl: "Nederlands",
  de: "Deutsch",
  fr: "Français",
};

/** Reads a language tag: `"nl-BE"` is `"nl"`, and what the page does not speak is `null`. */
export function parseLanguage(tag: string | null | undefined): Language | null {
  const primary = tag?.toLowerCase().split("-")[0];
  return LANGUAGES.find((language) => language === primary) ?? null;
}

/** The first of the browser's preferred languages that the page speaks, or English. */
export function pickLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const language = parseLanguage(tag);
    if (language !== null) return language;
  }
  return "en";
}

const STORAGE_KEY = "syncwright.language";

/** What was chosen in this browser; `null` when nothing was, or when the browser keeps nothing. */
export function readLanguageChoice(): Language | null {
  try {
    return parseLanguage(window.localStorage.getItem(STORAGE_KEY));
  } catch {
    return null;
  }
}

export function writeLanguageChoice(choice: Language | null): void {
  try {
    if (choice === null) window.localStorage.removeItem(STORAGE_KEY);
    else window.localStorage.setItem(STORAGE_KEY, choice);
  } catch {
    // A browser that keeps nothing still speaks the chosen language until the tab is closed.
  }
}
