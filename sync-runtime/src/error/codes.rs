//! The status of a code.

use sync_schema::FRAMEWORK_CODES;

/// Returns the HTTP status of a framework code, and 400 for a code of the app.
///
/// # Examples
///
/// ```
/// assert_eq!(sync::status_of("auth-required"), 401);
/// assert_eq!(sync::status_of("chess-not-your-turn"), 400);
/// ```
#[must_use]
pub fn status_of(code: &str) -> u16 {
    FRAMEWORK_CODES.binary_search_by_key(&code, |(known, _)| known).map_or(400, |index| FRAMEWORK_CODES[index].1)
}
