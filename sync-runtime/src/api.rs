//! Describes an app for its front end.

use sync_schema::{Api, FRAMEWORK_CODES, PresenceTypes};

use crate::route::{App, Pattern, Table};
use crate::schema::{Model, wire_type};

/// Collects the types and codes of an app; what `sync::app!` makes `export_types()` of.
#[must_use]
pub fn describe<A: App>(table: &Table<A>) -> Api {
    describe_with(table, &mut Model::default())
}

/// As [`describe`]; what a program that holds the types can do with them is left in `model`, which is empty before.
pub fn describe_with<A: App>(table: &Table<A>, model: &mut Model) -> Api {
    let routes = table.routes().map(|route| route.types(model)).collect();
    let session = wire_type::<A::Session>(model);
    let public = wire_type::<A::Public>(model);
    let mut entities: Vec<_> = table.entities.iter().map(|entity| entity.types(model)).collect();
    entities.sort_by(|a, b| a.name.cmp(&b.name));
    let rooms = sorted(table.rooms.iter().map(|rule| rule.pattern()));
    let scopes = sorted(table.scopes.iter().map(|rule| rule.pattern()));
    let presence = presence::<A>(table, model);
    let framework = FRAMEWORK_CODES.iter().map(|(code, _)| *code);
    let mut error_codes: Vec<_> = framework.chain(table.error_codes.iter().copied()).map(str::to_owned).collect();
    error_codes.sort();
    error_codes.dedup();
    Api {
        manifest_dir: table.manifest_dir.to_owned(),
        library: library_of(std::any::type_name::<A>()),
        released: table.released.iter().map(|&contract| contract.to_owned()).collect(),
        routes,
        session,
        public,
        rooms,
        scopes,
        entities,
        presence,
        error_codes,
        types: model.types().clone(),
    }
}

/// The library of a type, by its path.
fn library_of(path: &str) -> String {
    path.split("::").next().unwrap_or_default().to_owned()
}

fn presence<A: App>(table: &Table<A>, model: &mut Model) -> Option<PresenceTypes> {
    let rules = table.rooms.iter().filter(|rule| rule.has_presence());
    let rooms = sorted(rules.map(|rule| rule.pattern()));
    (!rooms.is_empty()).then(|| PresenceTypes { rooms, data: wire_type::<A::Presence>(model) })
}

fn sorted(patterns: impl Iterator<Item = Pattern>) -> Vec<String> {
    let mut names: Vec<_> = patterns.map(|pattern| pattern.to_string()).collect();
    names.sort();
    names
}
