//! Which of the app's languages a reader gets.

use unic_langid::LanguageIdentifier;

/// One of a catalog's languages, as an index; cheap to keep with every socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Locale(pub(crate) usize);

/// Reads an `Accept-Language` header (or one language tag) into tags, most wanted first; what is no tag is passed over.
///
/// Source: RFC 9110 §12.5.4. `q` orders the tags, equal ones stay as they stand, and `q=0` means not wanted.
///
/// # Examples
///
/// ```
/// use sync::__private::accepted;
///
/// assert_eq!(accepted("en;q=0.5, nl-BE, fr;q=0, ?;q=2"), ["nl-BE", "en"]);
/// ```
#[must_use]
pub fn accepted(header: &str) -> Vec<String> {
    let mut wanted: Vec<(f32, LanguageIdentifier)> = header.split(',').filter_map(range).collect();
    wanted.sort_by(|(first, _), (second, _)| second.total_cmp(first));
    wanted.into_iter().map(|(_, tag)| tag.to_string()).collect()
}

fn range(text: &str) -> Option<(f32, LanguageIdentifier)> {
    let mut parts = text.split(';').map(str::trim);
    let tag = parts.next()?.parse().ok()?;
    let quality = match parts.find_map(|part| part.strip_prefix("q=")) {
        Some(quality) => quality.parse().ok().filter(|quality| (0.0..=1.0).contains(quality))?,
        None => 1.0,
    };
    (quality > 0.0).then_some((quality, tag))
}

/// Finds the first wanted tag that is available: as it is, then by its language alone.
pub(crate) fn negotiate(wanted: &str, available: &[LanguageIdentifier]) -> Option<Locale> {
    let wanted: LanguageIdentifier = wanted.parse().ok()?;
    let exact = available.iter().position(|tag| *tag == wanted);
    exact.or_else(|| available.iter().position(|tag| tag.language == wanted.language)).map(Locale)
}
