//! Generated values against the check of inputs and against serde.

use std::collections::BTreeSet;

use serde_json::Value;
use sync::__private::describe_with;
use sync::schema::{Api, InputSchema, Model, Shape, WireType};
use sync_tests::types;
use sync_tests::values::{Values, refused};

/// All types of an app by the place where they are used.
fn all(api: &Api) -> Vec<(String, &WireType)> {
    let routes = api.routes.iter().flat_map(|route| {
        let payloads = route.payloads.iter().filter_map(|payload| Some((&*payload.name, payload.wire.as_ref()?)));
        payloads.map(|(name, wire)| (format!("{}/{} {} {name}", route.page, route.name, route.version), wire))
    });
    routes.chain([("session".to_owned(), &api.session), ("public".to_owned(), &api.public)]).collect()
}

#[test]
fn what_fits_a_shape_is_read_and_written_and_fits_again() {
    let (mut every_type, mut template) = (Model::default(), Model::default());
    let every_api = types::api_with(&mut every_type);
    let template_api = describe_with(&app::routes::TABLE, &mut template);
    for (api, model) in [(every_api, every_type), (template_api, template)] {
        for (place, wire) in all(&api) {
            let schema = InputSchema::new(&model, &wire.shape);
            let round_trip = model.round_trip(&wire.shape).expect("a type that was described");
            let mut values = Values::new(&api.types, 1);
            for _ in 0..200 {
                let json = values.value(&wire.shape).to_string();
                schema.check(&json).unwrap_or_else(|error| panic!("{place}: {error}: {json}"));
                let written = round_trip(&json).unwrap_or_else(|error| panic!("{place}: {error}: {json}"));
                schema.check(&written).unwrap_or_else(|error| panic!("{place}: {error}: {written}"));
                let again = round_trip(&written).unwrap_or_else(|error| panic!("{place}: {error}: {written}"));
                assert_eq!(value_of(&written), value_of(&again), "{place}");
            }
        }
    }
}

/// Reads what was written. The one hash set among the types, `colors`, is written in any order.
fn value_of(json: &str) -> Value {
    let mut value = serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"));
    sort_sets(&mut value);
    value
}

fn sort_sets(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(sort_sets),
        Value::Object(fields) => {
            fields.values_mut().for_each(sort_sets);
            if let Some(Value::Array(colors)) = fields.get_mut("colors") {
                colors.sort_by_key(Value::to_string);
            }
        }
        _ => {}
    }
}

#[test]
fn one_change_is_refused_at_its_own_place() {
    let mut model = Model::default();
    let api = types::api_with(&mut model);
    let mut reasons = BTreeSet::new();
    for (place, wire) in all(&api) {
        let schema = InputSchema::new(&model, &wire.shape);
        let mut values = Values::new(&api.types, 2);
        for _ in 0..20 {
            let value = values.value(&wire.shape);
            for wrong in refused(&api.types, &wire.shape, &value) {
                let json = wrong.json.to_string();
                let error = schema.check(&json).expect_err(&json);
                assert_eq!(
                    (error.path.as_str(), error.reason.as_ref()),
                    (wrong.path.as_str(), wrong.reason),
                    "{place}: {json}"
                );
                reasons.insert(wrong.reason);
            }
        }
    }
    assert_eq!(Vec::from_iter(reasons), ["expected-object", "missing", "unknown-field"]);
}

#[test]
fn every_variant_has_its_turn() {
    let api = types::api();
    let named = |name: &str| {
        let key = api.types.iter().find(|(_, definition)| definition.name == name).map(|(key, _)| key.to_owned());
        Shape::Named(key.expect("a type"))
    };
    let mut values = Values::new(&api.types, 3);
    let kinds: BTreeSet<String> = (0..20).map(|_| values.value(&named("Internal"))["kind"].to_string()).collect();
    assert_eq!(Vec::from_iter(kinds), [r#""either""#, r#""named""#, r#""one""#, r#""rest""#, r#""unit""#]);
}
