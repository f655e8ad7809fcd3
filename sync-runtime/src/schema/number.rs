//! Whole numbers of 64 bits, which JavaScript holds exactly up to 2^53 − 1.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sync_schema::{MapKey, Shape};

use super::{Key, Model};

/// 2^53 − 1, JavaScript's `Number.MAX_SAFE_INTEGER`: whole numbers from `-MAX_INTEGER` to `MAX_INTEGER` arrive as they were sent.
pub const MAX_INTEGER: i64 = (1 << 53) - 1;

/// A type that `#[wire(number)]` lets through: 64-bit integers and what the standard library builds of them.
///
/// Its integers travel as JSON numbers. One beyond ±[`MAX_INTEGER`] is refused when it arrives and is an error when it is written.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot travel as a number",
    label = "`#[wire(number)]` takes 64-bit integers, also inside `Option`, lists, maps and tuples",
    note = "in a type of your own, put `#[wire(number)]` on the field that holds the integer"
)]
pub trait Numeric: Clone + Debug + Serialize + DeserializeOwned + 'static {
    /// Returns the JSON that the type stands for.
    fn number_shape(model: &mut Model) -> Shape;
}

macro_rules! wide {
    ($($integer:ty: $min:expr),*) => { $(
        impl Numeric for $integer {
            fn number_shape(_: &mut Model) -> Shape {
                Shape::Integer { min: $min, max: MAX_INTEGER }
            }
        }
        impl Key<true> for $integer {
            fn key(_: &mut Model) -> MapKey {
                MapKey::Integer { min: $min, max: MAX_INTEGER }
            }
        }
    )* };
}

wide!(i64: -MAX_INTEGER, isize: -MAX_INTEGER, u64: 0, usize: 0);
