//! The JSON that a Rust type stands for.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The JSON of one Rust type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Shape {
    /// `null`: a unit struct.
    Null,
    /// `true` or `false`.
    Bool,
    /// A whole number from `min` to `max`, both inclusive and never beyond ±(2^53 − 1), which JavaScript holds exactly.
    Integer {
        /// The smallest value.
        min: i64,
        /// The largest value.
        max: i64,
    },
    /// Any JSON number whose magnitude is at most `max`: what `f32` or `f64` can hold.
    Number {
        /// The largest magnitude.
        max: f64,
    },
    /// A string.
    String,
    /// A string of exactly one Unicode scalar value.
    Char,
    /// A string in a fixed format, such as `date-time`; the format is a JSON Schema format name.
    Text(Cow<'static, str>),
    /// Any JSON value.
    Any,
    /// The inner shape or `null`.
    Option(Box<Shape>),
    /// A JSON array of any length.
    Array(Box<Shape>),
    /// A JSON array of exactly these items: tuples and Rust arrays.
    Tuple(Vec<Shape>),
    /// A JSON object with keys that the program does not know beforehand.
    Map(MapKey, Box<Shape>),
    /// The definition under this key in [`Types`]; the key is the Rust path of the type.
    Named(String),
    /// JSON of which its type says nothing but how TypeScript writes it.
    Foreign {
        /// The type expression, which refers to declarations by their names: `Array<Point>`.
        typescript: String,
        /// The keys in [`Types::declarations`] of all that it refers to, also by way of others, sorted.
        declarations: Vec<String>,
    },
}

impl Shape {
    /// What stands for a type of which nothing is known: it has no JSON, and is the same as any other.
    #[must_use]
    pub fn unread() -> Self {
        Self::Foreign { typescript: String::new(), declarations: Vec::new() }
    }

    /// Returns whether nothing is known of it, see [`Shape::unread`].
    #[must_use]
    pub fn is_unread(&self) -> bool {
        matches!(self, Self::Foreign { typescript, .. } if typescript.is_empty())
    }
}

/// What the keys of a map may be; JSON writes all of them as strings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum MapKey {
    /// Any string.
    String,
    /// A whole number from `min` to `max`, written in decimal.
    Integer {
        /// The smallest value.
        min: i64,
        /// The largest value.
        max: i64,
    },
    /// One of the unit variants of the named enum.
    Named(String),
}

/// Named types, by the Rust path of the type as [`std::any::type_name`] gives it.
///
/// A type that contains itself is one entry that refers to its own key. Two types of one path, which a function body
/// can declare, are two entries: the second one's key ends in `#2`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Types {
    definitions: BTreeMap<String, Option<Definition>>,
    declarations: BTreeMap<String, Declaration>,
}

impl Types {
    /// Adds the type named `key` unless it is there already, and returns the shape that refers to it.
    ///
    /// `define` may add further types, and may refer to `key` itself.
    ///
    /// # Examples
    ///
    /// ```
    /// use sync_schema::{Body, Definition, Absence, Field, Shape, Types};
    ///
    /// let mut types = Types::default();
    /// let list = types.define("app::List", |types| {
    ///     let next = types.define("app::List", |_| unreachable!("a type is described once"));
    ///     let next = Field::new("next", Shape::Option(Box::new(next)));
    ///     Definition::new("List", "app", "", Body::Struct(vec![next]))
    /// });
    /// assert_eq!(list, Shape::Named("app::List".into()));
    /// assert_eq!(types.get("app::List").map(|list| list.name.as_str()), Some("List"));
    /// ```
    pub fn define(&mut self, key: &str, define: impl FnOnce(&mut Self) -> Definition) -> Shape {
        if !self.definitions.contains_key(key) {
            self.definitions.insert(key.to_owned(), None);
            let definition = define(self);
            self.definitions.insert(key.to_owned(), Some(definition));
        }
        Shape::Named(key.to_owned())
    }

    /// Puts `definition` under `key`, in place of one that is there.
    pub fn replace(&mut self, key: &str, definition: Definition) {
        self.definitions.insert(key.to_owned(), Some(definition));
    }

