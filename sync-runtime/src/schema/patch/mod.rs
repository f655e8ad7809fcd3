//! What has changed between two values of a type, as a JSON patch.
//!
//! A shared value is kept twice: as it is, and as it was told last. Once it has changed, the two are walked together, typed, so that what is
//! equal costs a comparison and nothing is cloned; in the end they are equal. The same walk the other way takes a change back.

mod formats;
mod standard;
mod writer;

pub use writer::{Change, PatchWriter};

use serde::Serialize;

use super::{Wire, encode};

/// A wire type whose changes can be told: `#[wire(patch)]` implements it.
///
/// # Examples
///
/// ```
/// use sync::schema::{Change, Patch, PatchWriter};
///
/// #[sync::wire(patch)]
/// struct Note {
///     text: String,
///     done: bool,
/// }
///
/// let mut told = vec![Note { text: "milk".into(), done: false }];
/// let now = vec![Note { text: "milk".into(), done: true }];
/// let mut out = PatchWriter::new(1000);
/// Patch::diff(&mut told, &now, &mut out);
/// let patch = r#"[{"op":"replace","path":"/0/done","value":true}]"#;
/// assert_eq!(out.finish()?, Change::Patch(patch.to_owned()));
/// assert!(told.is_same(&now));
/// # Ok::<(), sync::schema::EncodeError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "changes of `{Self}` cannot be told",
    label = "part of a shared value",
    note = "write `#[wire(patch)]` on the type if it is yours, in place of `#[wire]`"
)]
pub trait Patch: Wire {
    /// Returns whether two values have the same JSON.
    fn is_same(&self, other: &Self) -> bool;

    /// Makes `old` the same as `new`, and writes what does that elsewhere.
    fn diff(old: &mut Self, new: &Self, out: &mut PatchWriter);
}

/// How the type of a field is compared; what generated code asks for.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Compared<T> {
    /// [`Patch::is_same`].
    pub same: fn(&T, &T) -> bool,
    /// [`Patch::diff`].
    pub diff: fn(&mut T, &T, &mut PatchWriter),
}

/// A field of a type whose changes can be told.
#[doc(hidden)]
#[must_use]
pub const fn compared<T: Patch>() -> Compared<T> {
    Compared { same: T::is_same, diff: T::diff }
}

/// A field of which nothing is known but its JSON.
#[doc(hidden)]
#[must_use]
pub const fn compared_as_text<T: Serialize + Clone>() -> Compared<T> {
    Compared { same: is_same_text, diff: diff_text }
}

/// Returns whether two values have one text; those that have none are taken for different, which shows when they are written.
fn is_same_text<T: Serialize>(one: &T, other: &T) -> bool {
    matches!((encode(one), encode(other)), (Ok(one), Ok(other)) if one == other)
}

fn diff_text<T: Serialize + Clone>(old: &mut T, new: &T, out: &mut PatchWriter) {
    if !is_same_text(old, new) {
        out.replace(new);
    }
    old.clone_from(new);
}

/// Tells the change of a value that has no parts, or of which the whole is told.
#[doc(hidden)]
pub fn diff_whole<T: Serialize + Clone>(old: &mut T, new: &T, is_same: bool, out: &mut PatchWriter) {
    if !is_same {
        out.replace(new);
        old.clone_from(new);
    }
}
