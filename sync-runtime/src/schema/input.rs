//! A shape made ready for checking: definitions resolved to indices, flattened fields put where they stand in the text.

use std::borrow::Cow;
use std::collections::BTreeMap;

use sync_schema::{Body, Definition, MapKey, Shape, Tagging, Types, Variant, VariantBody};

use super::{Model, Path, Reading, Wire, check};
use crate::schema::InvalidInput;

/// What a route takes, ready to hold texts against; built once for each route.
///
/// # Examples
///
/// ```
/// use sync::schema::InputSchema;
///
/// let schema = InputSchema::of::<Vec<(String, i32)>>();
/// assert!(schema.check(r#"[["a", 1], ["b", 2]]"#).is_ok());
///
/// let refused = schema.check(r#"[["a", 1], ["b", "2"]]"#).unwrap_err();
/// assert_eq!((refused.path.as_str(), refused.reason.as_ref()), ("[1][1]", "expected-integer"));
/// ```
#[derive(Debug)]
pub struct InputSchema {
    pub(super) nodes: Vec<Node>,
    pub(super) objects: Vec<Object>,
    pub(super) root: Slot,
    /// How many arrays and objects may lie inside each other.
    pub(super) nesting: usize,
}

/// How many it is unless somebody says otherwise.
const NESTING: usize = 64;

/// A place for a value: which node it must be, and whether `null` will do instead.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    pub(super) node: usize,
    pub(super) nullable: bool,
}

/// What a value must be. Values of objects and enums are indices into [`InputSchema::nodes`] and [`InputSchema::objects`].
#[derive(Debug)]
pub(super) enum Node {
    Null,
    Bool,
    Integer {
        min: i64,
        max: i64,
    },
    Number {
        max: f64,
    },
    String,
    Char,
    Text(Cow<'static, str>),
    Any,
    Array(Slot),
    Tuple(Vec<Slot>),
    Map(Key, Slot),
    Object(usize),
    External(Vec<Choice>),
    /// One of these, and as which of them serde reads a text.
    Untagged(Vec<Slot>, Option<Reading>),
    /// Another node under a name.
    Alias(Slot),
}

/// What the keys of a map must be.
#[derive(Debug, Clone)]
pub(super) enum Key {
    String,
    Integer { min: i64, max: i64 },
    OneOf(Vec<Names>),
}

/// A name and what else input may call it.
#[derive(Debug, Clone)]
pub(super) struct Names {
    pub(super) name: String,
    aliases: Vec<String>,
}

impl Names {
    pub(super) fn include(&self, text: &str) -> bool {
        self.name == text || self.aliases.iter().any(|alias| alias == text)
    }
}

/// A variant of an externally tagged enum; a unit variant carries nothing.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) names: Names,
    pub(super) carries: Option<Slot>,
}

/// A JSON object: fields that are known beforehand, then whatever its enums and its map add.
#[derive(Debug, Default)]
pub(super) struct Object {
    pub(super) fields: Vec<Field>,
    /// Enums whose variant decides about further fields.
    pub(super) enums: Vec<Tagged>,
    /// The entries of a flattened map: all keys that are nothing else.
    pub(super) rest: Option<(Key, Slot)>,
}

impl Object {
    /// Returns the index of the field called `name`; looks first at `next`, where it is if fields come in their order.
    pub(super) fn find(&self, name: &str, next: usize) -> Option<usize> {
        if self.fields.get(next).is_some_and(|field| field.names.name == name) {
            return Some(next);
        }
        self.fields.iter().position(|field| field.names.include(name))
    }
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) names: Names,
    pub(super) slot: Slot,
    pub(super) required: bool,
}

/// An enum whose variant adds its fields to the object around it.
#[derive(Debug, Clone)]
pub(super) struct Tagged {
    /// The field that names the variant; without one, a field named like the variant holds what it carries.
    pub(super) tag: Option<String>,
    /// The variants, each with the index of the object that it adds.
    pub(super) variants: Vec<(Names, usize)>,
}

impl InputSchema {
    /// Prepares the shape of `T`.
    #[must_use]
    pub fn of<T: Wire>() -> Self {
        let mut model = Model::default();
        let shape = T::shape(&mut model);
        Self::new(&model, &shape)
    }

