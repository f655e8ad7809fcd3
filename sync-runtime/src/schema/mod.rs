//! The types that travel: which JSON each one is, whether what arrived is that JSON, and what may leave.
//!
//! `#[wire]` implements [`Wire`], which fills the model of [`sync_schema`] with the *shape* of a type. [`decode`] holds incoming text
//! against the shape before serde sees it, since serde takes more than one thinks: an array where a struct is meant, fields beside a
//! unit variant, unknown fields where it buffers. Then the *rules* run, which are validator's, and an error of either kind says where
//! in wire names (`tags[1].weight`) and why as a token (`missing`), never with the value. [`encode`] refuses what JSON or JavaScript
//! would silently change.
//!
//! It knows no route, no session and no sentence. The model itself is re-exported from here.

mod model;
mod path;
mod wire;

mod formats;
mod number;
mod standard;

mod check;
mod effort;
mod input;
mod object;
mod query;

mod decode;
mod encode;
mod locate;
mod patch;
mod rules;

pub mod macros;
#[cfg(feature = "ts-rs")]
pub mod ts;

#[cfg(feature = "testing")]
pub(crate) use query::query_of;
pub use sync_schema::{
    Absence, Api, Body, Day, Declaration, Definition, Direction, Field, Lane, MapKey, Payload, PresenceTypes,
    RouteTypes, Shape, Tagging, Types, Variant, VariantBody, WireType,
};

pub use decode::decode;
pub use encode::{EncodeError, encode, encode_into, encode_raw};
pub use input::InputSchema;
pub use model::{Model, Reading, RoundTrip};
pub use number::{MAX_INTEGER, Numeric};
pub use patch::{Change, Patch, PatchWriter};
pub use path::{InvalidInput, Path};
pub use standard::Empty;
pub use wire::{Element, Flat, Key, Wire, wire_type};
