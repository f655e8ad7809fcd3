//! The codes that the framework itself answers with.

/// Every framework code with its HTTP status, sorted by code.
///
/// Source: PRODUCT §7. Codes that only the client makes are here too, because `ErrorCode` in TypeScript is one union.
pub const FRAMEWORK_CODES: &[(&str, u16)] = &[
    ("auth-forbidden", 403),
    ("auth-required", 401),
    ("auth-user-changed", 403),
    ("cursor-too-old", 410),
    ("entity-exists", 409),
    ("mutation-out-of-order", 409),
    ("mutation-skipped", 409),
    ("mutation-unknown", 404),
    ("offline-dropped", 503),
    ("offline-queue-full", 503),
    ("origin-forbidden", 403),
    ("replica-read-only", 409),
    ("room-forbidden", 403),
    ("room-invalid", 400),
    ("room-limit", 409),
    ("scope-forbidden", 403),
    ("session-unavailable", 503),
    ("state-conflict", 409),
    ("state-invalid", 400),
    ("state-unavailable", 503),
    ("store-unavailable", 503),
    ("sync-bad-request", 400),
    ("sync-cancelled", 499),
    ("sync-client-failed", 500),
    ("sync-disconnected", 503),
    ("sync-id-reused", 409),
    ("sync-invalid-input", 400),
    ("sync-method-not-allowed", 405),
    ("sync-no-receivers", 404),
    ("sync-not-found", 404),
    ("sync-not-in-room", 403),
    ("sync-outcome-unknown", 409),
    ("sync-rate-limited", 429),
    ("sync-retired", 410),
    ("sync-server-failed", 500),
    ("sync-shutting-down", 503),
    ("sync-timeout", 504),
    ("sync-too-large", 413),
    ("sync-too-many", 413),
    ("sync-unavailable", 503),
    ("sync-unsupported-media-type", 415),
];

/// What framework codes carry as `errorParams`, for those that carry anything, sorted by code.
///
/// Source: PRODUCT §7. Sentences may ask for them, and for `subject`, which does not travel.
const PARAMETERS: &[(&str, &[&str])] = &[
    ("auth-forbidden", &["key"]),
    ("entity-exists", &["entity", "id"]),
    ("mutation-out-of-order", &["expected"]),
    ("offline-dropped", &["reason"]),
    ("room-limit", &["limit"]),
    ("state-conflict", &["version"]),
    ("state-invalid", &["path", "reason"]),
    ("sync-invalid-input", &["path", "reason"]),
    ("sync-rate-limited", &["seconds"]),
    ("sync-retired", &["day"]),
    ("sync-too-large", &["limit"]),
    ("sync-too-many", &["limit"]),
];

/// Returns the names of what a framework code carries as `errorParams`; `None` for a code that is not the framework's.
#[must_use]
pub fn framework_parameters(code: &str) -> Option<&'static [&'static str]> {
    FRAMEWORK_CODES.iter().find(|(known, _)| *known == code)?;
    let parameters = PARAMETERS.iter().find(|(known, _)| *known == code);
    Some(parameters.map_or(&[], |(_, parameters)| parameters))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_codes_of_the_framework_have_its_parameters() {
        assert!(PARAMETERS.is_sorted());
        assert!(PARAMETERS.iter().all(|(code, parameters)| framework_parameters(code) == Some(parameters)));
        assert_eq!(framework_parameters("sync-timeout"), Some(&[][..]));
        assert_eq!(framework_parameters("game-full"), None);
    }

    #[test]
    fn the_codes_are_sorted() {
        assert!(FRAMEWORK_CODES.is_sorted());
    }
}
