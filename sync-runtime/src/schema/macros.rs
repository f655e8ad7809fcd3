//! What `#[wire]` expands to. No promise is made about it.
//!
//! All that is generated for a field asks one question about its type, [`part`], [`flat`] or [`number`]. So a type that cannot travel
//! is one error, at the field, however many traits are implemented with it; for the same reason serde's own derive runs on
//! a copy of the type and falls back to [`Fallback`] where that copy does not work out.

#![doc(hidden)]

use std::any::TypeId;
use std::fmt::Debug;

use ::serde::de::{DeserializeOwned, Deserializer};
use ::serde::{Serialize, Serializer};
use sync_schema::type_label;

pub use ::serde;
pub use sync_schema::{Absence, Body, Definition, Field, MapKey, Shape, Tagging, Variant, VariantBody};
#[cfg(feature = "ts-rs")]
pub use ts_rs;
pub use validator;

pub use super::effort::Measured;
pub use super::patch::{Compared, compared, compared_as_text, diff_whole};
pub use super::rules::{ByRules, Probe, Rules, WithoutRules};
#[cfg(feature = "ts-rs")]
pub use super::ts;
pub use super::{Element, Flat, InvalidInput, Key, Model, Numeric, Patch, PatchWriter, Path, Wire};

/// What is written for ts-rs, if the runtime has it.
#[cfg(feature = "ts-rs")]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_ts_rs {
    ($($code:tt)*) => { $($code)* };
}

/// What is written for ts-rs, if the runtime has it.
#[cfg(not(feature = "ts-rs"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_ts_rs {
    ($($code:tt)*) => {};
}

/// What is written where the runtime has no ts-rs.
#[cfg(feature = "ts-rs")]
#[doc(hidden)]
#[macro_export]
macro_rules! __unless_ts_rs {
    ($($code:tt)*) => {};
}

/// What is written where the runtime has no ts-rs.
#[cfg(not(feature = "ts-rs"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __unless_ts_rs {
    ($($code:tt)*) => { $($code)* };
}

/// What generated code needs of the type of a field.
#[derive(Debug, Clone, Copy)]
pub struct Part<T> {
    /// Clones a value.
    pub clone: fn(&T) -> T,
    /// Shows a value.
    pub debug: fn(&T) -> &dyn Debug,
    /// [`Wire::shape`].
    pub shape: fn(&mut Model) -> Shape,
    /// [`Wire::check_rules`].
    pub rules: fn(&T, &Path<'_>) -> Result<(), InvalidInput>,
}

/// A field of any wire type.
#[must_use]
pub const fn part<T: Wire>() -> Part<T> {
    Part { clone: T::clone, debug: |value| value, shape: T::shape, rules: T::check_rules }
}

/// A field whose own fields stand in the object around it.
#[must_use]
pub const fn flat<T: Flat>() -> Part<T> {
    part::<T>()
}

/// A field with `#[wire(number)]`.
#[must_use]
pub const fn number<T: Numeric>() -> Part<T> {
    Part { clone: T::clone, debug: |value| value, shape: T::number_shape, rules: |_, _| Ok(()) }
}

/// Where there is no ts-rs, `#[wire(ts)]` is a mistake that is told elsewhere.
#[cfg(not(feature = "ts-rs"))]
#[must_use]
pub const fn foreign<T>() -> Part<T> {
    Part {
        clone: |_| unreachable!("a program with this field does not compile"),
        debug: |_| unreachable!("a program with this field does not compile"),
        shape: |_| unreachable!("a program with this field does not compile"),
        rules: |_, _| Ok(()),
    }
}

/// A field with `#[wire(ts)]`.
#[cfg(feature = "ts-rs")]
#[must_use]
pub const fn foreign<T: ts::Foreign>() -> Part<T> {
    Part { clone: T::clone, debug: |value| value, shape: ts::shape::<T>, rules: |_, _| Ok(()) }
}

/// A wire type, as a bound that is looked at where it is needed and not where it is written.
pub trait Travels<'a>: Serialize + DeserializeOwned {
    /// Visits what it refers to in TypeScript.
    #[cfg(feature = "ts-rs")]
    fn visit(visitor: &mut impl ts_rs::TypeVisitor);
}

impl<T: Wire> Travels<'_> for T {
    #[cfg(feature = "ts-rs")]
    fn visit(visitor: &mut impl ts_rs::TypeVisitor) {
        T::visit_ts(visitor);
    }
}

/// Where there is no ts-rs, no type is of this kind.
#[cfg(not(feature = "ts-rs"))]
pub trait TravelsAsForeign<'a>: Serialize + DeserializeOwned {}

/// A type under `#[wire(ts)]`, as such a bound.
#[cfg(feature = "ts-rs")]
pub trait TravelsAsForeign<'a>: Serialize + DeserializeOwned {
    /// Visits what it refers to in TypeScript.
    fn visit(visitor: &mut impl ts_rs::TypeVisitor);
}

