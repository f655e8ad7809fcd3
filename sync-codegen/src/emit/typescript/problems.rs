//! Types that look right one by one and do not work together.
//!
//! serde puts flattened fields together at run time, and reads what stands beside a tag from a buffer. Where that goes wrong, no
//! input would ever be accepted, or two fields would overwrite each other; better to say so when the types are written.

use std::collections::{BTreeMap, BTreeSet};

use sync_schema::{Api, Body, Definition, Direction, Field, MapKey, Shape, Tagging, Types, Variant, VariantBody};

use super::inherited::{PROTOTYPE, inherited};
use super::reach::Reach;
use crate::diagnostic::Diagnostic;

/// Returns what is wrong with the types that the routes reach, sorted; each names its type by the Rust path.
pub(super) fn find(api: &Api, reach: &Reach) -> Vec<Diagnostic> {
    let mut problems = BTreeSet::new();
    for (key, directions) in &reach.used {
        let Some(definition) = api.types.get(key) else { continue };
        let mut checker = Checker { types: &api.types, key, problems: &mut problems };
        checker.objects(definition);
        checker.variants_of_every_object(definition);
        if directions.contains(&Direction::ToServer) {
            checker.buffers(definition);
            checker.prototypes(definition);
        }
    }
    problems.into_iter().collect()
}

struct Checker<'a> {
    types: &'a Types,
    key: &'a str,
    problems: &'a mut BTreeSet<Diagnostic>,
}

/// One flattened field.
struct Part {
    /// What the message calls it.
    name: String,
    /// The names that it may add to the object.
    fields: BTreeSet<String>,
    /// Whether serde takes these out of the buffer, so that what is read later does not see them.
    takes: bool,
    /// Whether serde hands it everything that has not been taken.
    is_greedy: bool,
}

impl<'a> Checker<'a> {
    fn report(&mut self, what: String, help: &str) {
        self.problems.insert(Diagnostic::new(self.key, what, help));
    }

    fn objects(&mut self, definition: &'a Definition) {
        match &definition.body {
            Body::Struct(fields) => self.object(fields, None),
            Body::Enum(tagging, variants) => {
                let tag = match tagging {
                    Tagging::Internal { tag } => Some(tag.as_str()),
                    _ => None,
                };
                variants.iter().for_each(|variant| self.variant(variant, tag));
            }
            Body::Alias(_) => {}
        }
    }

    fn variant(&mut self, variant: &'a Variant, tag: Option<&str>) {
        match (&variant.body, tag) {
            (VariantBody::Struct(fields), _) => self.object(fields, tag),
            (VariantBody::Newtype(shape), Some(tag)) => {
                let part = self.part(shape, &mut Vec::new());
                if part.fields.contains(tag) {
                    let what = format!("{} has a field `{tag}`, which already says which variant it is", part.name);
                    self.report(what, "rename the field, or choose another `tag`");
                }
            }
            _ => {}
        }
    }

    fn object(&mut self, fields: &'a [Field], tag: Option<&str>) {
        let own = fields.iter().filter(|field| !field.flatten);
        let own = own.flat_map(|field| std::iter::once(&field.name).chain(&field.aliases)).map(String::as_str);
        let mut known: BTreeMap<String, String> =
            own.chain(tag).map(|name| (name.to_owned(), "the struct itself".to_owned())).collect();
        let flattened = fields.iter().filter(|field| field.flatten);
        let parts: Vec<Part> = flattened.map(|field| self.part(&field.shape, &mut Vec::new())).collect();
        for part in &parts {
            for name in &part.fields {
                if let Some(other) = known.get(name) {
                    let what = format!("the field `{name}` of {} is there already, in {other}", part.name);
                    self.report(what, "rename one of them, or do not flatten: then it has a name of its own");
                }
            }
            known.extend(part.fields.iter().map(|name| (name.clone(), part.name.clone())));
        }
        self.greedy(&parts);
    }

    fn greedy(&mut self, parts: &[Part]) {
        for (index, part) in parts.iter().enumerate().filter(|(_, part)| part.is_greedy) {
            let is_taken = |(other, before): (usize, &Part)| other == index || (other < index && before.takes);
            if !parts.iter().enumerate().all(is_taken) {
                let what = format!("serde would hand the other flattened fields to {}, too", part.name);
                self.report(what, "flatten it last, and beside plain structs only; or give it a name of its own");
            }
        }
    }

    /// Looks at what `shape` adds to the object into which it is flattened.
    fn part(&mut self, shape: &'a Shape, outer: &mut Vec<&'a str>) -> Part {
        let unknown = Part { name: String::new(), fields: BTreeSet::new(), takes: true, is_greedy: false };
        match shape {
            Shape::Option(inner) => self.part(inner, outer),
            Shape::Map(..) => Part { name: "the map".into(), takes: false, is_greedy: true, ..unknown },
            // Rust refuses a type that is flattened into itself.
            Shape::Named(key) if outer.contains(&key.as_str()) => unknown,
            Shape::Named(key) => {
                let Some(definition) = self.types.get(key) else { return unknown };
                outer.push(key);
                let part = self.part_of(definition, outer);
                outer.pop();
                Part { name: format!("`{}`", definition.name), ..part }
            }
            _ => unknown,
        }
    }

