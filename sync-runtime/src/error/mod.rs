//! Error codes and their parameters.
//!
//! A *code* is a kebab-case token that is also the id of a Fluent message; its *parameters* are what the sentence is about.
//! This module knows no sentences: `i18n` finds them when a reader is known.

mod codes;
mod stored;
mod sync_error;

pub use codes::status_of;
pub(crate) use stored::StoredError;
pub use sync_error::SyncError;