#[cfg(feature = "ts-rs")]
impl<T: ts::Foreign> TravelsAsForeign<'_> for T {
    fn visit(visitor: &mut impl ts_rs::TypeVisitor) {
        ts_rs::TypeVisitor::visit::<T>(visitor);
        T::visit_generics(visitor);
    }
}

/// A type under `#[wire(number)]`, as such a bound.
pub trait TravelsAsNumber<'a>: Serialize + DeserializeOwned {}

impl<T: Numeric> TravelsAsNumber<'_> for T {}

/// Stands in for the derived functions of a copy with a field that cannot travel; the error about that field is shown elsewhere.
pub trait Fallback: Sized {
    /// Never runs.
    fn serialize<T, S: Serializer>(_: &T, _: S) -> Result<S::Ok, S::Error> {
        unreachable!("a program with this type does not compile")
    }

    /// Never runs.
    fn deserialize<'de, T, D: Deserializer<'de>>(_: D) -> Result<T, D::Error> {
        unreachable!("a program with this type does not compile")
    }

    /// Never runs.
    #[cfg(feature = "ts-rs")]
    fn visit_inside(_: &mut impl ts_rs::TypeVisitor) {
        unreachable!("a program with this type does not compile")
    }
}

impl<T> Fallback for T {}

/// Adds `T` to `model` under the name in `about`, which is completed by its generic arguments.
pub fn define<T: 'static>(model: &mut Model, about: &About, body: fn(&mut Model) -> Body) -> Shape {
    define_as(model, TypeId::of::<T>(), std::any::type_name::<T>(), about, body)
}

/// Once for all types: an app has hundreds, and a debug build compiles what is written for each.
fn define_as(model: &mut Model, id: TypeId, path: &str, about: &About, body: fn(&mut Model) -> Body) -> Shape {
    model.describe_as(id, path, &mut |model| {
        let name = format!("{}{}", about.name, type_label(arguments(path)));
        Definition { rules: owned(about.rules), ..Definition::new(&name, about.module, about.docs, body(model)) }
    })
}

/// Adds `T`, an enum without a tag, as [`define`] does.
pub fn define_untagged<T: Untagged>(model: &mut Model, about: &About, body: fn(&mut Model) -> Body) -> Shape {
    let shape = define::<T>(model, about, body);
    model.add_reading(&shape, |json| serde_json::from_str::<T>(json).ok().map(|value| value.variant()));
    shape
}

/// An enum whose JSON does not say which variant it is: serde alone knows as which one it reads a text.
pub trait Untagged: Wire {
    /// Returns the index of the variant.
    fn variant(&self) -> usize;
}

/// Returns the generic arguments of the type at `path`; nothing if there are none.
fn arguments(path: &str) -> &str {
    if !path.ends_with('>') {
        return "";
    }
    let mut depth = 0_usize;
    let opening = path.char_indices().rev().find(|(_, sign)| {
        depth = depth + usize::from(*sign == '>') - usize::from(*sign == '<');
        depth == 0
    });
    opening.map_or("", |(start, _)| &path[start..])
}

/// Returns the variants of the enum `T` as keys of a map.
pub fn enum_key<T: Wire>(model: &mut Model) -> MapKey {
    match T::shape(model) {
        Shape::Named(name) => MapKey::Named(name),
        _ => MapKey::String,
    }
}

/// What a type is called and what is said about it.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// The name of the type, without generic arguments.
    pub name: &'static str,
    /// `module_path!()`.
    pub module: &'static str,
    /// The doc comment.
    pub docs: &'static str,
    /// The rules about the whole.
    pub rules: &'static [&'static str],
}

/// What a field or a variant is called and what is said about it.
#[derive(Debug, Clone, Copy)]
pub struct Called {
    /// The name in JSON.
    pub name: &'static str,
    /// Further names that input may use.
    pub aliases: &'static [&'static str],
    /// The doc comment.
    pub docs: &'static str,
}

/// Makes the model of a field.
pub fn field(called: &Called, absence: Absence, shape: Shape) -> Field {
    let aliases = owned(called.aliases);
    Field { aliases, docs: called.docs.to_owned(), absence, ..Field::new(called.name, shape) }
}

/// Adds to the model of a field what takes its place where it is missing, and its rules.
pub fn with_rules(field: Field, default: &str, rules: &[&str]) -> Field {
    Field { default: default.to_owned(), rules: owned(rules), ..field }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

/// Makes the model of a flattened field.
pub fn flattened(called: &Called, shape: Shape) -> Field {
    Field { flatten: true, ..field(called, Absence::Required, shape) }
}

/// Makes the model of a variant.
pub fn variant(called: &Called, body: VariantBody) -> Variant {
    Variant { name: called.name.to_owned(), aliases: owned(called.aliases), docs: called.docs.to_owned(), body }
}

#[cfg(test)]
mod tests {
    #[test]
    fn generic_arguments_are_those_at_the_end_of_the_path() {
        let arguments = super::arguments;
        assert_eq!(arguments("app::<impl app::A for app::B<u8>>::f::Local"), "");
        assert_eq!(arguments("app::<impl app::A for app::B<u8>>::f::Page<app::Pair<u8, u8>>"), "<app::Pair<u8, u8>>");
    }
}
