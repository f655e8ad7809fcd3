//! People whom nobody has written down: sessions made up from the shape of their type.

use serde_json::{Map, Value, json};

use crate::contain::contained;
use crate::route::App;
use crate::schema::{Body, Field, Model, Shape, Tagging, Types, VariantBody, Wire};
use crate::testing::values::Heights;

/// How many sessions are tried before it is said that none fits.
const TRIED: usize = 5000;
/// How deep made-up sessions go.
const DEPTH: usize = 6;
/// What every text of a made-up session is.
const ADA: &str = "ada";
/// The same of somebody else.
const BOB: &str = "bob";

/// Finds a session of somebody who has signed in and `fits`: one of the app's own, or else one that is made up.
pub(super) fn find<A: App>(fits: impl Fn(&A::Session) -> bool) -> Option<A::Session> {
    let is_right = somebody::<A>(fits);
    if let Some(session) = A::test_sessions().into_iter().find(&is_right) {
        return Some(session);
    }
    let mut model = Model::default();
    let shape = A::Session::shape(&mut model);
    made_up(model.types(), &shape, ADA).filter_map(|json| serde_json::from_value(json).ok()).find(is_right)
}

/// Finds up to so many other people who have signed in and `fits`, as unlike each other as there are: the app's own, or else some that are
/// made up.
pub(super) fn others<A: App>(count: usize, fits: impl Fn(&A::Session) -> bool) -> Vec<A::Session> {
    let is_right = somebody::<A>(fits);
    let own: Vec<_> = A::test_sessions().into_iter().filter(&is_right).skip(1).collect();
    let mut all = match own.is_empty() {
        false => own,
        true => {
            let mut model = Model::default();
            let shape = A::Session::shape(&mut model);
            let made = made_up(model.types(), &shape, BOB).filter_map(|json| serde_json::from_value(json).ok());
            made.filter(is_right).collect()
        }
    };
    // From all over the list: neighbours differ in their last field alone.
    let step = all.len().div_ceil(count.max(1)).max(1);
    let mut index = 0;
    all.retain(|_| {
        index += 1;
        (index - 1) % step == 0
    });
    all
}

/// Tells whether a session is that of somebody who has signed in and `fits`.
fn somebody<A: App>(fits: impl Fn(&A::Session) -> bool) -> impl Fn(&A::Session) -> bool {
    move |session| contained(|| A::user_id(session).is_some_and(|id| !id.is_empty()) && fits(session)).unwrap_or(false)
}

/// Makes up values one after the other: every variant, yes and no, something and nothing; every text is `word`.
fn made_up<'a>(types: &'a Types, shape: &'a Shape, word: &'static str) -> impl Iterator<Item = Value> + 'a {
    let mut maker = Maker { types, heights: Heights::new(types), word, choices: Vec::new(), taken: 0 };
    let mut goes_on = true;
    std::iter::from_fn(move || {
        if !goes_on {
            return None;
        }
        maker.taken = 0;
        let value = maker.value(shape, 0);
        goes_on = maker.turn();
        Some(value)
    })
    .take(TRIED)
}

/// Goes through all choices as an odometer goes through numbers.
struct Maker<'a> {
    types: &'a Types,
    heights: Heights,
    word: &'static str,
    /// What was chosen, and of how many.
    choices: Vec<(usize, usize)>,
    taken: usize,
}