    /// Prepares `shape`, whose definitions are in `model`.
    #[must_use]
    pub fn new(model: &Model, shape: &Shape) -> Self {
        let types = model.types();
        let mut builder = Builder { model, types, nodes: Vec::new(), objects: Vec::new(), known: BTreeMap::new() };
        let root = builder.slot(shape);
        Self { nodes: builder.nodes, objects: builder.objects, root, nesting: NESTING }
    }

    /// Lets so many arrays and objects lie inside each other.
    #[must_use]
    pub fn nested(self, nesting: usize) -> Self {
        Self { nesting, ..self }
    }

    /// Holds the JSON text `json` against the shape; rules of `#[validate]` are not part of it.
    ///
    /// # Errors
    ///
    /// The first place, in the order of the text, where it is something else.
    pub fn check(&self, json: &str) -> Result<(), InvalidInput> {
        check::check(self, self.root, json, &Path::top())
    }

    /// Follows `slot` to a node that is not an alias.
    pub(super) fn resolve(&self, mut slot: Slot) -> (&Node, bool) {
        // A chain longer than the list of nodes is a type that consists of nothing but itself, which no text can be.
        for _ in 0..self.nodes.len() {
            match &self.nodes[slot.node] {
                Node::Alias(inner) => slot = Slot { node: inner.node, nullable: slot.nullable || inner.nullable },
                node => return (node, slot.nullable),
            }
        }
        (&Node::Null, false)
    }
}

struct Builder<'a> {
    model: &'a Model,
    types: &'a Types,
    nodes: Vec<Node>,
    objects: Vec<Object>,
    /// The nodes of definitions, also of those that are still being built.
    known: BTreeMap<&'a str, usize>,
}

impl<'a> Builder<'a> {
    fn add(&mut self, node: Node) -> Slot {
        self.nodes.push(node);
        Slot { node: self.nodes.len() - 1, nullable: false }
    }

    fn slot(&mut self, shape: &'a Shape) -> Slot {
        let node = match shape {
            Shape::Null => Node::Null,
            Shape::Bool => Node::Bool,
            Shape::Integer { min, max } => Node::Integer { min: *min, max: *max },
            Shape::Number { max } => Node::Number { max: *max },
            Shape::String => Node::String,
            Shape::Char => Node::Char,
            Shape::Text(format) => Node::Text(format.clone()),
            Shape::Any => Node::Any,
            // Its own `Deserialize` says what it is.
            Shape::Foreign { .. } => Node::Any,
            Shape::Option(inner) => return Slot { nullable: true, ..self.slot(inner) },
            Shape::Array(item) => Node::Array(self.slot(item)),
            Shape::Tuple(items) => Node::Tuple(self.slots(items)),
            Shape::Map(key, value) => Node::Map(self.key(key), self.slot(value)),
            Shape::Named(name) => return self.named(name),
        };
        self.add(node)
    }

    fn slots(&mut self, shapes: &'a [Shape]) -> Vec<Slot> {
        shapes.iter().map(|shape| self.slot(shape)).collect()
    }

    fn named(&mut self, name: &'a str) -> Slot {
        if let Some(&node) = self.known.get(name) {
            return Slot { node, nullable: false };
        }
        let slot = self.add(Node::Null);
        self.known.insert(name, slot.node);
        if let Some(definition) = self.types.get(name) {
            self.nodes[slot.node] = self.definition(name, definition);
        }
        slot
    }

    fn definition(&mut self, key: &str, definition: &'a Definition) -> Node {
        match &definition.body {
            Body::Struct(fields) => Node::Object(self.object(fields)),
            Body::Alias(shape) => Node::Alias(self.slot(shape)),
            Body::Enum(Tagging::External, variants) => Node::External(self.choices(variants)),
            Body::Enum(Tagging::Untagged, variants) => {
                let carried = |variant| self.carried(variant).unwrap_or_else(|| self.add(Node::Null));
                Node::Untagged(variants.iter().map(carried).collect(), self.model.reading(key))
            }
            Body::Enum(tagging, variants) => {
                let tagged = self.tagged(tagging, variants);
                Node::Object(self.keep(Object { enums: vec![tagged], ..Object::default() }))
            }
        }
    }

    fn keep(&mut self, object: Object) -> usize {
        self.objects.push(object);
        self.objects.len() - 1
    }

    fn object(&mut self, fields: &'a [sync_schema::Field]) -> usize {
        let mut object = Object::default();
        self.add_fields(&mut object, fields, 0);
        self.keep(object)
    }

