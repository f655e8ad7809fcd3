//! Which of the app's languages a reader gets.

use unic_langid::LanguageIdentifier;

/// One of a catalog's languages, as an index; cheap to keep with every socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Locale(pub(crate) usize);

/// Reads an `Accept-Language` header (or one language tag) into tags, most wanted first; what is no tag is passed over.
///
/// # Examples
///
/// ```
/// use sync::__private::accepted;
///
/// assert_eq!(accepted("en;q=0.5, nl-BE, ?;q=2"), ["nl-BE", "en"]);
/// ```
#[must_use]
pub fn accepted(header: &str) -> Vec<String> {
    fluent_langneg::accepted_languages::parse(header).iter().map(ToString::to_string).collect()
}

/// Finds the first wanted tag that is available: as it is, then by its language alone.
pub(crate) fn negotiate(wanted: &str, available: &[LanguageIdentifier]) -> Option<Locale> {
    let wanted: LanguageIdentifier = wanted.parse().ok()?;
    let exact = available.iter().position(|tag| *tag == wanted);
    exact.or_else(|| available.iter().position(|tag| tag.language == wanted.language)).map(Locale)
}
