//! Values made from the shapes of types: what a caller may send, and what it may not.
//!
//! The same seed makes the same values. Numbers and texts lean to their limits, every variant of an enum has its turn, and what is
//! optional is left out now and then. The generator knows shapes and JSON; whether Rust agrees is what tests find out.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value, json};

use crate::schema::{Body, Definition, Field, MapKey, Shape, Tagging, Types, Variant, VariantBody};
use crate::testing::rules::{Bound, bounds};

/// Makes values of the shapes in `types`.
#[derive(Debug)]
pub struct Values<'a> {
    types: &'a Types,
    state: u64,
    /// How often each enum has been asked for, so that its variants take turns.
    turns: BTreeMap<String, usize>,
    heights: Heights,
    obeys_rules: bool,
}

/// Values inside more objects and lists than this are as small as they can be.
const DEPTH: usize = 5;

const TEXTS: [&str; 8] =
    ["", "a", "Ada Lovelace", "ä€😀", "it's \"quoted\" \\ \n\t", "__proto__", "null", "\u{2028}\u{0}"];

impl<'a> Values<'a> {
    /// Starts with `seed`.
    #[must_use]
    pub fn new(types: &'a Types, seed: u64) -> Self {
        Self {
            types,
            state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
            turns: BTreeMap::new(),
            heights: Heights::new(types),
            obeys_rules: false,
        }
    }

    /// Has values fulfil the rules of their fields, as far as those say what they want: ranges, lengths, addresses.
    #[must_use]
    pub fn obeying_rules(self) -> Self {
        Self { obeys_rules: true, ..self }
    }

