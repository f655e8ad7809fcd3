import { createContext, type ReactNode, useContext, useEffect, useMemo } from "react";
import { useSession } from "../session/SessionProvider";
import { type Language, pickLanguage } from "./languages";
import type { Words } from "./words/en";
import { WORDS } from "./words/words";

interface LanguageValue {
  /** What the page speaks now. */
  readonly language: Language;
  /** What it would speak without a choice. */
  readonly browserLanguage: Language;
  readonly words: Words;
}

const LanguageContext = createContext<LanguageValue | null>(null);

export function useLanguage(): LanguageValue {
  const value = useContext(LanguageContext);
  if (value === null) throw new Error("useLanguage is called outside of LanguageProvider");
  return value;
}

export function useWords(): Words {
  return useLanguage().words;
}

/** Speaks the language that the session (or, signed out, this browser) has chosen. */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const { languageChoice } = useSession();
  const value = useMemo(() => {
    const browserLanguage = pickLanguage(navigator.languages);
    const language = languageChoice ?? browserLanguage;
    return { language, browserLanguage, words: WORDS[language] };
  }, [languageChoice]);

  useEffect(() => {
    document.documentElement.lang = value.language;
  }, [value.language]);

  return <LanguageContext value={value}>{children}</LanguageContext>;
}
