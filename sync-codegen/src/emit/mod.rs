//! The model as text. Nothing here opens a file.

mod contract;
pub mod rust;
pub mod typescript;
pub mod writer;

pub use typescript::typescript;

/// Joins texts as a sentence does: `a, b and c`.
fn listed(texts: impl Iterator<Item = String>) -> String {
    let mut texts = texts.collect::<Vec<_>>();
    let last = texts.pop().unwrap_or_default();
    if texts.is_empty() { last } else { format!("{} and {last}", texts.join(", ")) }
}
