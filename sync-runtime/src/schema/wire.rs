//! What it takes to travel.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sync_schema::{MapKey, Shape, WireType};

#[cfg(any(test, feature = "testing"))]
use super::encode;
use super::{InvalidInput, Model, Path};

/// A type that can travel between the server and its clients: `#[wire]` implements it.
///
/// Its JSON is serde's, and [`shape`](Wire::shape) says which JSON that is.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot travel over sync",
    label = "not a wire type",
    note = "put `#[wire]` on the type if it is yours",
    note = "64-bit integers need `#[wire(number)]` on the field; foreign types, references and bytes are sent as a `String`"
)]
pub trait Wire: Clone + Debug + Serialize + DeserializeOwned + 'static {
    /// Returns the JSON that the type stands for; definitions that it refers to are added to `model`.
    fn shape(model: &mut Model) -> Shape;

    /// Runs the `#[validate]` rules of the value and of all that it holds, in the order of the fields.
    ///
    /// # Errors
    ///
    /// The first rule that does not hold.
    fn check_rules(&self, at: &Path<'_>) -> Result<(), InvalidInput> {
        let _ = at;
        Ok(())
    }

    /// Visits what the type refers to in exports of ts-rs: itself if it has a name, or what it consists of.
    #[cfg(feature = "ts-rs")]
    #[doc(hidden)]
    fn visit_ts(visitor: &mut impl ts_rs::TypeVisitor) {
        let _ = visitor;
    }
}

/// A wire type that may be an item of a list: all but `u8`, since JSON writes bytes four times as long.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot travel over sync",
    label = "not a wire type",
    note = "put `#[wire]` on the type if it is yours",
    note = "64-bit integers need `#[wire(number)]` on the field; foreign types, references and bytes are sent as a `String`"
)]
pub trait Element: Wire {}

/// A wire type whose JSON is an object, so that its fields can stand in another object.
#[diagnostic::on_unimplemented(
    message = "the fields of `{Self}` cannot stand in another object",
    label = "not a struct with named fields, a tagged enum or a map with `String` keys",
    note = "without `#[serde(flatten)]`, or with `tag` and `content` on the enum, it is a value of its own"
)]
pub trait Flat: Wire {}

/// A type whose values are the keys of a JSON object; `WIDE` ones may be 64-bit integers.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of a map that travels over sync",
    label = "not a key",
    note = "keys are `String`, integers up to 32 bits, or a `#[wire]` enum of unit variants"
)]
pub trait Key<const WIDE: bool>: Clone + Debug + Serialize + DeserializeOwned + 'static {
    /// Returns what the keys may be; definitions that it refers to are added to `model`.
    fn key(model: &mut Model) -> MapKey;

    /// As [`Wire::visit_ts`].
    #[cfg(feature = "ts-rs")]
    #[doc(hidden)]
    fn visit_ts(visitor: &mut impl ts_rs::TypeVisitor) {
        let _ = visitor;
    }
}

/// Describes `T` for the generator; `model` gets a way to send values through it.
pub fn wire_type<T: Wire>(model: &mut Model) -> WireType {
    let shape = T::shape(model);
    // A debug build of an app would compile this for each of its types, and a save wait for it.
    #[cfg(any(test, feature = "testing"))]
    model.add_round_trip(&shape, round_trip::<T>);
    WireType { shape }
}

#[cfg(any(test, feature = "testing"))]
fn round_trip<T: Wire>(json: &str) -> Result<String, String> {
    let value: T = serde_json::from_str(json).map_err(|error| error.to_string())?;
    let json = encode(&value).map_err(|error| error.to_string())?;
    String::from_utf8(json).map_err(|error| error.to_string())
}
