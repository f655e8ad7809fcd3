//! Error codes and their parameters.
//!
//! A *code* is a kebab-case token that is also the id of a Fluent message; its *parameters* are what the sentence is about.
//! This module knows no sentences: `i18n` finds them when a reader is known.

mod codes;
mod stored;
mod sync_error;

/// Any error of an app's own code.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Writes an error with its causes.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

pub use codes::status_of;
pub(crate) use stored::StoredError;
pub use sync_error::SyncError;
