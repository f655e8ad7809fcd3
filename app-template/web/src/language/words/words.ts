/** The page's own words by language. Sentences about errors are not here: the server sends those, translated. */
import type { Language } from "../languages";
import { de } from "./de";
import { en, type Words } from "./en";
import { fr } from "./fr";
import { nl } from "./nl";

export const WORDS: Readonly<Record<Language, Words>> = { en, nl, de, fr };
