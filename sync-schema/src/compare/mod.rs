//! What two contracts of one app differ in, and who notices: an older and a newer one.
//!
//! What a client sends has to be taken by the newer server (inputs are contravariant), what the server sends has to be what an older
//! client knows (outputs are covariant), and what is stored has to be read. A server refuses fields that it does not know; a client looks past
//! them. Names of Rust types are no part of it: types are compared from where they are used, by the JSON that they stand for.

mod changes;
mod pattern;
mod rules;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use crate::api::{Api, EntityTypes, Payload, RouteTypes, WireType};
use crate::canonical::declared;
use crate::room::EVERYONE;
use crate::shape::{Body, Field, MapKey, Shape, Types, Variant, VariantBody};

pub use changes::{Breaks, Change, Kind, Spot};
use changes::{Changes, Origin};
use walk::{Flow, Walk};

/// Returns what the contract `new` has otherwise than `old`, in the order of places; nothing if whoever knows one knows the other.
///
/// A change that breaks nobody is told, too: [`Change::is_breaking`] tells them apart.
///
/// # Examples
///
/// ```
/// use sync_schema::{Api, Breaks, compare};
///
/// let old: Api = "request shop/find v1\n  in input: `I`\n  out output: list(string)\ntype `I`\n  field name: option(string)\n".parse()?;
/// let new: Api = "request shop/find v1\n  in input: `J`\n  out output: list(string)\ntype `J`\n  field name: string\n".parse()?;
/// let changes = compare(&old, &new);
/// assert_eq!(changes[0].path, "input.name");
/// assert_eq!(changes[0].breaks, [Breaks::OldClients]);
/// assert!(compare(&new, &old).iter().all(|change| !change.is_breaking()));
/// # Ok::<(), sync_schema::ReadError>(())
/// ```
#[must_use]
pub fn compare(old: &Api, new: &Api) -> Vec<Change> {
    compare_all(&[old], new)
}

/// As [`compare`], where the older contract is in parts, such as one for each page: each has types of its own, and says what others do not.
/// A session or a public type that is `any` is not said.
#[must_use]
pub fn compare_all(old: &[&Api], new: &Api) -> Vec<Change> {
    let mut changes = Changes::default();
    for part in old {
        Compared { old: part, new, changes: &mut changes, kept: Vec::new() }.all();
    }
    added(old, new).into_iter().for_each(|(origin, kind)| {
        let change = Change::of_whole(kind, &[], "it is new".to_owned(), String::new());
        changes.add(Origin(&origin), change);
    });
    changes.sorted()
}

/// What no part of the older contract has.
fn added(old: &[&Api], new: &Api) -> Vec<(String, Kind)> {
    let known: BTreeSet<String> = old.iter().flat_map(|part| part.routes.iter().map(RouteTypes::id)).collect();
    let routes = new.routes.iter().map(RouteTypes::id).filter(|id| !known.contains(id));
    let entities = new.entities.iter().map(|entity| &entity.name);
    let entities =
        entities.filter(|name| !old.iter().any(|part| part.entities.iter().any(|known| known.name == **name)));
    let codes = new.error_codes.iter().filter(|code| !old.iter().any(|part| part.error_codes.contains(code)));
    let patterns = |word: &'static str, of: fn(&Api) -> &Vec<String>| {
        let is_known =
            move |pattern: &&String| old.iter().any(|part| of(part).iter().any(|was| pattern::includes(was, pattern)));
        of(new)
            .iter()
            .filter(move |pattern| !is_known(pattern))
            .map(move |pattern| (format!("{word} {pattern}"), Kind::PatternAdded))
    };
    routes
        .map(|id| (id, Kind::RouteAdded))
        .chain(entities.map(|name| (format!("entity {name}"), Kind::EntityAdded)))
        .chain(patterns("rooms", |api| &api.rooms))
        .chain(patterns("scopes", |api| &api.scopes))
        .chain(codes.map(|code| (format!("error {code}"), Kind::ErrorAdded)))
        .collect()
}

/// One part of the older contract, and the newer one.
struct Compared<'a> {
    old: &'a Api,
    new: &'a Api,
    changes: &'a mut Changes,
    /// See [`Walk::kept`].
    kept: Vec<(Spot, &'a Field)>,
}

