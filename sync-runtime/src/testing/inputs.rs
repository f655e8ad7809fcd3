//! Inputs of a route: some that it takes, and some that lie at the bounds of its rules.

use serde_json::{Value, json};

use crate::route::{App, Route};
use crate::schema::{Body, InputSchema, Model, Shape, Tagging, Types, VariantBody};
use crate::testing::rules::{Bound, bounds_with_reasons};
use crate::testing::values::Values;

/// How many bytes an input may have.
const SENT: usize = 100_000;
/// How many made-up inputs are tried before it is said that none is right.
const TRIED: u64 = 300;

/// What a route takes.
pub(super) struct Inputs<A: App> {
    route: &'static dyn Route<A>,
    schema: InputSchema,
    model: Model,
    shape: Shape,
}

/// Is shown a field with rules: its place as a pointer, and as errors tell it, its shape and its rules.
type Show<'s> = &'s mut dyn FnMut(&str, &str, &Shape, &[String]);

/// An input at a bound of one of its fields.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AtBound {
    pub(super) json: Value,
    /// The field, as errors tell it.
    pub(super) path: String,
    /// The reason for which the rule refuses: `range`, `length`, or what its `code` says.
    pub(super) rule: String,
    /// Whether it is within the bound.
    pub(super) is_allowed: bool,
}

impl<A: App> Inputs<A> {
    pub(super) fn of(route: &'static dyn Route<A>) -> Self {
        let mut model = Model::default();
        let types = route.types(&mut model);
        let shape = types.input().and_then(|input| input.wire.as_ref()).map_or(Shape::Null, |wire| wire.shape.clone());
        Self { route, schema: route.input_schema(), model, shape }
    }

    pub(super) fn types(&self) -> &Types {
        self.model.types()
    }

    pub(super) fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Returns the path of what is wrong with an input, or nothing where the framework takes it.
    pub(super) fn wrong(&self, json: &str) -> Option<String> {
        self.route.decode(&self.schema, json).err().map(|invalid| invalid.path)
    }

    /// Returns up to so many inputs that the framework takes: the app's own, and made-up ones.
    pub(super) fn right(&self, count: usize, seed: u64) -> Vec<Value> {
        let own = A::test_inputs(self.route.id().cb).into_iter();
        let made = (0..TRIED).flat_map(|round| {
            let mut values = Values::new(self.types(), seed.wrapping_add(round)).obeying_rules();
            (0..2).map(|_| values.value(&self.shape)).collect::<Vec<_>>()
        });
        own.chain(made).filter(|json| self.wrong(&json.to_string()).is_none()).take(count).collect()
    }

    /// Returns inputs at the bounds of each field of `value`, which is right: with the smallest and the largest value that its rules allow,
    /// and with those just beyond.
    pub(super) fn at_bounds(&self, value: &Value) -> Vec<AtBound> {
        let mut found = Vec::new();
        self.find(&self.shape, value, &mut Vec::new(), "", &mut |pointer, path, shape, rules| {
            for (rule, reason) in bounds_with_reasons(rules) {
                found.extend(self.around(value, pointer, path, shape, (&rule, &reason)));
            }
        });
        found
    }

