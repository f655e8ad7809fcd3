//! The model as text. Nothing here opens a file.

pub mod rust;
pub mod typescript;
pub mod writer;

pub use typescript::typescript;