/// Returns what is promised from now on, where `old` was promised and `new` keeps that.
///
/// That is `new`, and with it what `old` said of fields that are not sent any more: a later field of the same name has to be what clients of that time
/// take it for.
#[must_use]
pub fn promised(old: &Api, new: &Api) -> Api {
    let mut changes = Changes::default();
    let mut compared = Compared { old, new, changes: &mut changes, kept: Vec::new() };
    compared.all();
    let kept = compared.kept;
    let mut promise = new.clone();
    for (spot, field) in kept {
        let mut both = promise.clone();
        let field = Field { shape: moved(&field.shape, &old.types, &mut both.types), ..field.clone() };
        let Some(mut definition) = both.types.get(&spot.key).cloned() else { continue };
        let fields = match (&mut definition.body, &spot.member) {
            (Body::Struct(fields), None) => fields,
            (Body::Enum(_, variants), Some(name)) => match variants.iter_mut().find(|variant| variant.name == *name) {
                Some(Variant { body: VariantBody::Struct(fields), .. }) => fields,
                _ => continue,
            },
            _ => continue,
        };
        if fields.iter().any(|known| known.name == field.name) {
            continue;
        }
        fields.push(field);
        both.types.replace(&spot.key, definition);
        // A type may be sent and stored elsewhere, too, where nothing has such a field: there it cannot be promised.
        if !compare(&both, new).iter().any(Change::is_breaking) {
            promise = both;
        }
    }
    promise
}

/// Takes the types that `shape` names along, under keys that the newer contract does not have.
fn moved(shape: &Shape, old: &Types, new: &mut Types) -> Shape {
    let mut name = |key: &str| moved_type(key, old, new);
    match shape {
        Shape::Named(key) => Shape::Named(name(key)),
        Shape::Map(MapKey::Named(key), value) => {
            let key = MapKey::Named(name(key));
            Shape::Map(key, Box::new(moved(value, old, new)))
        }
        Shape::Map(key, value) => Shape::Map(key.clone(), Box::new(moved(value, old, new))),
        Shape::Option(inner) => Shape::Option(Box::new(moved(inner, old, new))),
        Shape::Array(item) => Shape::Array(Box::new(moved(item, old, new))),
        Shape::Tuple(items) => Shape::Tuple(items.iter().map(|item| moved(item, old, new)).collect()),
        other => other.clone(),
    }
}

fn moved_type(key: &str, old: &Types, new: &mut Types) -> String {
    let own = format!("{KEPT}{}", key.strip_prefix(KEPT).unwrap_or(key));
    let Some(definition) = old.get(key).filter(|_| new.get(&own).is_none()) else { return own };
    // It may hold itself.
    new.replace(&own, definition.clone());
    let mut copy = definition.clone();
    copy.body.shapes_mut().into_iter().for_each(|shape| *shape = moved(shape, old, new));
    new.replace(&own, copy);
    own
}

/// What the keys of types begin with that only fields have which are not sent any more.
const KEPT: &str = "gone ";

impl<'a> Compared<'a> {
    fn all(&mut self) {
        let (old, new) = (self.old, self.new);
        self.routes();
        self.people();
        self.patterns("rooms", &old.rooms, &new.rooms);
        self.patterns("scopes", &old.scopes, &new.scopes);
        self.entities();
        self.presence();
        self.error_codes();
        self.foreign();
    }

    fn routes(&mut self) {
        let of = |api: &'a Api| api.routes.iter().map(|route| (route.id(), route)).collect::<BTreeMap<_, _>>();
        let (old, new) = (of(self.old), of(self.new));
        for (id, route) in &old {
            match new.get(id) {
                Some(now) => self.route(id, route, now),
                None => {
                    let help = format!(
                        "keep its files; where nobody calls it any more, `cargo sync release --accept {}`",
                        route.path()
                    );
                    self.tell(
                        id,
                        Kind::RouteRemoved,
                        &[Breaks::OldClients],
                        "it is gone: old clients call it".to_owned(),
                        help,
                    );
                }
            }
        }
    }