    /// A number from 0 to below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state >> 33).unwrap_or_default() % end.max(1)
    }

    fn one_of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }

    /// A value that fits `shape` as input.
    pub fn value(&mut self, shape: &Shape) -> Value {
        self.inside(shape, 0)
    }

    fn inside(&mut self, shape: &Shape, depth: usize) -> Value {
        match shape {
            Shape::Null => Value::Null,
            Shape::Bool => Value::Bool(self.below(2) == 0),
            Shape::Integer { min, max } => json!(self.integer(*min, *max)),
            Shape::Number { max } => self.number(*max),
            Shape::String => json!(self.text()),
            Shape::Char => json!(self.one_of(&['a', 'ß', '😀', '"', '\0'])),
            Shape::Text(format) => json!(self.formatted(format)),
            Shape::Any => self.anything(depth),
            Shape::Option(_) if depth > DEPTH || self.below(3) == 0 => Value::Null,
            Shape::Option(inner) => self.inside(inner, depth),
            Shape::Array(item) => {
                let items = self.length(depth);
                (0..items).map(|_| self.inside(item, depth + 1)).collect()
            }
            Shape::Tuple(items) => items.iter().map(|item| self.inside(item, depth + 1)).collect(),
            Shape::Map(key, value) => Value::Object(self.entries(key, value, depth)),
            Shape::Named(name) => match self.types.get(name) {
                Some(definition) => self.definition(name, definition, depth),
                None => Value::Null,
            },
            // What a foreign type takes, it alone knows.
            Shape::Foreign { .. } => Value::Null,
        }
    }

    fn length(&mut self, depth: usize) -> usize {
        if depth > DEPTH { 0 } else { self.below(4) }
    }

    fn integer(&mut self, min: i64, max: i64) -> i64 {
        let any = min.saturating_add(i64::try_from(self.below(1000)).unwrap_or_default());
        self.one_of(&[min, max, 0, 1, -1, any]).clamp(min, max)
    }

    fn number(&mut self, max: f64) -> Value {
        let number = self.one_of(&[max, -max, 0.0, 0.5, -1.25, 1e-7, 3.0]);
        Number::from_f64(number).map_or(Value::Null, Value::Number)
    }

    fn text(&mut self) -> String {
        match self.below(10) {
            0 => "long ".repeat(50),
            _ => self.one_of(&TEXTS).to_owned(),
        }
    }

    fn formatted(&mut self, format: &str) -> &'static str {
        match format {
            "date-time" => {
                self.one_of(&["2024-02-29T23:59:59.123Z", "1970-01-01T00:00:00Z", "2024-06-01T12:00:00+02:00"])
            }
            "date" => self.one_of(&["2024-02-29", "0001-01-01"]),
            "local-time" => self.one_of(&["00:00:00", "23:59:59.999"]),
            "local-date-time" => self.one_of(&["2024-02-29T23:59:59", "1970-01-01T00:00:00.5"]),
            _ => "",
        }
    }

    fn anything(&mut self, depth: usize) -> Value {
        match self.below(if depth > DEPTH { 4 } else { 6 }) {
            0 => Value::Null,
            1 => json!(true),
            2 => json!(-1.5),
            3 => json!(self.text()),
            4 => json!([self.anything(depth + 1)]),
            _ => json!({ "a b": self.anything(depth + 1) }),
        }
    }

    fn entries(&mut self, key: &MapKey, value: &Shape, depth: usize) -> Map<String, Value> {
        let count = self.length(depth);
        let mut entries = Map::new();
        for index in 0..count {
            let key = match key {
                MapKey::String => format!("{}{index}", self.one_of(&["key", "ä", "a b"])),
                MapKey::Integer { min, max } => self.integer(*min, *max).to_string(),
                MapKey::Named(name) => {
                    let key = self.inside(&Shape::Named(name.clone()), depth);
                    key.as_str().unwrap_or_default().to_owned()
                }
            };
            entries.insert(key, self.inside(value, depth + 1));
        }
        entries
    }

    fn definition(&mut self, name: &str, definition: &'a Definition, depth: usize) -> Value {
        match &definition.body {
            Body::Alias(shape) => self.inside(shape, depth),
            Body::Struct(fields) => Value::Object(self.fields(fields, depth)),
            Body::Enum(tagging, variants) => {
                let variant = self.turn(name, variants, depth);
                self.variant(tagging, variant, depth)
            }
        }
    }

    fn turn(&mut self, name: &str, variants: &'a [Variant], depth: usize) -> &'a Variant {
        let turn = self.turns.entry(name.to_owned()).or_default();
        *turn += 1;
        let next = &variants[*turn % variants.len()];
        if depth <= DEPTH {
            return next;
        }
        // The one that ends soonest: another could hold itself for ever.
        variants.iter().min_by_key(|variant| self.heights.of(&variant.body)).unwrap_or(next)
    }

    fn fields(&mut self, fields: &'a [Field], depth: usize) -> Map<String, Value> {
        let mut object = Map::new();
        for field in fields {
            if field.flatten {
                object.extend(self.flattened(&field.shape, depth));
            } else if !field.is_optional_in_input() || (depth <= DEPTH && self.below(3) > 0) {
                let mut value = self.inside(&field.shape, depth + 1);
                if self.obeys_rules {
                    obey(&bounds(&field.rules), &mut value);
                }
                object.insert(field.name.clone(), value);
            }
        }
        object
    }

    /// What `shape` adds to the object around it.
    fn flattened(&mut self, shape: &Shape, depth: usize) -> Map<String, Value> {
        if let Shape::Named(name) = shape
            && let Some(Definition { body: Body::Enum(Tagging::External, variants), .. }) = self.types.get(name)
        {
            let variant = self.turn(name, variants, depth);
            return Map::from_iter([(variant.name.clone(), self.carried(&variant.body, depth).unwrap_or_default())]);
        }
        match self.inside(shape, depth) {
            Value::Object(object) => object,
            _ => Map::new(),
        }
    }

    fn variant(&mut self, tagging: &Tagging, variant: &'a Variant, depth: usize) -> Value {
        let Variant { name, body, .. } = variant;
        match tagging {
            Tagging::Untagged => self.carried(body, depth).unwrap_or_default(),
            Tagging::External => match self.carried(body, depth) {
                None => json!(name),
                Some(carried) => json!({ name.as_str(): carried }),
            },
            Tagging::Adjacent { tag, content } => match self.carried(body, depth) {
                None => json!({ tag.as_str(): name }),
                Some(carried) => json!({ tag.as_str(): name, content.as_str(): carried }),
            },
            Tagging::Internal { tag } => {
                let mut object = match body {
                    VariantBody::Newtype(shape) => self.flattened(shape, depth),
                    VariantBody::Struct(fields) => self.fields(fields, depth),
                    VariantBody::Unit | VariantBody::Tuple(_) => Map::new(),
                };
                object.insert(tag.clone(), json!(name));
                Value::Object(object)
            }
        }
    }

    fn carried(&mut self, body: &'a VariantBody, depth: usize) -> Option<Value> {
        match body {
            VariantBody::Unit => None,
            VariantBody::Newtype(shape) => Some(self.inside(shape, depth + 1)),
            VariantBody::Tuple(items) => Some(items.iter().map(|item| self.inside(item, depth + 2)).collect()),
            VariantBody::Struct(fields) => Some(Value::Object(self.fields(fields, depth + 1))),
        }
    }
}

