//! The right name that somebody may have meant.

/// Returns the one of `candidates` that `name` is a slip of: no more than a third of its letters differ.
///
/// # Examples
///
/// ```
/// use sync_schema::nearest;
///
/// assert_eq!(nearest("Sevrer", ["client", "server"]), Some("server"));
/// assert_eq!(nearest("player", ["client", "server"]), None);
/// ```
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let is_slip = |(distance, candidate): &(usize, &str)| *distance <= (candidate.chars().count() / 3).max(1);
    by_distance(name, candidates).filter(is_slip).min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

/// Returns the one of `candidates` that is most like `name`, however little that is; the first of several.
#[must_use]
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    by_distance(name, candidates).min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

/// Case is no difference.
fn by_distance<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> impl Iterator<Item = (usize, &'a str)> {
    let name = name.to_lowercase();
    let distance = move |candidate: &str| strsim::damerau_levenshtein(&name, &candidate.to_lowercase());
    candidates.into_iter().map(move |candidate| (distance(candidate), candidate))
}

#[cfg(test)]
mod tests {
    use super::{closest, nearest};

    #[test]
    fn a_slip_finds_its_name_and_another_word_does_not() {
        for (written, meant) in
            [("sever", Some("server")), ("Sevrer", Some("server")), ("clint", Some("client")), ("player", None)]
        {
            assert_eq!(nearest(written, ["server", "client"]), meant, "{written}");
        }
        assert_eq!(closest("player", ["server", "client"]), Some("server"));
    }
}
