//! Generated values against the check of inputs and against serde.

use std::collections::BTreeSet;

use sync::schema::{Api, InputSchema, Shape, WireType};
use sync_tests::types;
use sync_tests::values::{Values, refused};

/// All types of an app by the place where they are used.
fn all(api: &Api) -> Vec<(String, &WireType)> {
    let routes = api.routes.iter().flat_map(|route| {
        let payloads = route.payloads.iter().filter_map(|payload| Some((payload.name, payload.wire.as_ref()?)));
        payloads.map(|(name, wire)| (format!("{}/{} {} {name}", route.page, route.name, route.version), wire))
    });
    routes.chain([("session".to_owned(), &api.session), ("public".to_owned(), &api.public)]).collect()
}

#[test]
fn what_fits_a_shape_is_read_and_written_and_fits_again() {
    for api in [types::api(), app::export_types()] {
        for (place, wire) in all(&api) {
            let schema = InputSchema::new(&api.types, &wire.shape);
            let mut values = Values::new(&api.types, 1);
            for _ in 0..200 {
                let json = values.value(&wire.shape).to_string();
                schema.check(&json).unwrap_or_else(|error| panic!("{place}: {error}: {json}"));
                let written = (wire.round_trip)(&json).unwrap_or_else(|error| panic!("{place}: {error}: {json}"));
                schema.check(&written).unwrap_or_else(|error| panic!("{place}: {error}: {written}"));
                let again = (wire.round_trip)(&written).unwrap_or_else(|error| panic!("{place}: {error}: {written}"));
                assert_eq!(values_of(&written), values_of(&again), "{place}");
            }
        }
    }
}

/// Sets are written in any order.
fn values_of(json: &str) -> BTreeSet<char> {
    json.chars().collect()
}

#[test]
fn one_change_is_refused_at_its_own_place() {
    let api = types::api();
    let mut reasons = BTreeSet::new();
    for (place, wire) in all(&api) {
        let schema = InputSchema::new(&api.types, &wire.shape);
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
