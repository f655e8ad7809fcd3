//! Which of the app's languages a reader gets.

use sync_schema::language_tag;

/// One of a catalog's languages, as an index; cheap to keep with every socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Locale(pub(crate) usize);

/// Reads an `Accept-Language` header (or one language tag) into tags, most wanted first; what is no tag is passed over.
///
/// Source: RFC 9110 §12.5.4. `q` orders the tags, equal ones stay as they stand, and `q=0` means not wanted. The tags are in the
/// form of [`language_tag`], without extensions.
///
/// # Examples
///
/// ```
/// use sync::__private::accepted;
///
/// assert_eq!(accepted("en;q=0.5, nl-BE, fr;q=0, ?;q=2"), ["nl-BE", "en"]);
/// assert_eq!(accepted("de_de-u-co-phonebk"), ["de-DE"]);
/// ```
#[must_use]
pub fn accepted(header: &str) -> Vec<String> {
    let mut wanted: Vec<(f32, String)> = header.split(',').filter_map(range).collect();
    wanted.sort_by(|(first, _), (second, _)| second.total_cmp(first));
    wanted.into_iter().map(|(_, tag)| tag).collect()
}

fn range(text: &str) -> Option<(f32, String)> {
    let mut parts = text.split(';').map(str::trim);
    let tag = language_tag(parts.next()?)?;
    let quality = match parts.find_map(|part| part.strip_prefix(['q', 'Q'])?.strip_prefix('=')) {
        Some(quality) => quality.parse().ok().filter(|quality| (0.0..=1.0).contains(quality))?,
        None => 1.0,
    };
    (quality > 0.0).then_some((quality, tag))
}

/// Finds the best of `available` for one wanted tag: as it is, then without its last parts, then with any others.
///
/// All of `available` are in the form of [`language_tag`].
pub(crate) fn negotiate(wanted: &str, available: &[String]) -> Option<Locale> {
    let wanted = language_tag(wanted)?;
    let any_others = || available.iter().position(|name| language(name) == language(&wanted)).map(Locale);
    lookup(&wanted, available).next().or_else(any_others)
}

/// Returns those of `available` that `tag` is a special case of, nearest first; itself is the first of them.
///
/// Source: RFC 4647 §3.4, "Lookup".
pub(crate) fn lookup(tag: &str, available: &[String]) -> impl Iterator<Item = Locale> {
    let shorter = std::iter::successors(Some(tag), |tag| Some(tag.rsplit_once('-')?.0));
    shorter.filter_map(|tag| available.iter().position(|name| name == tag).map(Locale))
}

fn language(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::{Locale, negotiate};

    fn check(wanted: &str, available: &[&str], expected: Option<&str>) {
        let available = available.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let found = negotiate(wanted, &available).map(|Locale(index)| available[index].as_str());
        assert_eq!(found, expected, "{wanted}");
    }

    #[test]
    fn a_tag_finds_the_nearest_of_its_language() {
        check("pt-PT", &["en", "pt-BR", "pt"], Some("pt"));
        check("pt-PT", &["en", "pt-BR", "pt-AO"], Some("pt-BR"));
        check("zh-Hant-TW", &["zh-Hans", "zh-Hant"], Some("zh-Hant"));
        check("de-CH-1996-u-co-phonebk", &["de", "de-CH"], Some("de-CH"));
        check("DE_de-x-private", &["en", "de"], Some("de"));
        check("nds", &["nl", "de"], None);
        check("not a tag", &["en"], None);
    }
}