    fn add_fields(&mut self, object: &mut Object, fields: &'a [sync_schema::Field], level: usize) {
        for field in fields {
            if field.flatten {
                self.flatten(object, &field.shape, level + 1);
            } else {
                let names = names(&field.name, &field.aliases);
                object.fields.push(Field {
                    names,
                    slot: self.slot(&field.shape),
                    required: !field.is_optional_in_input(),
                });
            }
        }
    }

    /// Puts what `shape` consists of into `object`.
    fn flatten(&mut self, object: &mut Object, shape: &'a Shape, level: usize) {
        // A struct that is flattened into itself has no finite value.
        if level > self.types.iter().count() + 1 {
            return;
        }
        match shape {
            Shape::Map(key, value) => object.rest = Some((self.key(key), self.slot(value))),
            Shape::Option(inner) => self.flatten(object, inner, level),
            Shape::Named(name) => match self.types.get(name).map(|definition| &definition.body) {
                Some(Body::Struct(fields)) => self.add_fields(object, fields, level),
                Some(Body::Enum(tagging, variants)) => object.enums.push(self.tagged(tagging, variants)),
                Some(Body::Alias(inner)) => self.flatten(object, inner, level + 1),
                None => {}
            },
            _ => {}
        }
    }

    fn tagged(&mut self, tagging: &'a Tagging, variants: &'a [Variant]) -> Tagged {
        let tag = match tagging {
            Tagging::Internal { tag } | Tagging::Adjacent { tag, .. } => Some(tag.clone()),
            Tagging::External | Tagging::Untagged => None,
        };
        let variants = variants.iter().map(|variant| {
            let added = match (tagging, &variant.body) {
                (Tagging::Internal { .. }, body) => self.inside(body),
                (Tagging::Adjacent { content, .. }, _) => {
                    let content = self.carried(variant).map(|slot| (names(content, &[]), slot));
                    self.single(content)
                }
                (Tagging::External | Tagging::Untagged, _) => {
                    let slot = self.carried(variant).unwrap_or_else(|| self.add(Node::Null));
                    self.single(Some((names(&variant.name, &variant.aliases), slot)))
                }
            };
            (names(&variant.name, &variant.aliases), added)
        });
        Tagged { tag, variants: variants.collect() }
    }

    /// Returns the object that a variant adds to the object with its tag.
    fn inside(&mut self, body: &'a VariantBody) -> usize {
        match body {
            VariantBody::Struct(fields) => self.object(fields),
            VariantBody::Newtype(shape) => {
                let mut object = Object::default();
                self.flatten(&mut object, shape, 0);
                self.keep(object)
            }
            VariantBody::Unit | VariantBody::Tuple(_) => self.keep(Object::default()),
        }
    }

    fn single(&mut self, field: Option<(Names, Slot)>) -> usize {
        let fields = field.into_iter().map(|(names, slot)| Field { names, slot, required: true });
        let object = Object { fields: fields.collect(), ..Object::default() };
        self.keep(object)
    }

    fn choices(&mut self, variants: &'a [Variant]) -> Vec<Choice> {
        let choice = |variant: &'a Variant| Choice {
            names: names(&variant.name, &variant.aliases),
            carries: self.carried(variant),
        };
        variants.iter().map(choice).collect()
    }

    fn carried(&mut self, variant: &'a Variant) -> Option<Slot> {
        match &variant.body {
            VariantBody::Unit => None,
            VariantBody::Newtype(shape) => Some(self.slot(shape)),
            VariantBody::Tuple(items) => {
                let items = self.slots(items);
                Some(self.add(Node::Tuple(items)))
            }
            VariantBody::Struct(fields) => {
                let object = self.object(fields);
                Some(self.add(Node::Object(object)))
            }
        }
    }

    fn key(&mut self, key: &'a MapKey) -> Key {
        match key {
            MapKey::String => Key::String,
            MapKey::Integer { min, max } => Key::Integer { min: *min, max: *max },
            MapKey::Named(name) => match self.types.get(name).map(|definition| &definition.body) {
                Some(Body::Enum(_, variants)) => {
                    Key::OneOf(variants.iter().map(|variant| names(&variant.name, &variant.aliases)).collect())
                }
                _ => Key::String,
            },
        }
    }
}

fn names(name: &str, aliases: &[String]) -> Names {
    Names { name: name.to_owned(), aliases: aliases.to_vec() }
}
