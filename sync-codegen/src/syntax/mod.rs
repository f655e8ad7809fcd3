//! One handler file as `syn` reads it; the only reader of handler source, for the scanner and for the macros alike.

pub mod arguments;
pub mod nearest;
pub mod pattern;
