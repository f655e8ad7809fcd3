//! What an app can be called with and what it answers, as plain data.
//!
//! A *shape* says which JSON one Rust type stands for; a *definition* is a shape with a name. The runtime fills this model
//! (`#[wire]` describes each type), checks what arrives against it, and hands it to the generator, which writes TypeScript from it.
//! [`Api`] as text is the app's contract: one line for each fact.
//! With it go the words that both have to read alike: the framework's codes, the names of languages and rooms, rates, and what a slip of
//! the pen was meant to be.
//! [`Api`] as JSON is what a compiled app leaves behind for programs that are not linked against it.
//! It knows no TypeScript and no route table, so that both sides can depend on it and on nothing of each other.

#![forbid(unsafe_code)]

mod api;
mod canonical;
mod codes;
mod compare;
mod language;
mod nearest;
mod rate;
mod reading;
mod room;
mod shape;

pub use api::{Api, Day, Direction, EntityTypes, Lane, Payload, PresenceTypes, RouteTypes, WireType};
pub use canonical::Promise;
pub use codes::{FRAMEWORK_CODES, framework_parameters};
pub use compare::{Breaks, Change, Kind as ChangeKind, Spot, compare, compare_all, promised};
pub use language::language_tag;
pub use nearest::{closest, nearest};
pub use rate::{Rate, RateError, RateLimit};
pub use reading::ReadError;
pub use room::{EVERYONE, ROOM_NAME_LIMIT, is_room_character};
pub use shape::{
    Absence, Body, Declaration, Definition, Field, MapKey, Shape, Tagging, Types, Variant, VariantBody, type_label,
};