/// How deep the smallest value of each type is, of which every type that can be made has one.
#[derive(Debug, Default)]
pub(super) struct Heights(BTreeMap<String, usize>);

impl Heights {
    /// Looks at all types again and again, until nothing becomes smaller.
    pub(super) fn new(types: &Types) -> Self {
        let mut heights = Self::default();
        loop {
            let mut has_changed = false;
            for (name, definition) in types.all() {
                let height = match &definition.body {
                    Body::Alias(shape) => heights.of_shape(shape),
                    Body::Struct(fields) => heights.of_fields(fields),
                    Body::Enum(_, variants) => {
                        variants.iter().filter_map(|variant| heights.of_body(&variant.body)).min()
                    }
                };
                let Some(height) = height.map(|height| height + 1) else { continue };
                let known = heights.0.entry(name.to_owned()).or_insert(usize::MAX);
                has_changed |= height < *known;
                *known = height.min(*known);
            }
            if !has_changed {
                return heights;
            }
        }
    }

    /// Returns how deep the smallest value of a variant is; as deep as can be, if it has none.
    pub(super) fn of(&self, body: &VariantBody) -> usize {
        self.of_body(body).unwrap_or(usize::MAX)
    }

    fn of_body(&self, body: &VariantBody) -> Option<usize> {
        match body {
            VariantBody::Unit => Some(0),
            VariantBody::Newtype(shape) => self.of_shape(shape),
            VariantBody::Tuple(items) => self.deepest(items.iter()),
            VariantBody::Struct(fields) => self.of_fields(fields),
        }
    }

    fn of_fields(&self, fields: &[Field]) -> Option<usize> {
        self.deepest(
            fields.iter().filter(|field| field.flatten || !field.is_optional_in_input()).map(|field| &field.shape),
        )
    }

    fn deepest<'s>(&self, shapes: impl Iterator<Item = &'s Shape>) -> Option<usize> {
        shapes.map(|shape| self.of_shape(shape)).try_fold(0, |deepest, height| Some(deepest.max(height?)))
    }

    fn of_shape(&self, shape: &Shape) -> Option<usize> {
        match shape {
            Shape::Tuple(items) => self.deepest(items.iter()),
            Shape::Named(name) => self.0.get(name).copied(),
            // Lists and maps may be empty, and what is optional may be nothing.
            _ => Some(0),
        }
    }
}

/// Changes a value so that it is within its bounds.
fn obey(rules: &[Bound], value: &mut Value) {
    for rule in rules {
        match (rule, &mut *value) {
            (Bound::Range { min, max }, Value::Number(number)) => {
                let given = number.as_f64().unwrap_or_default();
                let held = given.max(min.unwrap_or(f64::MIN)).min(max.unwrap_or(f64::MAX));
                #[expect(clippy::float_cmp, reason = "a number that is within its bounds is as it was")]
                if held != given {
                    *value = rule.number(held, number.is_f64());
                }
            }
            (Bound::Length { min, max }, Value::String(text)) => {
                let kept = text.chars().take(max.unwrap_or(usize::MAX)).collect::<String>();
                let missing = min.unwrap_or_default().saturating_sub(kept.chars().count());
                *text = kept + &"a".repeat(missing);
            }
            (Bound::Length { min, max }, Value::Array(items)) => {
                items.truncate(max.unwrap_or(usize::MAX));
                if let (Some(first), Some(min)) = (items.first().cloned(), min) {
                    items.resize(items.len().max(*min), first);
                }
            }
            (Bound::Like(text), Value::String(given)) => (*text).clone_into(given),
            _ => {}
        }
    }
}

/// An input that must be refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// The input.
    pub json: Value,
    /// Where it is wrong, as the error says it.
    pub path: String,
    /// Why, as the error says it.
    pub reason: &'static str,
}

/// Makes inputs from `value`, which fits `shape`, that do not fit: one change in one struct each.
#[must_use]
pub fn refused(types: &Types, shape: &Shape, value: &Value) -> Vec<Refused> {
    let mut found = Finder { types, structs: Vec::new() };
    found.find(shape, value, &Place { pointer: String::new(), path: String::new() });
    found.structs.iter().flat_map(|at| changes(value, at)).collect()
}

