import { useId } from "react";
import { LANGUAGE_NAMES, LANGUAGES, parseLanguage } from "../language/languages";
import { useLanguage } from "../language/LanguageProvider";
import { useSession } from "../session/SessionProvider";

/** Switches the page's own words and, through the session, the server's sentences. */
export function LanguageSwitcher() {
  const { words, browserLanguage } = useLanguage();
  const { languageChoice, chooseLanguage } = useSession();
  const id = useId();
  return (
    <div className="language">
      <label className="visually-hidden" htmlFor={id}>
        {words.language.label}
      </label>
      <select
        id={id}
        value={languageChoice ?? ""}
        onChange={(event) => void chooseLanguage(parseLanguage(event.target.value))}
        data-testid="language"
      >
        <option value="">{words.language.browser(LANGUAGE_NAMES[browserLanguage])}</option>
        {LANGUAGES.map((language) => (
          <option key={language} value={language} lang={language}>
            {LANGUAGE_NAMES[language]}
          </option>
        ))}
      </select>
    </div>
  );
}