    /// Returns the definition under `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Definition> {
        self.definitions.get(key)?.as_ref()
    }

    /// Returns all definitions, each with its key, in the order of the keys.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Definition)> {
        self.definitions.iter().filter_map(|(key, definition)| Some((&**key, definition.as_ref()?)))
    }

    /// Adds what a foreign type is called and how it is declared; `key` is its Rust path, without generic arguments.
    pub fn declare(&mut self, key: &str, declaration: Declaration) {
        self.declarations.insert(key.to_owned(), declaration);
    }

    /// Returns the declarations of foreign types, sorted by key.
    pub fn declarations(&self) -> impl Iterator<Item = (&str, &Declaration)> {
        self.declarations.iter().map(|(key, declaration)| (key.as_str(), declaration))
    }

    /// Returns whether a value of `shape` may be nested as deep as one likes: a type that holds itself, or one of which nothing is known.
    #[must_use]
    pub fn may_be_deep(&self, shape: &Shape) -> bool {
        self.is_deep(shape, &mut Vec::new())
    }

    /// `around` are the definitions that are being looked into.
    fn is_deep<'t>(&'t self, shape: &'t Shape, around: &mut Vec<&'t str>) -> bool {
        match shape {
            Shape::Any | Shape::Foreign { .. } => true,
            Shape::Option(inner) | Shape::Array(inner) | Shape::Map(_, inner) => self.is_deep(inner, around),
            Shape::Tuple(items) => items.iter().any(|item| self.is_deep(item, around)),
            Shape::Named(key) if around.contains(&&**key) => true,
            Shape::Named(key) => {
                around.push(key);
                let definition = self.get(key);
                let is_deep = definition
                    .is_some_and(|definition| definition.body.shapes().iter().any(|shape| self.is_deep(shape, around)));
                around.pop();
                is_deep
            }
            Shape::Null | Shape::Bool | Shape::Integer { .. } | Shape::Number { .. } => false,
            Shape::String | Shape::Char | Shape::Text(_) => false,
        }
    }

    /// Returns all definitions, sorted by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Definition)> {
        self.definitions.iter().filter_map(|(key, definition)| Some((key.as_str(), definition.as_ref()?)))
    }
}

/// How a foreign type is declared in TypeScript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declaration {
    /// Its name, without generic parameters.
    pub name: String,
    /// The declaration without `export`: `type Point = { x: number, y: number, };`.
    pub text: String,
    /// The doc comment as TypeScript has it, with its signs; empty if there is none.
    pub docs: String,
}

/// A named type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    /// The name in TypeScript as far as this type alone decides it; generic arguments are already part of it
    /// (`PagePlayer`), see [`type_label`].
    pub name: String,
    /// The Rust module that declares the type, for example `app::routes::chess::move_v1::server`.
    pub module: String,
    /// The doc comment, lines joined by `\n`, without the leading space of each; empty if there is none.
    pub docs: String,
    /// What it consists of.
    pub body: Body,
    /// The rules about the whole, as they are written.
    pub rules: Vec<String>,
}

impl Definition {
    /// Creates a definition from its parts, without rules.
    #[must_use]
    pub fn new(name: &str, module: &str, docs: &str, body: Body) -> Self {
        Self { name: name.to_owned(), module: module.to_owned(), docs: docs.to_owned(), body, rules: Vec::new() }
    }
}

/// What a named type consists of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Body {
    /// A JSON object with these fields, in the order of the source.
    Struct(Vec<Field>),
    /// One of several variants, in the order of the source.
    Enum(Tagging, Vec<Variant>),
    /// Another shape under a name: newtypes, tuple structs, unit structs, `#[serde(transparent)]`.
    Alias(Shape),
}

impl Body {
    /// Returns every shape that it is made of, in the order of the source.
    pub(crate) fn shapes(&self) -> Vec<&Shape> {
        match self {
            Self::Alias(shape) => vec![shape],
            Self::Struct(fields) => fields.iter().map(|field| &field.shape).collect(),
            Self::Enum(_, variants) => variants
                .iter()
                .flat_map(|variant| match &variant.body {
                    VariantBody::Unit => Vec::new(),
                    VariantBody::Newtype(shape) => vec![shape],
                    VariantBody::Tuple(items) => items.iter().collect(),
                    VariantBody::Struct(fields) => fields.iter().map(|field| &field.shape).collect(),
                })
                .collect(),
        }
    }

