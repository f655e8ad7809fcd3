//! From shapes to TypeScript types.

use sync_schema::{Absence, Body, Definition, Direction, Field, MapKey, Shape, Tagging, Types, Variant, VariantBody};

use crate::inherited::{NOT_GIVEN, PROTOTYPE, inherited};
use crate::tree::{Member, Tree, property, quoted};

/// What the definition under a key is called; `None` if it stands where it is used.
pub trait Naming {
    /// The name of the form of the definition that goes `direction`.
    fn name(&self, key: &str, direction: Direction) -> Option<String>;
}

/// Turns shapes into type expressions.
pub struct Renderer<'a, N> {
    types: &'a Types,
    names: &'a N,
}

/// What an object type is put together from.
#[derive(Default)]
struct Parts {
    members: Vec<Member>,
    /// The entries of a flattened map.
    rest: Option<(Tree, Tree)>,
    /// Flattened enums, and structs under their names.
    others: Vec<Tree>,
}

impl<'a, N: Naming> Renderer<'a, N> {
    /// Starts with definitions and what they are called.
    pub fn new(types: &'a Types, names: &'a N) -> Self {
        Self { types, names }
    }

    /// What stands where a value of `shape` goes `direction`.
    pub fn shape(&self, shape: &Shape, direction: Direction) -> Tree {
        match shape {
            Shape::Null => Tree::word("null"),
            Shape::Bool => Tree::word("boolean"),
            Shape::Integer { .. } | Shape::Number { .. } => Tree::word("number"),
            Shape::String | Shape::Char | Shape::Text(_) => Tree::word("string"),
            Shape::Any => Tree::word("unknown"),
            Shape::Option(inner) => match self.shape(inner, direction) {
                // `unknown` holds `null` already.
                Tree::Word(word) if word == "unknown" => Tree::Word(word),
                tree => Tree::union(vec![(String::new(), tree), (String::new(), Tree::word("null"))]),
            },
            Shape::Array(item) => Tree::Array(Box::new(self.shape(item, direction))),
            Shape::Tuple(items) => Tree::Tuple(self.shapes(items, direction)),
            Shape::Map(key, value) => self.map(key, value, direction),
            Shape::Named(key) => match (self.names.name(key, direction), self.types.get(key)) {
                (Some(name), _) => Tree::Word(name),
                (None, Some(definition)) => self.definition(definition, direction),
                (None, None) => Tree::word("unknown"),
            },
            // What it is made of is not known here, so it keeps together wherever it stands.
            Shape::Foreign { typescript, .. } if typescript.contains(['|', '&']) => {
                Tree::Word(format!("({typescript})"))
            }
            Shape::Foreign { typescript, .. } => Tree::word(typescript),
        }
    }

    fn shapes(&self, shapes: &[Shape], direction: Direction) -> Vec<Tree> {
        shapes.iter().map(|shape| self.shape(shape, direction)).collect()
    }

    fn map(&self, key: &MapKey, value: &Shape, direction: Direction) -> Tree {
        let value = self.shape(value, direction);
        match key {
            MapKey::String => Tree::Object(vec![entries(Tree::word("string"), value)]),
            MapKey::Integer { .. } => Tree::Object(vec![entries(Tree::word("number"), value)]),
            MapKey::Named(name) => {
                let variants = self.variants(name);
                if variants.iter().any(|variant| inherited(&variant.name).is_some()) {
                    let entry = |variant: &Variant| optional(&variant.name, &variant.docs, value.clone(), direction);
                    return Tree::Object(variants.iter().map(entry).collect());
                }
                let key = self.shape(&Shape::Named(name.clone()), direction);
                Tree::Generic("Partial", vec![Tree::Generic("Record", vec![key, value])])
            }
        }
    }

