//! Error codes as they stand in the source: `sync::error!("counter-full")`.

/// A code and where it is used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ErrorCode {
    /// The code, in kebab case.
    pub code: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The names of what its sentence may ask for: what stands behind the code, and what the file adds to errors with `.param(…)`.
    pub parameters: Vec<String>,
}

/// Returns whether `code` is in kebab case: words of lower-case letters and digits joined by `-`, the first starting with a letter.
///
/// The code is also a Fluent message id and a string in TypeScript; this form is good for all three.
///
/// ```
/// use sync_syntax::error_code::is_kebab_case;
///
/// assert!(is_kebab_case("chess-not-your-turn"));
/// assert!(!is_kebab_case("chessNotYourTurn") && !is_kebab_case("2-many") && !is_kebab_case("a--b") && !is_kebab_case(""));
/// ```
#[must_use]
pub fn is_kebab_case(code: &str) -> bool {
    code.starts_with(|first: char| first.is_ascii_lowercase())
        && code
            .split('-')
            .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}

/// Returns `text` in kebab case, for a suggestion; `None` where nothing sensible is left.
///
/// ```
/// use sync_syntax::error_code::to_kebab_case;
///
/// assert_eq!(to_kebab_case("Counter is full!").as_deref(), Some("counter-is-full"));
/// assert_eq!(to_kebab_case("counterFull").as_deref(), Some("counter-full"));
/// assert_eq!(to_kebab_case("42"), None);
/// ```
#[must_use]
pub fn to_kebab_case(text: &str) -> Option<String> {
    let mut code = String::new();
    for character in text.chars() {
        if character.is_ascii_uppercase()
            && code.ends_with(|last: char| last.is_ascii_lowercase() || last.is_ascii_digit())
        {
            code.push('-');
        }
        if character.is_ascii_alphanumeric() {
            code.push(character.to_ascii_lowercase());
        } else if !code.is_empty() && !code.ends_with('-') {
            code.push('-');
        }
    }
    let code = code.trim_end_matches('-').to_owned();
    is_kebab_case(&code).then_some(code)
}
