//! One handler file as `syn` reads it; the only reader of handler source, for the scanner and for the macros alike.

pub mod handler_file;

pub mod arguments;
pub mod declared;
pub mod error_code;
pub mod pattern;
pub mod query;
pub mod text;

mod tokens;

pub use tokens::Imports;
