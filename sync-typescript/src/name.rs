//! Names made of Rust paths.

use crate::tree::is_identifier;

/// Returns the words of a path as one name.
#[must_use]
pub fn words(path: &str) -> String {
    path.split("::").flat_map(|segment| segment.split('_')).map(capitalized).collect()
}

/// Returns `word` with its first letter in upper case.
#[must_use]
pub fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A Rust name may hold letters that a plain name of TypeScript does not.
#[must_use]
pub fn as_identifier(name: &str) -> String {
    if is_identifier(name) {
        return name.to_owned();
    }
    let letters = name.chars().map(|sign| if sign.is_alphanumeric() || matches!(sign, '_' | '$') { sign } else { '_' });
    let name: String = letters.collect();
    if name.starts_with(|sign: char| sign.is_numeric()) { format!("_{name}") } else { name }
}
