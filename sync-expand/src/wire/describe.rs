//! A wire type as data, read from its tokens alone: what the compiled program would say of it.
//!
//! `emit::model` writes code that makes the same of the same item; a test holds the two together. What only the compiler knows,
//! which type a name stands for, whoever asks has to answer.

use syn::{DeriveInput, Type};
use sync_schema::{Absence, Body, Definition, Field, Shape, Tagging, Variant, VariantBody};

use super::Kind;
use super::item;
use super::mistakes::WireMistakes;
use super::parse::{self, default_of};
use super::rules::Rule;

/// A place in a type for whose shape somebody is asked.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The variant of an enum that it is in.
    pub variant: Option<&'a str>,
    /// The name of the field in JSON; the position in a tuple.
    pub field: &'a str,
    /// Its type.
    pub ty: &'a Type,
    /// It has `#[wire(number)]`.
    pub is_number: bool,
}

/// Returns what `input`, a type with the attribute for `kind`, is; `None` if it has a mistake, or parameters, which only their uses fill.
///
/// `module` is the path of the module that declares it, and `shape` says what stands in a place.
pub fn describe(
    input: &DeriveInput,
    kind: Kind,
    module: &str,
    shape: &mut dyn FnMut(Place<'_>) -> Shape,
) -> Option<Definition> {
    let mut mistakes = WireMistakes::default();
    let item = parse::item(input, kind, false, &mut mistakes);
    let is_plain = mistakes.is_empty() && input.generics.params.is_empty();
    let has_foreign = item.fields().any(|field| field.ts.is_some());
    if !is_plain || has_foreign {
        return None;
    }
    let body = Reader { item: &item, variant: None, shape }.body();
    Some(Definition { rules: item.rules.clone(), ..Definition::new(&item.name, module, &item.docs, body) })
}

struct Reader<'a, 's> {
    item: &'a item::Item,
    variant: Option<&'a str>,
    shape: &'s mut dyn FnMut(Place<'_>) -> Shape,
}

impl<'a> Reader<'a, '_> {
    fn body(&mut self) -> Body {
        match &self.item.body {
            item::Body::Struct(item::Fields::Unit) => Body::Alias(Shape::Null),
            item::Body::Struct(item::Fields::Named(fields)) if self.item.transparent => self.alias(fields),
            item::Body::Struct(item::Fields::Tuple(items)) if items.len() == 1 => self.alias(items),
            item::Body::Struct(item::Fields::Tuple(items)) => Body::Alias(Shape::Tuple(self.shapes(items))),
            item::Body::Struct(item::Fields::Named(fields)) => Body::Struct(self.fields(fields)),
            item::Body::Enum(tagging, variants) => {
                Body::Enum(self::tagging(tagging), variants.iter().map(|variant| self.variant(variant)).collect())
            }
        }
    }

    fn alias(&mut self, fields: &[item::Field]) -> Body {
        Body::Alias(self.shapes(fields).pop().unwrap_or(Shape::Null))
    }

    fn shapes(&mut self, fields: &[item::Field]) -> Vec<Shape> {
        fields.iter().map(|field| self.shape(field)).collect()
    }

    fn shape(&mut self, field: &item::Field) -> Shape {
        let place = Place { variant: self.variant, field: &field.name, ty: &field.ty, is_number: field.number };
        (self.shape)(place)
    }

    fn fields(&mut self, fields: &[item::Field]) -> Vec<Field> {
        fields.iter().filter(|field| !field.skip).map(|field| self.field(field)).collect()
    }

    fn field(&mut self, field: &item::Field) -> Field {
        let shape = self.shape(field);
        let plain =
            Field { aliases: field.aliases.clone(), docs: field.docs.clone(), ..Field::new(&field.name, shape) };
        if field.flatten {
            return Field { flatten: true, ..plain };
        }
        let default = default_of(field, self.item);
        let absence = match (&field.skip_serializing_if, default) {
            (Some(_), _) => Absence::Omittable,
            (None, Some(_)) => Absence::DefaultInInput,
            (None, None) => Absence::Required,
        };
        let default = default.map(|default| default.text(field)).unwrap_or_default();
        let rules = field.rules.iter().map(Rule::without_constants).collect();
        Field { absence, default, rules, ..plain }
    }

    fn variant(&mut self, variant: &'a item::Variant) -> Variant {
        self.variant = Some(&variant.name);
        let body = match &variant.fields {
            item::Fields::Unit => VariantBody::Unit,
            item::Fields::Tuple(items) if items.len() == 1 => VariantBody::Newtype(self.shape(&items[0])),
            item::Fields::Tuple(items) => VariantBody::Tuple(self.shapes(items)),
            item::Fields::Named(fields) => VariantBody::Struct(self.fields(fields)),
        };
        Variant { name: variant.name.clone(), aliases: variant.aliases.clone(), docs: variant.docs.clone(), body }
    }
}

fn tagging(tagging: &item::Tagging) -> Tagging {
    match tagging {
        item::Tagging::External => Tagging::External,
        item::Tagging::Internal { tag } => Tagging::Internal { tag: tag.clone() },
        item::Tagging::Adjacent { tag, content } => Tagging::Adjacent { tag: tag.clone(), content: content.clone() },
        item::Tagging::Untagged => Tagging::Untagged,
    }
}
