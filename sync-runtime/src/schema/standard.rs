//! The types of the standard library, of serde_json, and the empty object.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::num::{NonZeroU8, NonZeroU16, NonZeroU32};
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sync_schema::{Body, Definition, MapKey, Shape};

use super::number::Numeric;
use super::{Element, Flat, InvalidInput, Key, Model, Path, Wire};

/// Passes the visit of ts-rs on to what a type consists of.
macro_rules! visit {
    ($($part:ident: $trait:path),+) => {
        #[cfg(feature = "ts-rs")]
        fn visit_ts(visitor: &mut impl ts_rs::TypeVisitor) {
            $( <$part as $trait>::visit_ts(visitor); )+
        }
    };
}

/// `{}`: the input of a call that has none, and what `Result<(), SyncError>` travels as.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

impl Wire for Empty {
    fn shape(model: &mut Model) -> Shape {
        model.describe::<Self>(|_| Definition::new("Empty", "sync", "", Body::Struct(Vec::new())))
    }
}

impl Element for Empty {}
impl Flat for Empty {}

/// What the largest `f32` is written as. As an `f64` that is a little more than the `f32` itself, to which it is rounded again.
const LARGEST_F32: f64 = 3.402_823_5e38;

/// Types without parts, which may also stand beside a `#[wire(number)]`.
macro_rules! leaves {
    ($($leaf:ty: $shape:expr),* $(,)?) => { $(
        impl Wire for $leaf {
            fn shape(_: &mut Model) -> Shape {
                $shape
            }
        }
        impl Element for $leaf {}
        impl Numeric for $leaf {
            fn number_shape(_: &mut Model) -> Shape {
                $shape
            }
        }
    )* };
}

/// Whole numbers that JavaScript holds exactly.
macro_rules! integers {
    ($($integer:ty),*) => { $(
        leaves!($integer: Shape::Integer { min: <$integer>::MIN.into(), max: <$integer>::MAX.into() });
        impl<const WIDE: bool> Key<WIDE> for $integer {
            fn key(_: &mut Model) -> MapKey {
                MapKey::Integer { min: <$integer>::MIN.into(), max: <$integer>::MAX.into() }
            }
        }
    )* };
}

integers!(i8, i16, u16, i32, u32);
leaves! {
    (): Shape::Null,
    bool: Shape::Bool,
    f32: Shape::Number { max: LARGEST_F32 },
    f64: Shape::Number { max: f64::MAX },
    char: Shape::Char,
    String: Shape::String,
    Box<str>: Shape::String,
    Arc<str>: Shape::String,
    Cow<'static, str>: Shape::String,
    NonZeroU8: Shape::Integer { min: 1, max: u8::MAX.into() },
    NonZeroU16: Shape::Integer { min: 1, max: u16::MAX.into() },
    NonZeroU32: Shape::Integer { min: 1, max: u32::MAX.into() },
}

impl Wire for u8 {
    fn shape(_: &mut Model) -> Shape {
        Shape::Integer { min: u8::MIN.into(), max: u8::MAX.into() }
    }
}

impl<const WIDE: bool> Key<WIDE> for u8 {
    fn key(_: &mut Model) -> MapKey {
        MapKey::Integer { min: u8::MIN.into(), max: u8::MAX.into() }
    }
}

/// Nothing satisfies it: it is the sentence for a list of bytes.
#[diagnostic::on_unimplemented(
    message = "bytes cannot travel over sync",
    label = "a list of bytes",
    note = "JSON would write each byte as a number: send a `String`, in base64 for example"
)]
pub trait NotBytes<'a> {}

impl Element for u8 where for<'a> u8: NotBytes<'a> {}

impl<const WIDE: bool> Key<WIDE> for String {
    fn key(_: &mut Model) -> MapKey {
        MapKey::String
    }
}

impl Wire for serde_json::Value {
    fn shape(_: &mut Model) -> Shape {
        Shape::Any
    }
}

impl Element for serde_json::Value {}

impl Wire for serde_json::Map<String, serde_json::Value> {
    fn shape(_: &mut Model) -> Shape {
        Shape::Map(MapKey::String, Box::new(Shape::Any))
    }
}

impl Element for serde_json::Map<String, serde_json::Value> {}
impl Flat for serde_json::Map<String, serde_json::Value> {}

impl<T: Wire> Wire for Option<T> {
    fn shape(model: &mut Model) -> Shape {
        optional(T::shape(model))
    }

