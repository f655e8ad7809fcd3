//! Values in TypeScript, made from the shapes of types.

use sync::schema::{Api, Direction, Lane, Model, Payload, WireType};
use sync::serde_json::{Value, json};
pub use sync::testing::values::{Refused, Values, refused};

/// Writes a TypeScript file that imports the generated types from `module` and holds `count` values of each type of each route:
/// what callers may send, and what Rust writes when it has read that. `model` is the one with which `api` was described.
///
/// With `mismatch`, one value is of another type, so that the file must not compile.
#[must_use]
pub fn typescript(api: &Api, model: &Model, module: &str, count: usize, mismatch: bool) -> String {
    const TYPES: &str = "ApiInput, ApiOutput, MutationArgs, Session, StateAction, StateView, SyncClientInput, SyncClientOutput, SyncServerOutput, SyncServerStream";
    let mut text = format!("import type {{ {TYPES} }} from {};\n", json!(module));
    let mut constants = 0;
    let mut constant = |name: &str, values: &[String]| {
        constants += 1;
        text.push_str(&format!("export const values{constants}: ({name})[] = [\n"));
        values.iter().for_each(|value| text.push_str(&format!("  {value},\n")));
        text.push_str("];\n");
    };
    for route in &api.routes {
        let place = format!("{}, {}, {}", json!(route.page), json!(route.name), json!(route.version));
        let prefix = match route.lane {
            Lane::Event => "Sync",
            Lane::Request => "Api",
            Lane::State => "State",
            Lane::Mutation => "Mutation",
        };
        for Payload { name, direction, wire, .. } in &route.payloads {
            let Some(wire) = wire else { continue };
            let values = match direction {
                Direction::ToServer => inputs(api, wire, count),
                Direction::FromServer => outputs(api, model, wire, count),
            };
            constant(&format!("{prefix}{}{}<{place}>", name[..1].to_uppercase(), &name[1..]), &values);
        }
    }
    constant("Session", &outputs(api, model, &api.session, count));
    if mismatch {
        constant("Session", &["{ \"userId\": 5 }".to_owned()]);
    }
    text
}

fn inputs(api: &Api, wire: &WireType, count: usize) -> Vec<String> {
    let mut values = Values::new(&api.types, 7);
    (0..count).map(|_| literal(&values.value(&wire.shape))).collect()
}

fn outputs(api: &Api, model: &Model, wire: &WireType, count: usize) -> Vec<String> {
    let mut values = Values::new(&api.types, 11);
    let written = |value: Value| {
        let round_trip = model.round_trip(&wire.shape).ok_or("a type that was not described")?;
        round_trip(&value.to_string()).map(|json| sync::serde_json::from_str(&json).unwrap_or_default())
    };
    (0..count)
        .map(|_| written(values.value(&wire.shape)).map_or_else(|error| error, |value: Value| literal(&value)))
        .collect()
}

/// JSON as an expression: in a literal, `"__proto__"` would not be a property.
fn literal(value: &Value) -> String {
    value.to_string().replace("\"__proto__\":", "[\"__proto__\"]:")
}