    fn part_of(&mut self, definition: &'a Definition, outer: &mut Vec<&'a str>) -> Part {
        let mut part = Part { name: String::new(), fields: BTreeSet::new(), takes: true, is_greedy: false };
        match &definition.body {
            Body::Alias(shape) => return self.part(shape, outer),
            Body::Struct(fields) => self.add_fields(&mut part, fields, outer),
            Body::Enum(tagging, variants) => match tagging {
                Tagging::External | Tagging::Untagged => {
                    part.fields.extend(variants.iter().map(|variant| variant.name.clone()));
                }
                Tagging::Adjacent { tag, content } => part.fields.extend([tag.clone(), content.clone()]),
                Tagging::Internal { tag } => {
                    part.takes = false;
                    part.fields.insert(tag.clone());
                    variants.iter().for_each(|variant| self.add_variant(&mut part, variant, outer));
                }
            },
        }
        part
    }

    fn add_fields(&mut self, part: &mut Part, fields: &'a [Field], outer: &mut Vec<&'a str>) {
        for field in fields {
            if field.flatten {
                let inner = self.part(&field.shape, outer);
                part.fields.extend(inner.fields);
                part.takes = false;
                part.is_greedy |= inner.is_greedy;
            } else {
                part.fields.extend(std::iter::once(&field.name).chain(&field.aliases).cloned());
            }
        }
    }

    fn add_variant(&mut self, part: &mut Part, variant: &'a Variant, outer: &mut Vec<&'a str>) {
        match &variant.body {
            VariantBody::Struct(fields) => self.add_fields(part, fields, outer),
            VariantBody::Newtype(shape) => {
                part.fields.extend(self.part(shape, outer).fields);
                // The struct inside gets everything, and refuses what it does not know.
                part.is_greedy = true;
            }
            VariantBody::Unit | VariantBody::Tuple(_) => {}
        }
    }

    /// `'constructor' in value` holds for every value, so this is how no variant can be told.
    fn variants_of_every_object(&mut self, definition: &'a Definition) {
        let Body::Enum(Tagging::External, variants) = &definition.body else { return };
        for variant in variants.iter().filter(|variant| variant.body != VariantBody::Unit) {
            if inherited(&variant.name).is_some() {
                let what =
                    format!("every object of JavaScript has a `{0}`, which cannot tell this variant", variant.name);
                self.report(what, "rename the variant, or add `#[serde(tag = \"…\")]` to the enum");
            }
        }
    }

    /// What has to be given and cannot be written.
    fn prototypes(&mut self, definition: &'a Definition) {
        let is_needed = |field: &Field| !field.flatten && !field.is_optional_in_input() && field.name == PROTOTYPE;
        let is_wrong = match &definition.body {
            Body::Struct(fields) => fields.iter().any(is_needed),
            Body::Enum(tagging, variants) => {
                let names = match tagging {
                    Tagging::Internal { tag } => vec![tag],
                    Tagging::Adjacent { tag, content } => vec![tag, content],
                    Tagging::External | Tagging::Untagged => Vec::new(),
                };
                names.iter().any(|name| *name == PROTOTYPE) || variants.iter().flat_map(fields_of).any(is_needed)
            }
            Body::Alias(_) => false,
        };
        if is_wrong {
            let what =
                "`__proto__` cannot be given: in an object literal of JavaScript it sets the prototype".to_owned();
            self.report(what, "give it another name in JSON: `#[serde(rename = \"…\")]`");
        }
    }

    /// What serde reads from a buffer has lost the knowledge that keys may be numbers.
    fn buffers(&mut self, definition: &'a Definition) {
        let shapes: Vec<&Shape> = match &definition.body {
            Body::Struct(fields) => flattened(fields).collect(),
            Body::Enum(Tagging::External, variants) => {
                variants.iter().flat_map(|variant| flattened(fields_of(variant))).collect()
            }
            Body::Enum(_, variants) => variants.iter().flat_map(shapes_of).collect(),
            Body::Alias(_) => Vec::new(),
        };
        let mut seen = BTreeSet::new();
        if shapes.into_iter().any(|shape| self.has_number_keys(shape, &mut seen)) {
            let what = format!("serde cannot read a map with number keys inside `{}`", definition.name);
            self.report(what, "use `String` keys; or an enum without `tag` and `untagged`, and no `flatten`");
        }
    }

    fn has_number_keys(&self, shape: &'a Shape, seen: &mut BTreeSet<&'a str>) -> bool {
        match shape {
            Shape::Map(MapKey::Integer { .. }, _) => true,
            Shape::Map(_, inner) | Shape::Option(inner) | Shape::Array(inner) => self.has_number_keys(inner, seen),
            Shape::Tuple(items) => items.iter().any(|item| self.has_number_keys(item, seen)),
            Shape::Named(key) if seen.insert(key) => match self.types.get(key).map(|definition| &definition.body) {
                Some(Body::Alias(inner)) => self.has_number_keys(inner, seen),
                Some(Body::Struct(fields)) => fields.iter().any(|field| self.has_number_keys(&field.shape, seen)),
                Some(Body::Enum(_, variants)) => {
                    variants.iter().flat_map(shapes_of).any(|shape| self.has_number_keys(shape, seen))
                }
                None => false,
            },
            _ => false,
        }
    }
}

fn flattened(fields: &[Field]) -> impl Iterator<Item = &Shape> {
    fields.iter().filter(|field| field.flatten).map(|field| &field.shape)
}

fn fields_of(variant: &Variant) -> &[Field] {
    match &variant.body {
        VariantBody::Struct(fields) => fields,
        _ => &[],
    }
}

fn shapes_of(variant: &Variant) -> Vec<&Shape> {
    match &variant.body {
        VariantBody::Unit => Vec::new(),
        VariantBody::Newtype(shape) => vec![shape],
        VariantBody::Tuple(items) => items.iter().collect(),
        VariantBody::Struct(fields) => fields.iter().map(|field| &field.shape).collect(),
    }
}
