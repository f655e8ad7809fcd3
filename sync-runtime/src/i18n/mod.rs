//! From an error code to a sentence in the reader's language; the only words of the framework that a user reads.
//!
//! A *locale* is a language tag such as `nl`; a *catalog* holds the messages of all locales: the framework's four, and the
//! app's own, which win. This module knows no sessions and no requests: it is handed the languages that a reader wants.

mod catalog;
mod locale;

pub use catalog::{Catalog, CatalogError};
pub use locale::{Locale, accepted};
