//! What attributes expect of the types in a handler, as traits, so that the compiler says in words what is missing.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::str::FromStr;

use crate::contain::Guarded;
use crate::error::SyncError;
use crate::route::{App, Member};

/// The error of a handler and of a room rule.
#[diagnostic::on_unimplemented(
    message = "a handler refuses with `SyncError`, not with `{Self}`",
    label = "not `SyncError`",
    note = "write `SyncError` here, and turn other errors into codes: `.map_err(|_| sync::error!(\"game-full\"))?`"
)]
pub trait Refusal {
    /// Returns it as it is.
    fn into_error(self) -> SyncError;
}

impl Refusal for SyncError {
    fn into_error(self) -> SyncError {
        self
    }
}

/// Returns what a handler or a room rule answers as it is.
///
/// # Errors
///
/// The error of the handler.
pub fn answered<T, E: Refusal>(answer: Result<T, E>) -> Result<T, SyncError> {
    answer.map_err(Refusal::into_error)
}

/// A type that can be read from the part of a room name that a parameter stands for.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from the name of a room",
    label = "not a type with `FromStr`",
    note = "take a `&str`, a number, or a type that implements `std::str::FromStr`"
)]
pub trait RoomParameter: Sized {
    /// Reads it; `None` for a text that is none.
    fn read(text: &str) -> Option<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: FromStr> RoomParameter for T {
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// A type of a server file, as `T`, the type in the filter beside it: the same one.
#[diagnostic::on_unimplemented(
    message = "this filter takes `{T}`, its server file has `{Self}`",
    label = "not the type of the server file",
    note = "write `use super::server::{{ClientInput, ServerOutput}};` and take these"
)]
pub trait OfServer<T: ?Sized> {
    /// Returns it as it is.
    fn of_server(&self) -> &T;
}

#[diagnostic::do_not_recommend]
impl<T: ?Sized> OfServer<T> for T {
    fn of_server(&self) -> &T {
        self
    }
}

/// What the `by` of a filter may make of a member: a value that is equal for members of one group.
// `Eq` and `Hash` are not bounds of the trait: the compiler would tell of each of them instead of what stands here.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot tell groups of members apart",
    label = "not a type with `Eq` and `Hash`",
    note = "put `#[derive(PartialEq, Eq, Hash)]` on the type if it is yours; of a float take a whole number"
)]
pub trait GroupKey: Sized + Send + 'static {
    /// Looks it up among the groups that were met.
    fn among<V>(self, met: &mut HashMap<Guarded<Self>, V>) -> Entry<'_, Guarded<Self>, V>;
}

#[diagnostic::do_not_recommend]
impl<T: Eq + Hash + Send + 'static> GroupKey for T {
    fn among<V>(self, met: &mut HashMap<Guarded<Self>, V>) -> Entry<'_, Guarded<Self>, V> {
        met.entry(Guarded::new(self))
    }
}

/// What the `by` of a filter returns, as `T`, of which the filter takes a `&T`: the same type, or the borrowed form of a text or list.
#[diagnostic::on_unimplemented(
    message = "`by` makes `{Self}` of a member, and this filter takes `&{T}`",
    label = "makes `{Self}`",
    note = "the first parameter of `main` is what `by` returns, borrowed"
)]
pub trait IntoGroup<T> {
    /// Returns it as it is, or a copy of what is borrowed.
    fn into_group(self) -> T;
}

#[diagnostic::do_not_recommend]
impl<T> IntoGroup<T> for T {
    fn into_group(self) -> T {
        self
    }
}

#[diagnostic::do_not_recommend]
impl IntoGroup<String> for &str {
    fn into_group(self) -> String {
        self.to_owned()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Clone> IntoGroup<Vec<T>> for &[T] {
    fn into_group(self) -> Vec<T> {
        self.to_vec()
    }
}

/// Applies the `by` of a filter; a closure learns from here that its parameter is a member.
pub fn group_of<'m, A: App, T, R: IntoGroup<T>>(by: fn(Member<'m, A>) -> R, member: Member<'m, A>) -> T {
    by(member).into_group()
}
