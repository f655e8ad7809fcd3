//! Files that a developer would write by hand: from templates, and from each other.
//!
//! [`templates`] are the texts, which an app may replace; [`pairing`] moves what two files of a route share to where it belongs; `place`
//! puts both on the disk, or takes them away, together with what the generator makes of them.

pub(crate) mod app;
pub(crate) mod pairing;
pub(crate) mod place;
mod source;
pub(crate) mod templates;