    fn around(
        &self,
        value: &Value,
        pointer: &str,
        path: &str,
        shape: &Shape,
        (rule, reason): (&Bound, &str),
    ) -> Vec<AtBound> {
        let shape = self.plain(shape);
        let changed = |to: Value, is_allowed: bool| {
            let mut json = value.clone();
            *json.pointer_mut(pointer)? = to;
            // What is too large to be sent is refused for that.
            let at = AtBound { json, path: path.to_owned(), rule: reason.to_owned(), is_allowed };
            (at.json.to_string().len() <= SENT).then_some(at)
        };
        match (rule, shape) {
            (Bound::Range { min, max }, Shape::Integer { min: least, max: most }) => {
                let (min, max) = (min.map(|min| min.ceil() as i64), max.map(|max| max.floor() as i64));
                let cases = [(min, 0, true), (max, 0, true), (min, -1, false), (max, 1, false)].into_iter().filter_map(
                    |(bound, step, is_allowed)| {
                        let number = bound?.checked_add(step)?;
                        // Beyond what the type holds, another check speaks first.
                        (*least..=*most).contains(&number).then(|| changed(json!(number), is_allowed))?
                    },
                );
                cases.collect()
            }
            (Bound::Range { min, max }, Shape::Number { .. }) => {
                let cases = [(*min, 0.0, true), (*max, 0.0, true), (*min, -1.0, false), (*max, 1.0, false)];
                let cases = cases.into_iter().filter_map(|(bound, step, is_allowed)| {
                    let number = bound? + step;
                    (step == 0.0 || Some(number) != bound).then(|| changed(json!(number), is_allowed))?
                });
                cases.collect()
            }
            (Bound::Length { min, max }, Shape::String) => {
                let long = |length: usize| json!("a".repeat(length));
                Self::lengths(*min, *max).filter_map(|(length, is)| changed(long(length), is)).collect()
            }
            (Bound::Length { min, max }, Shape::Array(item)) => {
                let known = value.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default();
                let long = |length: usize| self.different(item, &known, length).map(Value::Array);
                Self::lengths(*min, *max).filter_map(|(length, is)| changed(long(length)?, is)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// So many items, no two of them the same as far as they are to be found, since a set counts each once; the rest are copies. None where there is
    /// nothing to be copied.
    fn different(&self, item: &Shape, known: &[Value], length: usize) -> Option<Vec<Value>> {
        /// Among more, to look for one costs more than it tells.
        const MANY: usize = 200;
        let mut values = Values::new(self.types(), 1).obeying_rules();
        let mut items: Vec<Value> = Vec::new();
        let made = (0..20 * length.min(MANY)).map(|_| values.value(item));
        for value in known.iter().cloned().chain(made) {
            if items.len() < length.min(MANY) && !items.contains(&value) {
                items.push(value);
            }
        }
        let copies = items.clone().into_iter().cycle().take(length.saturating_sub(items.len()));
        items.extend(copies);
        (items.len() == length).then_some(items)
    }

    /// Lengths at the bounds and beyond, and whether they are allowed; none that would be too large to be sent.
    fn lengths(min: Option<usize>, max: Option<usize>) -> impl Iterator<Item = (usize, bool)> {
        let at = [min, max].into_iter().flatten().map(|length| (length, true));
        let beyond = [min.and_then(|min| min.checked_sub(1)), max.map(|max| max + 1)];
        at.chain(beyond.into_iter().flatten().map(|length| (length, false))).filter(|(length, _)| *length <= SENT)
    }

    /// Follows options and aliases to what a value is that is there.
    fn plain<'s>(&'s self, mut shape: &'s Shape) -> &'s Shape {
        for _ in 0..16 {
            shape = match shape {
                Shape::Option(inner) => inner,
                Shape::Named(name) => match self.types().get(name).map(|definition| &definition.body) {
                    Some(Body::Alias(inner)) => inner,
                    _ => return shape,
                },
                _ => return shape,
            };
        }
        shape
    }

    /// Shows each field with rules that `value` has.
    fn find(&self, shape: &Shape, value: &Value, pointer: &mut Vec<String>, path: &str, show: Show<'_>) {
        match (self.plain(shape), value) {
            (Shape::Array(item), Value::Array(items)) => {
                for (index, value) in items.iter().enumerate() {
                    pointer.push(index.to_string());
                    self.find(item, value, pointer, &format!("{path}[{index}]"), show);
                    pointer.pop();
                }
            }
            (Shape::Named(name), Value::Object(object)) => {
                let Some(definition) = self.types().get(name) else { return };
                let fields = match &definition.body {
                    Body::Struct(fields) => fields,
                    Body::Enum(Tagging::External, variants) => {
                        let Some((name, value)) = object.iter().next() else { return };
                        let variant = variants.iter().find(|variant| variant.name == *name);
                        if let Some(VariantBody::Newtype(inner)) = variant.map(|variant| &variant.body) {
                            pointer.push(escaped(name));
                            self.find(inner, value, pointer, &joined(path, name), show);
                            pointer.pop();
                        }
                        return;
                    }
                    _ => return,
                };
                for field in fields.iter().filter(|field| !field.flatten) {
                    let Some(value) = value.get(&field.name) else { continue };
                    pointer.push(escaped(&field.name));
                    let path = joined(path, &field.name);
                    if !field.rules.is_empty() {
                        show(&format!("/{}", pointer.join("/")), &path, &field.shape, &field.rules);
                    }
                    self.find(&field.shape, value, pointer, &path, show);
                    pointer.pop();
                }
            }
            _ => {}
        }
    }
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