    fn route(&mut self, id: &str, old: &'a RouteTypes, new: &'a RouteTypes) {
        self.room(id, old.room.as_deref(), new.room.as_deref());
        if old.retires != new.retires {
            let (breaks, what, help): (&[Breaks], _, _) = match (old.retires, new.retires) {
                (Some(was), Some(day)) if day < was => {
                    let what = format!(
                        "it was to retire after {was} and retires after {day}: old clients were told the other day"
                    );
                    (&[Breaks::OldClients], what, "keep the day, or name a later one".to_owned())
                }
                (_, Some(day)) => (&[], format!("it retires after {day}"), String::new()),
                (_, None) => (&[], "it does not retire any more".to_owned(), String::new()),
            };
            self.tell(id, Kind::RetirementChanged, breaks, what, help);
        }
        for payload in &old.payloads {
            if let Some(now) = new.payloads.iter().find(|now| now.name == payload.name) {
                self.payload(id, payload, now);
            }
        }
        match (&old.stored, &new.stored) {
            (Some(was), Some(is)) => self.wire(id, "stored", Flow::Stored, was, is),
            (Some(_), None) => {
                let help = "keep its store; what is in it is not read any more".to_owned();
                self.tell(id, Kind::StoreChanged, &[Breaks::StoredData], "it is not stored any more".to_owned(), help);
            }
            (None, _) => {}
        }
    }

    fn payload(&mut self, id: &str, old: &'a Payload, new: &'a Payload) {
        let flow = match old.direction {
            crate::Direction::ToServer => Flow::Input,
            crate::Direction::FromServer => Flow::Output,
        };
        if old.is_query && !new.is_query {
            let what = "it is no query any more: old clients ask by `GET`".to_owned();
            self.tell(
                id,
                Kind::MethodChanged,
                &[Breaks::OldClients],
                what,
                "keep `method = GET`; `POST` is allowed with it".to_owned(),
            );
        }
        match (&old.wire, &new.wire) {
            (Some(was), Some(is)) => self.wire(id, &old.name, flow, was, is),
            // Only who asks for a stream hears it, and no old client asks for one that there was not.
            (None, Some(_)) => self.tell(id, Kind::PayloadAdded, &[], format!("`{}` is new", old.name), String::new()),
            (Some(_), None) => self.tell(
                id,
                Kind::PayloadRemoved,
                &[],
                format!("`{}` is never sent any more", old.name),
                String::new(),
            ),
            (None, None) => {}
        }
    }