    /// As `shapes`, to be changed.
    pub(crate) fn shapes_mut(&mut self) -> Vec<&mut Shape> {
        match self {
            Self::Alias(shape) => vec![shape],
            Self::Struct(fields) => fields.iter_mut().map(|field| &mut field.shape).collect(),
            Self::Enum(_, variants) => variants
                .iter_mut()
                .flat_map(|variant| match &mut variant.body {
                    VariantBody::Unit => Vec::new(),
                    VariantBody::Newtype(shape) => vec![shape],
                    VariantBody::Tuple(items) => items.iter_mut().collect(),
                    VariantBody::Struct(fields) => fields.iter_mut().map(|field| &mut field.shape).collect(),
                })
                .collect(),
        }
    }
}

/// A field of a struct or of a variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// The name in JSON; without meaning when `flatten` is set.
    pub name: String,
    /// Further names that input may use.
    pub aliases: Vec<String>,
    /// The doc comment, as in [`Definition::docs`].
    pub docs: String,
    /// The shape of the value.
    pub shape: Shape,
    /// Whether the field may be absent.
    pub absence: Absence,
    /// What takes the place of an absent field, as it is written: `default`, `default = "path"`; empty if nothing does.
    pub default: String,
    /// The rules about the value, as they are written: `range(min=1,max=100)`.
    pub rules: Vec<String>,
    /// `#[serde(flatten)]`: the fields (or the map entries) of `shape` stand in the outer object.
    pub flatten: bool,
}

impl Field {
    /// Creates a plain field: required, without docs, not flattened.
    #[must_use]
    pub fn new(name: &str, shape: Shape) -> Self {
        Self {
            name: name.to_owned(),
            aliases: Vec::new(),
            docs: String::new(),
            shape,
            absence: Absence::Required,
            default: String::new(),
            rules: Vec::new(),
            flatten: false,
        }
    }

    /// Returns whether input may leave this field out: it has a default, or it is an `Option`.
    #[must_use]
    pub fn is_optional_in_input(&self) -> bool {
        self.absence != Absence::Required || matches!(self.shape, Shape::Option(_))
    }
}

/// Whether a field may be absent, apart from `Option`, which input may always leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Absence {
    /// Always there in output; in input unless it is an `Option`.
    Required,
    /// `#[serde(default)]`: input may leave it out, output has it.
    DefaultInInput,
    /// `#[serde(default, skip_serializing_if = …)]`: input and output may leave it out.
    Omittable,
}

/// How JSON tells the variants of an enum apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tagging {
    /// `"unit"` or `{ "variant": … }`.
    External,
    /// `{ "<tag>": "variant", … }`.
    Internal {
        /// The name of the tag field.
        tag: String,
    },
    /// `{ "<tag>": "variant", "<content>": … }`.
    Adjacent {
        /// The name of the tag field.
        tag: String,
        /// The name of the content field.
        content: String,
    },
    /// The first variant that fits.
    Untagged,
}

/// One variant of an enum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// The name in JSON.
    pub name: String,
    /// Further names that input may use.
    pub aliases: Vec<String>,
    /// The doc comment, as in [`Definition::docs`].
    pub docs: String,
    /// What the variant carries.
    pub body: VariantBody,
}

/// What a variant carries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum VariantBody {
    /// Nothing.
    Unit,
    /// One value.
    Newtype(Shape),
    /// Several values, a JSON array.
    Tuple(Vec<Shape>),
    /// Named fields.
    Struct(Vec<Field>),
}

/// Returns the words of a Rust type as one name: what `Page<Player>` is called where a name has no brackets.
///
/// `path` is as [`std::any::type_name`] gives it.
///
/// # Examples
///
/// ```
/// use sync_schema::type_label;
///
/// assert_eq!(type_label("app::Page<alloc::vec::Vec<app::Player>>"), "PageVecPlayer");
/// assert_eq!(type_label("app::Pair<i32, alloc::string::String>"), "PairI32String");
/// assert_eq!(type_label("app::Grid<3>"), "Grid3");
/// ```
#[must_use]
pub fn type_label(path: &str) -> String {
    let words = path.split(|sign: char| !(sign.is_alphanumeric() || matches!(sign, '_' | ':')));
    words.filter_map(|word| word.rsplit("::").next()).map(capitalized).collect()
}

/// Returns `word` with its first letter in upper case.
fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