    fn variants(&self, key: &str) -> &'a [Variant] {
        match self.types.get(key).map(|definition| &definition.body) {
            Some(Body::Enum(_, variants)) => variants,
            _ => &[],
        }
    }

    /// What stands behind the name of `definition`.
    pub fn definition(&self, definition: &Definition, direction: Direction) -> Tree {
        match &definition.body {
            Body::Alias(shape) => self.shape(shape, direction),
            Body::Struct(fields) => self.fields(fields, direction).finish(),
            Body::Enum(tagging, variants) => Tree::union(
                variants
                    .iter()
                    .map(|variant| (variant.docs.clone(), self.variant(tagging, variant, direction)))
                    .collect(),
            ),
        }
    }

    fn fields(&self, fields: &[Field], direction: Direction) -> Parts {
        let mut parts = Parts::default();
        for field in fields {
            if field.flatten {
                self.flatten(&mut parts, &field.shape, direction);
            } else {
                let tree = self.shape(&field.shape, direction);
                parts.members.push(if is_optional(field, direction) {
                    optional(&field.name, &field.docs, tree, direction)
                } else {
                    Member { docs: field.docs.clone(), ..member(&field.name, tree) }
                });
            }
        }
        parts
    }

    /// Adds the fields of `shape` to those of the object around it.
    fn flatten(&self, parts: &mut Parts, shape: &Shape, direction: Direction) {
        match shape {
            Shape::Option(inner) => self.flatten(parts, inner, direction),
            Shape::Map(MapKey::Named(_), _) => parts.others.push(self.shape(shape, direction)),
            Shape::Map(key, value) => {
                let key = if *key == MapKey::String { "string" } else { "number" };
                parts.rest = Some((Tree::word(key), self.shape(value, direction)));
            }
            Shape::Named(key) => match self.types.get(key).map(|definition| &definition.body) {
                Some(Body::Struct(fields)) => parts.add(self.fields(fields, direction)),
                Some(Body::Alias(inner)) => self.flatten(parts, inner, direction),
                Some(Body::Enum(Tagging::External, variants)) => {
                    let variants = variants.iter().map(|variant| {
                        let carried = self.carried(&variant.body, direction).unwrap_or(Tree::word("null"));
                        (variant.docs.clone(), Tree::Object(vec![member(&variant.name, carried)]))
                    });
                    parts.others.push(Tree::union(variants.collect()));
                }
                Some(Body::Enum(..)) => parts.others.push(self.shape(shape, direction)),
                None => {}
            },
            _ => {}
        }
    }

    fn variant(&self, tagging: &Tagging, variant: &Variant, direction: Direction) -> Tree {
        let name = Tree::Word(quoted(&variant.name));
        let carried = || self.carried(&variant.body, direction);
        match tagging {
            Tagging::Untagged => carried().unwrap_or(Tree::word("null")),
            Tagging::External => match carried() {
                None => name,
                Some(carried) => Tree::Object(vec![member(&variant.name, carried)]),
            },
            Tagging::Adjacent { tag, content } => {
                let content = carried().map(|carried| member(content, carried));
                Tree::Object(std::iter::once(member(tag, name)).chain(content).collect())
            }
            Tagging::Internal { tag } => self.beside_tag(member(tag, name), &variant.body, direction),
        }
    }

    /// The tag with what the variant carries in the same object.
    fn beside_tag(&self, tag: Member, body: &VariantBody, direction: Direction) -> Tree {
        let mut parts = Parts { members: vec![tag], ..Parts::default() };
        match body {
            VariantBody::Struct(fields) => parts.add(self.fields(fields, direction)),
            VariantBody::Newtype(shape) => {
                let mut inner = Parts::default();
                self.flatten(&mut inner, shape, direction);
                // Without a map among the fields, the name of the struct says the same, and shorter.
                match self.struct_name(shape, direction) {
                    Some(name) if inner.rest.is_none() && !inner.members.is_empty() => parts.others.push(name),
                    _ => parts.add(inner),
                }
            }
            VariantBody::Unit | VariantBody::Tuple(_) => {}
        }
        parts.finish()
    }

    fn struct_name(&self, shape: &Shape, direction: Direction) -> Option<Tree> {
        let Shape::Named(key) = shape else { return None };
        let is_struct = matches!(self.types.get(key)?.body, Body::Struct(_));
        self.names.name(key, direction).filter(|_| is_struct).map(Tree::Word)
    }

    fn carried(&self, body: &VariantBody, direction: Direction) -> Option<Tree> {
        match body {
            VariantBody::Unit => None,
            VariantBody::Newtype(shape) => Some(self.shape(shape, direction)),
            VariantBody::Tuple(items) => Some(Tree::Tuple(self.shapes(items, direction))),
            VariantBody::Struct(fields) => Some(self.fields(fields, direction).finish()),
        }
    }
}

impl Parts {
    fn add(&mut self, inner: Self) {
        self.members.extend(inner.members);
        self.others.extend(inner.others);
        self.rest = self.rest.take().or(inner.rest);
    }

    fn finish(self) -> Tree {
        let Self { mut members, rest, others } = self;
        if let Some((key, value)) = rest {
            // TypeScript wants every property to be one of the entries.
            let value = entry_type(&members, value);
            members.push(entries(key, value));
        }
        let mut all = others;
        if !members.is_empty() || all.is_empty() {
            all.insert(0, Tree::Object(members));
        }
        if all.len() == 1 { all.remove(0) } else { Tree::Both(all) }
    }
}

/// The type of the entries beside `members`.
fn entry_type(members: &[Member], value: Tree) -> Tree {
    if value == Tree::word("unknown") {
        return value;
    }
    let mut trees = vec![value];
    trees.extend(members.iter().map(|member| member.tree.clone()));
    if members.iter().any(|member| member.is_optional) {
        trees.push(Tree::word("undefined"));
    }
    if trees.contains(&Tree::word("unknown")) {
        return Tree::word("unknown");
    }
    Tree::union(trees.into_iter().map(|tree| (String::new(), tree)).collect())
}

fn entries(key: Tree, value: Tree) -> Member {
    let property = format!("[key: {}]", key.flat());
    Member { docs: String::new(), property, is_optional: false, tree: value }
}

fn member(name: &str, tree: Tree) -> Member {
    Member { docs: String::new(), property: property(name), is_optional: false, tree }
}

/// A property that may be left out; what then is there in its place belongs to its type.
fn optional(name: &str, docs: &str, tree: Tree, direction: Direction) -> Member {
    if name == PROTOTYPE && direction == Direction::ToServer {
        let docs = format!("{docs}\n\n{NOT_GIVEN}");
        return Member { docs, is_optional: true, ..member(name, Tree::word("never")) };
    }
    let tree = match inherited(name) {
        Some(inherited) if tree != Tree::word("unknown") => {
            Tree::union(vec![(String::new(), tree), (String::new(), inherited)])
        }
        _ => tree,
    };
    Member { docs: docs.to_owned(), is_optional: true, ..member(name, tree) }
}

fn is_optional(field: &Field, direction: Direction) -> bool {
    match direction {
        Direction::ToServer => field.is_optional_in_input(),
        Direction::FromServer => field.absence == Absence::Omittable,
    }
}
