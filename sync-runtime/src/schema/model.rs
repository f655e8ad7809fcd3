//! The types of a program, described one after the other.
//!
//! What they are is data, [`Types`], which the generator gets. Beside it stands what only a program that holds the types
//! can do: have serde read a text as one of them.

use std::any::{TypeId, type_name};
use std::collections::{BTreeMap, BTreeSet};

use sync_schema::{Definition, Shape, Types};

/// Reads JSON text as a type with serde and writes it again; the error is serde's own sentence.
pub type RoundTrip = fn(&str) -> Result<String, String>;

/// Returns as which variant of an enum without a tag serde reads JSON text, counted from 0; `None` if it refuses the text.
pub type Reading = fn(&str) -> Option<usize>;

/// The model of types as it is filled.
///
/// # Examples
///
/// ```
/// use sync::Wire;
/// use sync::schema::{Model, Shape};
///
/// let mut model = Model::default();
/// assert_eq!(Vec::<bool>::shape(&mut model), Shape::Array(Box::new(Shape::Bool)));
/// assert_eq!(model.types().iter().count(), 0, "it has no definition");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Model {
    types: Types,
    keys: BTreeMap<TypeId, String>,
    /// The keys of definitions, also of those that are being described.
    described: BTreeSet<String>,
    readings: BTreeMap<String, Reading>,
    #[cfg(any(test, feature = "testing"))]
    round_trips: Vec<(Shape, RoundTrip)>,
}

impl Model {
    /// Returns the definitions that the shapes so far refer to.
    #[must_use]
    pub fn types(&self) -> &Types {
        &self.types
    }

    /// Returns the definitions, for the generator.
    #[must_use]
    pub fn into_types(self) -> Types {
        self.types
    }

    /// Adds the Rust type `T` unless it is there already, and returns the shape that refers to it.
    ///
    /// `define` may describe further types, and may describe `T` itself. Two types of one path, which a function body can
    /// declare, are two definitions: the second one's key ends in `#2`.
    pub fn describe<T: 'static>(&mut self, mut define: impl FnMut(&mut Self) -> Definition) -> Shape {
        self.describe_as(TypeId::of::<T>(), type_name::<T>(), &mut define)
    }

    /// As [`describe`](Model::describe), of the type `id` at `path`.
    pub(super) fn describe_as(
        &mut self,
        id: TypeId,
        path: &str,
        define: &mut dyn FnMut(&mut Self) -> Definition,
    ) -> Shape {
        let key = self.key(id, path);
        if self.described.insert(key.clone()) {
            let definition = define(self);
            self.types.replace(&key, definition);
        }
        Shape::Named(key)
    }

    /// Adds the TypeScript of a foreign type at `path`, and returns its key.
    #[cfg(feature = "ts-rs")]
    pub(super) fn declare<T: 'static + ?Sized>(&mut self, path: &str, declaration: sync_schema::Declaration) -> String {
        let key = self.key(TypeId::of::<T>(), path);
        self.types.declare(&key, declaration);
        key
    }

    /// Returns the key of the type `id`, whose Rust path is `path`.
    fn key(&mut self, id: TypeId, path: &str) -> String {
        if let Some(key) = self.keys.get(&id) {
            return key.clone();
        }
        let key = self.free_key(path);
        self.keys.insert(id, key.clone());
        key
    }

    /// Returns `path`, or `path#2` and so on where other types have that key already.
    fn free_key(&self, path: &str) -> String {
        let numbered = (2..).map(|number: usize| format!("{path}#{number}"));
        let mut keys = std::iter::once(path.to_owned()).chain(numbered);
        keys.find(|key| !self.keys.values().any(|known| known == key)).unwrap_or_default()
    }

    /// Remembers how serde reads the enum without a tag to which `shape` refers.
    pub(super) fn add_reading(&mut self, shape: &Shape, reading: Reading) {
        if let Shape::Named(key) = shape {
            self.readings.insert(key.clone(), reading);
        }
    }

    /// Returns how serde reads the enum under `key`, if it has no tag.
    pub(super) fn reading(&self, key: &str) -> Option<Reading> {
        self.readings.get(key).copied()
    }

    /// Remembers how to send values through a type whose shape is `shape`.
    #[cfg(any(test, feature = "testing"))]
    pub(super) fn add_round_trip(&mut self, shape: &Shape, round_trip: RoundTrip) {
        self.round_trips.push((shape.clone(), round_trip));
    }

    /// Returns how to send values through a type that [`wire_type`](super::wire_type) has described as `shape`.
    ///
    /// This lets a test compare what Rust really writes with what the shape, and so the TypeScript, says.
    #[cfg(any(test, feature = "testing"))]
    #[must_use]
    pub fn round_trip(&self, shape: &Shape) -> Option<RoundTrip> {
        self.round_trips.iter().find(|(known, _)| known == shape).map(|(_, round_trip)| *round_trip)
    }
}

#[cfg(test)]
mod tests {
    use sync_schema::Body;

    use super::*;

    fn named<T: 'static>(model: &mut Model, name: &str) -> Shape {
        model.describe::<T>(|_| Definition::new(name, "app", "", Body::Struct(Vec::new())))
    }

    #[test]
    fn two_types_of_one_path_are_two_definitions() {
        let mut model = Model::default();
        let first = {
            struct Item;
            named::<Item>(&mut model, "First");
            named::<Item>(&mut model, "First")
        };
        let second = {
            struct Item;
            named::<Item>(&mut model, "Second")
        };
        assert_ne!(first, second);
        let names = model.types().iter().map(|(_, definition)| definition.name.as_str()).collect::<Vec<_>>();
        assert_eq!(names, ["First", "Second"]);
    }
}