    fn room(&mut self, id: &str, old: Option<&str>, new: Option<&str>) {
        let is_same = match (old, new) {
            (Some(old), Some(new)) => pattern::includes(new, old) && pattern::includes(old, new),
            (old, new) => old == new,
        };
        if is_same {
            return;
        }
        let name = |room: Option<&str>| match room {
            None => "any room".to_owned(),
            Some(EVERYONE) => "everybody".to_owned(),
            Some(room) => format!("rooms `{room}`"),
        };
        let is_wider = match (old, new) {
            (Some(EVERYONE), _) | (_, Some(EVERYONE)) => false,
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(old), Some(new)) => pattern::includes(new, old),
        };
        let what = format!("it was for {} and is for {}", name(old), name(new));
        let (breaks, what, help): (&[Breaks], _, _) = match is_wider {
            true => (&[], what, String::new()),
            false => {
                (&[Breaks::OldClients], format!("{what}: old clients send to others"), "keep the rooms".to_owned())
            }
        };
        self.tell(id, Kind::RoomChanged, breaks, what, help);
    }

    fn people(&mut self) {
        let (old, new) = (self.old, self.new);
        if old.session.shape != Shape::Any {
            self.wire("session", "session", Flow::Output, &old.session, &new.session);
            self.wire("session", "session", Flow::StoredOpen, &old.session, &new.session);
        }
        if old.public.shape != Shape::Any {
            self.wire("public", "public", Flow::Output, &old.public, &new.public);
        }
    }

    /// Names of rooms or of scopes: each that was open has to be.
    fn patterns(&mut self, word: &str, old: &[String], new: &[String]) {
        for was in old.iter().filter(|was| !new.iter().any(|is| pattern::includes(is, was))) {
            let what = format!("{word} `{was}` have no rule any more: old clients are in them");
            let help = "keep the rule, or one that opens all of these names".to_owned();
            self.tell(&format!("{word} {was}"), Kind::PatternRemoved, &[Breaks::OldClients], what, help);
        }
    }

    fn entities(&mut self) {
        let of =
            |api: &'a Api| api.entities.iter().map(|entity| (entity.name.as_str(), entity)).collect::<BTreeMap<_, _>>();
        let (old, new) = (of(self.old), of(self.new));
        for (name, was) in &old {
            match new.get(name) {
                Some(is) => self.entity(was, is),
                None => {
                    let what =
                        "it is gone: old clients have it, and what is stored of it is not read any more".to_owned();
                    let breaks = &[Breaks::OldClients, Breaks::StoredData];
                    self.tell(&format!("entity {name}"), Kind::EntityRemoved, breaks, what, "keep it".to_owned());
                }
            }
        }
    }

    fn entity(&mut self, old: &'a EntityTypes, new: &'a EntityTypes) {
        let id = format!("entity {}", old.name);
        let both = &[Breaks::OldClients, Breaks::StoredData];
        if old.key != new.key {
            let what = format!("it was told apart by `{}` and is by `{}`", old.key, new.key);
            self.tell(&id, Kind::KeyChanged, both, what, "keep the key".to_owned());
        }
        if !pattern::includes(&new.scope, &old.scope) {
            let what = format!("it lived in scopes `{}` and lives in `{}`", old.scope, new.scope);
            self.tell(&id, Kind::PatternRemoved, both, what, "keep the scopes".to_owned());
        }
        self.wire(&id, &old.name, Flow::Output, &old.wire, &new.wire);
        self.wire(&id, &old.name, Flow::StoredOpen, &old.wire, &new.wire);
    }

    fn presence(&mut self) {
        let Some(old) = &self.old.presence else { return };
        let rooms = self.new.presence.as_ref().map(|presence| presence.rooms.as_slice()).unwrap_or_default();
        for was in old.rooms.iter().filter(|was| !rooms.iter().any(|is| pattern::includes(is, was))) {
            let what = format!("who is in rooms `{was}` is not told any more: old clients ask for it");
            self.tell(
                &format!("presence in {was}"),
                Kind::PresenceRemoved,
                &[Breaks::OldClients],
                what,
                "keep `presence` in the rule".to_owned(),
            );
        }
        if let Some(new) = &self.new.presence {
            self.wire("presence", "presence", Flow::Input, &old.data, &new.data);
            self.wire("presence", "presence", Flow::Output, &old.data, &new.data);
        }
    }

    fn error_codes(&mut self) {
        let (old, new) = (self.old, self.new);
        for code in old.error_codes.iter().filter(|code| !new.error_codes.contains(code)) {
            let what = "nothing answers with it any more: old clients may wait for it".to_owned();
            let help = "answer with the same code; its sentence may change".to_owned();
            self.tell(&format!("error {code}"), Kind::ErrorRemoved, &[Breaks::OldClients], what, help);
        }
    }

    /// Of a type of others nothing is known but how TypeScript writes it: another text may be anything.
    fn foreign(&mut self) {
        let new: BTreeMap<&str, String> =
            self.new.declarations().into_iter().map(|(_, is)| (is.name.as_str(), declared(is))).collect();
        for (_, was) in self.old.declarations() {
            // One that is gone is gone where it was used.
            let Some(is) = new.get(was.name.as_str()).filter(|is| **is != declared(was)) else { continue };
            let what =
                format!("it was declared `{}` and is `{is}`: old clients send and read what it was", declared(was));
            let (origin, help) = (format!("foreign {}", was.name), "keep the type".to_owned());
            self.tell(&origin, Kind::TypeChanged, &[Breaks::OldClients], what, help);
        }
    }

    /// Something about the whole of a route, or of what else has a line of its own.
    fn tell(&mut self, origin: &str, kind: Kind, breaks: &[Breaks], what: String, help: String) {
        self.changes.add(Origin(origin), Change::of_whole(kind, breaks, what, help));
    }

    fn wire(&mut self, origin: &str, payload: &str, flow: Flow, old: &'a WireType, new: &'a WireType) {
        let mut walk = Walk::new(&self.old.types, &self.new.types, flow, payload);
        walk.shapes(&old.shape, &new.shape);
        if walk.is_endless() {
            let what = format!("`{payload}` holds itself in more ways than can be compared");
            self.tell(origin, Kind::TypeChanged, &[flow.breaks()], what, "leave it as it is here".to_owned());
        }
        self.kept.extend(walk.kept);
        walk.found.into_iter().for_each(|change| self.changes.add(Origin(origin), change));
    }
}

#[cfg(test)]
mod tests;