    visit!(T: Wire);

    fn check_rules(&self, at: &Path<'_>) -> Result<(), InvalidInput> {
        self.as_ref().map_or(Ok(()), |value| value.check_rules(at))
    }
}

impl<T: Wire> Element for Option<T> {}

impl<T: Numeric> Numeric for Option<T> {
    fn number_shape(model: &mut Model) -> Shape {
        optional(T::number_shape(model))
    }
}

/// JSON has one `null`, so an `Option` of an `Option` is an `Option`.
fn optional(shape: Shape) -> Shape {
    match shape {
        Shape::Option(_) => shape,
        shape => Shape::Option(Box::new(shape)),
    }
}

/// Pointers, whose JSON is that of what they point to.
macro_rules! pointers {
    ($($pointer:ident),*) => { $(
        impl<T: Wire> Wire for $pointer<T> {
            fn shape(model: &mut Model) -> Shape {
                T::shape(model)
            }

            visit!(T: Wire);

            fn check_rules(&self, at: &Path<'_>) -> Result<(), InvalidInput> {
                (**self).check_rules(at)
            }
        }
        impl<T: Wire> Element for $pointer<T> {}
        impl<T: Flat> Flat for $pointer<T> {}
        impl<T: Numeric> Numeric for $pointer<T> {
            fn number_shape(model: &mut Model) -> Shape {
                T::number_shape(model)
            }
        }
    )* };
}

pointers!(Box, Arc);

/// Lists, whose items have a place.
macro_rules! lists {
    ($($list:ty),*) => { $(
        impl<T: Element> Wire for $list {
            fn shape(model: &mut Model) -> Shape {
                Shape::Array(Box::new(T::shape(model)))
            }

            visit!(T: Wire);

            fn check_rules(&self, at: &Path<'_>) -> Result<(), InvalidInput> {
                check_items(self.iter(), at)
            }
        }
        impl<T: Element> Element for $list {}
        impl<T: Numeric> Numeric for $list {
            fn number_shape(model: &mut Model) -> Shape {
                Shape::Array(Box::new(T::number_shape(model)))
            }
        }
    )* };
}

lists!(Vec<T>, VecDeque<T>, Box<[T]>);

fn check_items<'a, T: Wire>(items: impl Iterator<Item = &'a T>, at: &Path<'_>) -> Result<(), InvalidInput> {
    items.enumerate().try_for_each(|(index, item)| item.check_rules(&at.index(index)))
}

impl<T: Element + Ord> Wire for BTreeSet<T> {
    fn shape(model: &mut Model) -> Shape {
        Shape::Array(Box::new(T::shape(model)))
    }

    visit!(T: Wire);

    // An item has lost its place in the text, so the set is the deepest place that is known.
    fn check_rules(&self, at: &Path<'_>) -> Result<(), InvalidInput> {
        self.iter().try_for_each(|item| item.check_rules(at))
    }
}

impl<T: Element + Ord> Element for BTreeSet<T> {}

impl<T: Numeric + Ord> Numeric for BTreeSet<T> {
    fn number_shape(model: &mut Model) -> Shape {
        Shape::Array(Box::new(T::number_shape(model)))
    }
}

/// What serde asks of a hasher, and [`Wire`] of a type that holds one.
pub trait Hasher: BuildHasher + Default + Clone + 'static {}

impl<S: BuildHasher + Default + Clone + 'static> Hasher for S {}

impl<T: Element + Eq + Hash, S: Hasher> Wire for HashSet<T, S> {
    fn shape(model: &mut Model) -> Shape {
        Shape::Array(Box::new(T::shape(model)))
    }

    visit!(T: Wire);

    // Hash order differs from run to run; the answer does not.
    fn check_rules(&self, at: &Path<'_>) -> Result<(), InvalidInput> {
        first(self.iter().filter_map(|item| item.check_rules(at).err()))
    }
}

impl<T: Element + Eq + Hash, S: Hasher> Element for HashSet<T, S> {}

impl<T: Numeric + Eq + Hash, S: Hasher> Numeric for HashSet<T, S> {
    fn number_shape(model: &mut Model) -> Shape {
        Shape::Array(Box::new(T::number_shape(model)))
    }
}

/// Returns the error that comes first in the alphabet, if there is one.
fn first(errors: impl Iterator<Item = InvalidInput>) -> Result<(), InvalidInput> {
    errors.min_by(|a, b| (&a.path, &a.reason).cmp(&(&b.path, &b.reason))).map_or(Ok(()), Err)
}

