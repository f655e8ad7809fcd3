//! What one file of an app says, as `syn` reads it: the only reader of handler source, for the generator and for the attributes alike.
//!
//! With it go the mistakes that the generator has found and the attributes tell. It knows no other file and no list of them.

#![forbid(unsafe_code)]

pub mod handler_file;

pub mod arguments;
pub mod declared;
pub mod error_code;
pub mod pattern;
pub mod problems;
pub mod query;
pub mod text;

mod tokens;

pub use tokens::Imports;