impl Maker<'_> {
    fn choose(&mut self, of: usize) -> usize {
        if self.taken == self.choices.len() {
            self.choices.push((0, of));
        }
        self.taken += 1;
        self.choices[self.taken - 1].0
    }

    /// Goes on to the next value; `false` when all were made.
    fn turn(&mut self) -> bool {
        while let Some((chosen, of)) = self.choices.pop() {
            if chosen + 1 < of {
                self.choices.push((chosen + 1, of));
                return true;
            }
        }
        false
    }

    fn value(&mut self, shape: &Shape, depth: usize) -> Value {
        match shape {
            Shape::Null | Shape::Any | Shape::Foreign { .. } => Value::Null,
            Shape::Bool => json!(self.choose(2) == 1),
            Shape::Integer { min, max } => json!([1.clamp(*min, *max), *min, *max][self.choose(3)]),
            Shape::Number { .. } => json!(1.0),
            Shape::String => json!(self.word),
            Shape::Char => json!("a"),
            Shape::Text(format) => json!(match &**format {
                "date" => "2024-02-29",
                "local-time" => "12:00:00",
                "local-date-time" => "2024-02-29T12:00:00",
                _ => "2024-02-29T12:00:00Z",
            }),
            Shape::Option(inner) => match depth <= DEPTH && self.choose(2) == 1 {
                true => self.value(inner, depth + 1),
                false => Value::Null,
            },
            Shape::Array(item) => match depth <= DEPTH && self.choose(2) == 1 {
                true => json!([self.value(item, depth + 1)]),
                false => json!([]),
            },
            Shape::Tuple(items) => items.iter().map(|item| self.value(item, depth + 1)).collect(),
            Shape::Map(..) => json!({}),
            Shape::Named(name) => self.named(name, depth),
        }
    }

    fn named(&mut self, name: &str, depth: usize) -> Value {
        match self.types.get(name).map(|definition| &definition.body) {
            None => Value::Null,
            Some(Body::Alias(inner)) => self.value(inner, depth),
            Some(Body::Struct(fields)) => Value::Object(self.fields(fields, depth)),
            Some(Body::Enum(tagging, variants)) => {
                // Beyond, the one that ends soonest: another could hold itself for ever.
                let soonest = variants.iter().min_by_key(|variant| self.heights.of(&variant.body));
                let variant = match soonest.filter(|_| depth > DEPTH) {
                    Some(variant) => variant,
                    None => &variants[self.choose(variants.len())],
                };
                let carried = match &variant.body {
                    VariantBody::Unit => None,
                    VariantBody::Newtype(shape) => Some(self.value(shape, depth + 1)),
                    VariantBody::Tuple(items) => Some(items.iter().map(|item| self.value(item, depth + 1)).collect()),
                    VariantBody::Struct(fields) => Some(Value::Object(self.fields(fields, depth + 1))),
                };
                tagged(tagging, &variant.name, carried)
            }
        }
    }

    fn fields(&mut self, fields: &[Field], depth: usize) -> Map<String, Value> {
        let mut object = Map::new();
        for field in fields {
            let value = self.value(&field.shape, depth + 1);
            match value {
                Value::Object(inner) if field.flatten => object.extend(inner),
                _ if field.flatten => {}
                value => drop(object.insert(field.name.clone(), value)),
            }
        }
        object
    }
}

fn tagged(tagging: &Tagging, name: &str, carried: Option<Value>) -> Value {
    match (tagging, carried) {
        (Tagging::Untagged, carried) => carried.unwrap_or_default(),
        (Tagging::External, None) => json!(name),
        (Tagging::External, Some(carried)) => json!({ name: carried }),
        (Tagging::Adjacent { tag, .. }, None) => json!({ tag.as_str(): name }),
        (Tagging::Adjacent { tag, content }, Some(carried)) => json!({ tag.as_str(): name, content.as_str(): carried }),
        (Tagging::Internal { tag }, carried) => {
            let mut object = carried.and_then(|carried| carried.as_object().cloned()).unwrap_or_default();
            object.insert(tag.clone(), json!(name));
            Value::Object(object)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Definition, Variant};

    #[test]
    fn a_type_that_holds_itself_comes_to_an_end() {
        let variant =
            |name: &str, body| Variant { name: name.to_owned(), aliases: Vec::new(), docs: String::new(), body };
        let mut types = Types::default();
        let tree = types.define("app::Tree", |_| {
            let inner = || Shape::Named("app::Tree".to_owned());
            let fields = vec![Field::new("left", inner()), Field::new("right", inner())];
            let variants =
                vec![variant("node", VariantBody::Struct(fields)), variant("leaf", VariantBody::Newtype(Shape::Bool))];
            Definition::new("Tree", "app", "", Body::Enum(Tagging::External, variants))
        });
        assert!(made_up(&types, &tree, ADA).take(100).all(|value| value.is_object()));
        let mut values = crate::testing::values::Values::new(&types, 1);
        assert!((0..100).all(|_| values.value(&tree).is_object()));
    }

    #[test]
    fn every_combination_is_made_up_once() {
        let mut types = Types::default();
        let variant =
            |name: &str, body| Variant { name: name.to_owned(), aliases: Vec::new(), docs: String::new(), body };
        let role = types.define("app::Role", |_| {
            let variants =
                vec![variant("user", VariantBody::Unit), variant("admin", VariantBody::Newtype(Shape::Bool))];
            Definition::new("Role", "app", "", Body::Enum(Tagging::External, variants))
        });
        let session = types.define("app::Session", |_| {
            let fields = vec![Field::new("name", Shape::String), Field::new("role", role)];
            Definition::new("Session", "app", "", Body::Struct(fields))
        });
        let made: Vec<_> = made_up(&types, &session, ADA).map(|value| value.to_string()).collect();
        assert_eq!(
            made,
            [
                r#"{"name":"ada","role":"user"}"#,
                r#"{"name":"ada","role":{"admin":false}}"#,
                r#"{"name":"ada","role":{"admin":true}}"#
            ]
        );
    }
}
