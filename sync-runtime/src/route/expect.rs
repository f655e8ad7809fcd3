//! What attributes expect of the types in a handler, as traits, so that the compiler says in words what is missing.

use std::str::FromStr;

use crate::error::SyncError;

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
