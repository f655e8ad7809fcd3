//! Which definitions the routes reach, in which direction, and from how many places.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use sync_schema::{Api, Direction, Shape, Types, WireType};

use super::render::{Naming, Renderer};

/// What a walk from the routes has found.
#[derive(Debug, Default)]
pub(super) struct Reach {
    /// The definitions, with the directions in which they are used.
    pub(super) used: BTreeMap<String, BTreeSet<Direction>>,
    /// Those with two forms.
    pub(super) in_two_forms: BTreeSet<String>,
    /// How many places refer to a definition by name.
    pub(super) references: BTreeMap<String, usize>,
    /// Definitions that are themselves the type of a place in the route map.
    pub(super) of_routes: BTreeSet<String>,
}

impl Reach {
    pub(super) fn of(api: &Api) -> Self {
        let mut reach = Self::default();
        let mut waiting = Vec::new();
        for (wire, direction) in roots(api) {
            if let Shape::Named(key) = &wire.shape {
                reach.of_routes.insert(key.clone());
            }
            waiting.extend(reach.refer(references(&api.types, &wire.shape, direction), direction));
        }
        // The session, the public type, entities and what people say of themselves are exported whoever refers to them.
        let both_ways = [Direction::FromServer, Direction::ToServer];
        let presence = api.presence.iter().flat_map(|presence| both_ways.map(|direction| (&presence.data, direction)));
        let shown = [&api.session, &api.public].into_iter().chain(api.entities.iter().map(|entity| &entity.wire));
        let shown = shown.map(|wire| (wire, Direction::FromServer));
        for (wire, direction) in shown.chain(presence) {
            waiting.extend(reach.refer(references(&api.types, &wire.shape, direction), direction));
            if let Shape::Named(key) = &wire.shape {
                *reach.references.entry(key.clone()).or_default() += 1;
            }
        }
        // Foreign types know one form, that of output.
        let by_foreign = api.declarations().into_iter().map(|(key, _)| key.to_owned());
        let by_foreign = by_foreign.filter(|key| api.types.get(key).is_some()).collect();
        waiting.extend(reach.refer(by_foreign, Direction::FromServer));
        while let Some((key, direction)) = waiting.pop() {
            let inside = references_inside(&api.types, &key, direction);
            waiting.extend(reach.refer(inside, direction));
        }
        reach.in_two_forms = reach.differing(&api.types);
        reach
    }

    /// Notes that a place refers to `keys`, and returns those that are new.
    fn refer(&mut self, keys: Vec<String>, direction: Direction) -> Vec<(String, Direction)> {
        let mut new = Vec::new();
        for key in keys {
            *self.references.entry(key.clone()).or_default() += 1;
            if self.used.entry(key.clone()).or_default().insert(direction) {
                new.push((key, direction));
            }
        }
        new
    }

    /// Returns the definitions that are used both ways and differ, in themselves or in what they refer to.
    fn differing(&self, types: &Types) -> BTreeSet<String> {
        let both = self.used.iter().filter(|(_, directions)| directions.len() == 2).map(|(key, _)| key);
        let both: BTreeSet<&String> = both.collect();
        let text = |key: &str, direction| {
            let definition = types.get(key);
            definition.map(|definition| Renderer::new(types, &Keys::default()).definition(definition, direction).flat())
        };
        let mut differing: BTreeSet<String> = both
            .iter()
            .filter(|key| text(key, Direction::ToServer) != text(key, Direction::FromServer))
            .map(|key| (*key).clone())
            .collect();
        loop {
            let refers_to_one = |key: &&&String| {
                references_inside(types, key, Direction::ToServer).iter().any(|inner| differing.contains(inner))
            };
            let more: Vec<String> = both
                .iter()
                .filter(|key| !differing.contains(**key))
                .filter(refers_to_one)
                .map(|key| (*key).clone())
                .collect();
            if more.is_empty() {
                return differing;
            }
            differing.extend(more);
        }
    }
}

/// The types of all routes, in their order.
pub(super) fn roots(api: &Api) -> Vec<(&WireType, Direction)> {
    let payloads = api.routes.iter().flat_map(|route| &route.payloads);
    payloads.filter_map(|payload| Some((payload.wire.as_ref()?, payload.direction))).collect()
}

/// Names each definition by its key, and remembers which ones were asked for.
#[derive(Default)]
struct Keys(RefCell<Vec<String>>);

impl Naming for Keys {
    fn name(&self, key: &str, _: Direction) -> Option<String> {
        self.0.borrow_mut().push(key.to_owned());
        Some(key.to_owned())
    }
}

/// Returns the definitions that `shape` refers to by name.
fn references(types: &Types, shape: &Shape, direction: Direction) -> Vec<String> {
    let keys = Keys::default();
    Renderer::new(types, &keys).shape(shape, direction);
    keys.0.into_inner()
}

fn references_inside(types: &Types, key: &str, direction: Direction) -> Vec<String> {
    let keys = Keys::default();
    if let Some(definition) = types.get(key) {
        Renderer::new(types, &keys).definition(definition, direction);
    }
    keys.0.into_inner()
}
