//! The names of languages.

/// Returns `tag` in the one form that all spellings of a language have: `pt-BR` for `PT_br`, `de-DE` for `de-DE-u-co-phonebk`.
///
/// That is its language, script, region and variants. Extensions (`-u-…`), private use (`-x-…`) and what is known of a
/// dialect's family (`yue` in `zh-yue`) say nothing about which messages to choose. What is no tag is `None`.
/// Source: RFC 5646 §2.1 and §2.1.1; `_` in the place of `-` is how programs in C and Java spell it.
///
/// # Examples
///
/// ```
/// use sync_schema::language_tag;
///
/// assert_eq!(language_tag("de_DE-x-private").as_deref(), Some("de-DE"));
/// assert_eq!(language_tag("english"), None);
/// ```
#[must_use]
pub fn language_tag(tag: &str) -> Option<String> {
    let subtags = tag.split(['-', '_']).collect::<Vec<_>>();
    if !subtags
        .iter()
        .all(|subtag| (1..=8).contains(&subtag.len()) && subtag.bytes().all(|sign| sign.is_ascii_alphanumeric()))
    {
        return None;
    }
    // A subtag of one letter begins an extension, or what is private.
    let mut rest = subtags.into_iter().take_while(|subtag| subtag.len() > 1).peekable();
    let language = rest.next_if(|first| matches!(first.len(), 2 | 3) && is_word(first))?;
    while rest.next_if(|family| family.len() == 3 && is_word(family)).is_some() {}
    let script = rest.next_if(|next| next.len() == 4 && is_word(next)).map(capitalized);
    let region = rest.next_if(|next| is_region(next)).map(str::to_ascii_uppercase);
    let variants = rest.map(|variant| is_variant(variant).then(|| variant.to_ascii_lowercase()));
    let mut variants = variants.collect::<Option<Vec<_>>>()?;
    variants.sort();
    variants.dedup();
    let parts = [language.to_ascii_lowercase()].into_iter().chain(script).chain(region).chain(variants);
    Some(parts.collect::<Vec<_>>().join("-"))
}

fn is_word(subtag: &str) -> bool {
    subtag.bytes().all(|sign| sign.is_ascii_alphabetic())
}

fn is_region(subtag: &str) -> bool {
    match subtag.len() {
        2 => is_word(subtag),
        3 => subtag.bytes().all(|sign| sign.is_ascii_digit()),
        _ => false,
    }
}

fn is_variant(subtag: &str) -> bool {
    subtag.len() > 4 || (subtag.len() == 4 && subtag.starts_with(|first: char| first.is_ascii_digit()))
}

/// Returns an ASCII word with its first letter alone in upper case.
fn capitalized(word: &str) -> String {
    let (first, others) = word.split_at(1);
    first.to_ascii_uppercase() + &others.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::language_tag;

    #[test]
    fn all_spellings_of_a_language_are_one() {
        for (tag, name) in [
            ("de", "de"),
            ("DE", "de"),
            ("de_de", "de-DE"),
            ("zh-hant-tw", "zh-Hant-TW"),
            ("es-419", "es-419"),
            ("de-u-co-phonebk", "de"),
            ("de-DE-x-private", "de-DE"),
            ("de-DE-u-co-phonebk-x-private", "de-DE"),
            ("en_US-u-va-posix", "en-US"),
            ("zh-yue-HK", "zh-HK"),
            ("sl-Rozaj-BISKE", "sl-biske-rozaj"),
            ("de-1901", "de-1901"),
        ] {
            assert_eq!(language_tag(tag).as_deref(), Some(name), "{tag}");
        }
    }

    #[test]
    fn what_is_no_tag_has_no_language() {
        for tag in [
            "",
            "-",
            "de-",
            "-de",
            "de--DE",
            "*",
            "english",
            "x-private",
            "i-klingon",
            "de DE",
            "de-DEU-DEUT-abcd",
            "de-abcdefghi",
            "dé",
            "d",
            "de-DE.UTF-8",
            "\u{feff}de",
        ] {
            assert_eq!(language_tag(tag), None, "{tag}");
        }
    }
}
