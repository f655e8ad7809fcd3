//! The right name that somebody may have meant.

/// Returns the one of `candidates` that `name` is a slip of: no more than a third of its letters differ.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.chars().count() / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_finds_its_name_and_another_word_does_not() {
        for (written, meant) in
            [("sever", Some("server")), ("Sevrer", Some("server")), ("clint", Some("client")), ("player", None)]
        {
            assert_eq!(nearest(written, ["server", "client"]), meant, "{written}");
        }
    }
}