/// A struct inside a value.
#[derive(Debug)]
struct Struct {
    place: Place,
    /// The fields that must be there.
    required: Vec<String>,
}

#[derive(Debug, Clone)]
struct Place {
    /// As [`Value::pointer`] takes it.
    pointer: String,
    /// As errors tell it.
    path: String,
}

impl Place {
    fn field(&self, name: &str) -> Self {
        let dot = if self.path.is_empty() { "" } else { "." };
        let escaped = name.replace('~', "~0").replace('/', "~1");
        Self { pointer: format!("{}/{escaped}", self.pointer), path: format!("{}{dot}{name}", self.path) }
    }

    fn index(&self, index: usize) -> Self {
        Self { pointer: format!("{}/{index}", self.pointer), path: format!("{}[{index}]", self.path) }
    }
}

struct Finder<'a> {
    types: &'a Types,
    structs: Vec<Struct>,
}

impl Finder<'_> {
    fn find(&mut self, shape: &Shape, value: &Value, place: &Place) {
        match (shape, value) {
            (Shape::Option(inner), value) if !value.is_null() => self.find(inner, value, place),
            (Shape::Array(item), Value::Array(items)) => {
                items.iter().enumerate().for_each(|(index, value)| self.find(item, value, &place.index(index)));
            }
            (Shape::Tuple(shapes), Value::Array(items)) => {
                let items = shapes.iter().zip(items).enumerate();
                items.for_each(|(index, (shape, value))| self.find(shape, value, &place.index(index)));
            }
            (Shape::Map(_, inner), Value::Object(entries)) => {
                entries.iter().for_each(|(key, value)| self.find(inner, value, &place.field(key)));
            }
            (Shape::Named(name), value) => match self.types.get(name).map(|definition| &definition.body) {
                Some(Body::Alias(inner)) => self.find(inner, value, place),
                Some(Body::Struct(fields)) => self.fields(fields, value, place),
                Some(Body::Enum(Tagging::External, variants)) => self.variants(variants, value, place),
                // Beside a tag, the fields depend on it; without one, an error is about the whole.
                _ => {}
            },
            _ => {}
        }
    }

    fn fields(&mut self, fields: &[Field], value: &Value, place: &Place) {
        // What is flattened may take any name, or say what else may be there.
        if fields.iter().any(|field| field.flatten) {
            return;
        }
        let required = fields.iter().filter(|field| !field.is_optional_in_input());
        let required = required.map(|field| field.name.clone()).collect();
        self.structs.push(Struct { place: place.clone(), required });
        for field in fields {
            if let Some(value) = value.get(&field.name) {
                self.find(&field.shape, value, &place.field(&field.name));
            }
        }
    }

    fn variants(&mut self, variants: &[Variant], value: &Value, place: &Place) {
        let Some((name, value)) = value.as_object().and_then(|object| object.iter().next()) else { return };
        match variants.iter().find(|variant| variant.name == *name).map(|variant| &variant.body) {
            Some(VariantBody::Newtype(shape)) => self.find(shape, value, &place.field(name)),
            Some(VariantBody::Struct(fields)) => self.fields(fields, value, &place.field(name)),
            _ => {}
        }
    }
}

fn changes(value: &Value, at: &Struct) -> Vec<Refused> {
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut json = value.clone();
        json.pointer_mut(&at.place.pointer).map(change);
        json
    };
    let insert = |name: &'static str| {
        changed(&move |value| {
            value.as_object_mut().map(|object| object.insert(name.into(), json!({})));
        })
    };
    let as_list = |value: &mut Value| {
        let fields = value.as_object().map(|object| object.values().cloned().collect());
        *value = Value::Array(fields.unwrap_or_default());
    };
    let refused = |json, place: &Place, reason| Refused { json, path: place.path.clone(), reason };
    let mut all = vec![
        refused(insert("zzz"), &at.place.field("zzz"), "unknown-field"),
        refused(insert("isPrototypeOf"), &at.place.field("isPrototypeOf"), "unknown-field"),
        refused(changed(&as_list), &at.place, "expected-object"),
        refused(changed(&|value| *value = json!("text")), &at.place, "expected-object"),
    ];
    all.extend(at.required.iter().map(|name| {
        let without = |value: &mut Value| {
            value.as_object_mut().map(|object| object.remove(name));
        };
        refused(changed(&without), &at.place.field(name), "missing")
    }));
    all
}