impl<K: Key<false> + Ord, V: Wire> Wire for BTreeMap<K, V> {
    fn shape(model: &mut Model) -> Shape {
        Shape::Map(K::key(model), Box::new(V::shape(model)))
    }

    visit!(K: Key<false>, V: Wire);

    fn check_rules(&self, at: &Path<'_>) -> Result<(), InvalidInput> {
        self.iter().try_for_each(|(key, value)| value.check_rules(&at.key(&Shown(key))))
    }
}

impl<K: Key<false> + Ord, V: Wire> Element for BTreeMap<K, V> {}
impl<V: Wire> Flat for BTreeMap<String, V> {}

impl<K: Key<true> + Ord, V: Numeric> Numeric for BTreeMap<K, V> {
    fn number_shape(model: &mut Model) -> Shape {
        Shape::Map(K::key(model), Box::new(V::number_shape(model)))
    }
}

impl<K: Key<false> + Eq + Hash, V: Wire, S: Hasher> Wire for HashMap<K, V, S> {
    fn shape(model: &mut Model) -> Shape {
        Shape::Map(K::key(model), Box::new(V::shape(model)))
    }

    visit!(K: Key<false>, V: Wire);

    fn check_rules(&self, at: &Path<'_>) -> Result<(), InvalidInput> {
        first(self.iter().filter_map(|(key, value)| value.check_rules(&at.key(&Shown(key))).err()))
    }
}

impl<K: Key<false> + Eq + Hash, V: Wire, S: Hasher> Element for HashMap<K, V, S> {}
impl<V: Wire, S: Hasher> Flat for HashMap<String, V, S> {}

impl<K: Key<true> + Eq + Hash, V: Numeric, S: Hasher> Numeric for HashMap<K, V, S> {
    fn number_shape(model: &mut Model) -> Shape {
        Shape::Map(K::key(model), Box::new(V::number_shape(model)))
    }
}

/// A map key as JSON writes it, without the quotes.
pub(super) struct Shown<'a, K>(pub(super) &'a K);

impl<K: Serialize> fmt::Display for Shown<'_, K> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_value(self.0).unwrap_or_default();
        match json.as_str() {
            Some(text) => out.write_str(text),
            None => write!(out, "{json}"),
        }
    }
}

/// An array that serde can read and write.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot travel over sync",
    label = "an array of more than 32 items, or of a length that is not known here",
    note = "use a `Vec`; if the length is a parameter, add `where {Self}: sync::Wire`"
)]
pub trait SmallArray: Serialize + DeserializeOwned {}

macro_rules! small_arrays {
    ($($length:literal)*) => { $( impl<T: Serialize + DeserializeOwned> SmallArray for [T; $length] {} )* };
}

small_arrays!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32);
impl<T: Serialize + DeserializeOwned> SmallArray for [T; 0] {}

impl<T: Element, const N: usize> Wire for [T; N]
where
    [T; N]: SmallArray,
{
    fn shape(model: &mut Model) -> Shape {
        Shape::Tuple(vec![T::shape(model); N])
    }

    visit!(T: Wire);

    fn check_rules(&self, at: &Path<'_>) -> Result<(), InvalidInput> {
        check_items(self.iter(), at)
    }
}

impl<T: Element, const N: usize> Element for [T; N] where [T; N]: SmallArray {}

impl<T: Numeric, const N: usize> Numeric for [T; N]
where
    [T; N]: SmallArray,
{
    fn number_shape(model: &mut Model) -> Shape {
        Shape::Tuple(vec![T::number_shape(model); N])
    }
}

macro_rules! tuples {
    ($( ($($name:ident $index:tt),+) )*) => { $(
        impl<$($name: Wire),+> Wire for ($($name,)+) {
            fn shape(model: &mut Model) -> Shape {
                Shape::Tuple(vec![$($name::shape(model)),+])
            }

            visit!($($name: Wire),+);

            fn check_rules(&self, at: &Path<'_>) -> Result<(), InvalidInput> {
                $(self.$index.check_rules(&at.index($index))?;)+
                Ok(())
            }
        }
        impl<$($name: Wire),+> Element for ($($name,)+) {}
        impl<$($name: Numeric),+> Numeric for ($($name,)+) {
            fn number_shape(model: &mut Model) -> Shape {
                Shape::Tuple(vec![$($name::number_shape(model)),+])
            }
        }
    )* };
}

tuples! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11)
}
