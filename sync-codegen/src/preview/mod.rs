//! The types of an app before it is compiled, read from its source alone.
//!
//! A compiler takes seconds, and a front end waits for its types. So `dev` writes what can be read meanwhile, marked as a preview; what cannot be read
//! is as it was compiled last. [`api`] puts an [`Api`] together as the compiled app would describe itself, and the generator makes the
//! same TypeScript of it; the build that follows writes the truth over it. A test holds both together for every app of this repository.

mod routes;
mod scope;
mod shapes;

use std::collections::BTreeMap;
use std::path::Path;

use crate::listing::{self, Listing};
use crate::released::Ledger;
use crate::scan::{Tree, scan};
use syn::{Attribute, DeriveInput, Item};
use sync_expand::wire::Kind;
use sync_expand::wire::describe::{Place, describe};
use sync_expand::wire::entity::key_in_json;
use sync_schema::{
    Api, Body, Day, Definition, EntityTypes, FRAMEWORK_CODES, PresenceTypes, Shape, Types, VariantBody, WireType,
};
use sync_syntax::Imports;
use sync_syntax::handler_file::wire_name;

use scope::{Scope, Sources};

/// What was read, and what could not be.
#[derive(Debug)]
pub struct Preview {
    /// The app, as it would describe itself.
    pub api: Api,
    /// The types and fields that are as they were compiled last, or `unknown` where they are new: paths, sorted.
    pub kept: Vec<String>,
}

/// Reads the app in `app_dir`, whose library is called `library`; `compiled` is what it was compiled to last.
#[must_use]
pub fn api(app_dir: &Path, library: &str, compiled: &Api) -> Preview {
    let tree = scan(app_dir);
    let listing = listing::of_tree(&tree);
    let sources = Sources::of(app_dir, library, &listing, &tree);
    let retiring = Ledger::read(app_dir).unwrap_or_default().retiring();
    read(&listing, &sources, &retiring, library, compiled, Shape::Any)
}

/// Reads the app in `app_dir`, whose library is called `library`, where nothing is known of it but its source.
#[must_use]
pub fn of_source(app_dir: &Path, library: &str) -> Preview {
    let (tree, released) = (scan(app_dir), Ledger::read(app_dir).unwrap_or_default());
    of_tree(app_dir, library, &tree, &listing::of_tree(&tree), &released.retiring())
}

/// As [`of_source`], of files that were read.
pub(crate) fn of_tree(
    app_dir: &Path,
    library: &str,
    tree: &Tree,
    listing: &Listing,
    retiring: &BTreeMap<String, Day>,
) -> Preview {
    let sources = Sources::of(app_dir, library, listing, tree);
    let mut nothing =
        Reader { sources: &sources, compiled: &Types::default(), unknown: Shape::unread(), kept: Vec::new() };
    let (session, public) = people(&mut nothing);
    let mut data = sources.wire_types().filter(|(.., kind)| *kind == Kind::Presence);
    let data = match (data.next(), data.next()) {
        (Some((key, ..)), None) => Shape::Named(key),
        _ => Shape::unread(),
    };
    let unsaid = Api {
        manifest_dir: app_dir.display().to_string(),
        library: library.to_owned(),
        released: Vec::new(),
        routes: Vec::new(),
        session: WireType { shape: session },
        public: WireType { shape: public },
        rooms: Vec::new(),
        scopes: Vec::new(),
        entities: Vec::new(),
        presence: Some(PresenceTypes { rooms: Vec::new(), data: WireType { shape: data } }),
        error_codes: Vec::new(),
        types: Types::default(),
    };
    read(listing, &sources, retiring, library, &unsaid, Shape::unread())
}

/// What the app says of its sessions, and of what others may know of a user.
fn people(reader: &mut Reader<'_>) -> (Shape, Shape) {
    let is_app = |item: &&Item| {
        let Item::Impl(item) = item else { return false };
        item.trait_.as_ref().is_some_and(|(path, ..)| path.segments.last().is_some_and(|last| last.ident == "App"))
    };
    let mut apps =
        reader.sources.all().flat_map(|(file, scope)| file.items.iter().filter(is_app).map(move |item| (item, scope)));
    // Of several, such as one of a test, nobody but a compiler knows which it is.
    let (Some((Item::Impl(app), scope)), None) = (apps.next(), apps.next()) else {
        return (Shape::unread(), Shape::unread());
    };
    let (Some(session), Some(public)) = (routes::associated(app, "Session"), routes::associated(app, "Public")) else {
        return (Shape::unread(), Shape::unread());
    };
    let shape = |ty| shapes::shape(ty, false, &|path| reader.named(scope, path)).unwrap_or_else(Shape::unread);
    (shape(session), shape(public))
}

fn read(
    listing: &Listing,
    sources: &Sources<'_>,
    retiring: &BTreeMap<String, Day>,
    library: &str,
    compiled: &Api,
    unknown: Shape,
) -> Preview {
    let mut reader = Reader { sources, compiled: &compiled.types, unknown, kept: Vec::new() };
    let mut types = compiled.types.clone();
    for (key, scope, declared, kind) in sources.wire_types() {
        match reader.definition(&key, scope, declared, kind) {
            Some(definition) => types.replace(&key, definition),
            None => reader.kept.push(key),
        }
    }
    let Shape::Named(empty) = shapes::empty() else { unreachable!("it has a name") };
    types.replace(&empty, Definition::new("Empty", "sync", "", Body::Struct(Vec::new())));
    let mut routes = routes::read(listing, &mut reader, compiled);
    routes.iter_mut().for_each(|route| route.retires = retiring.get(&route.id()).copied());
    reader.kept.sort();
    reader.kept.dedup();
    let framework = FRAMEWORK_CODES.iter().map(|(code, _)| (*code).to_owned());
    let mut error_codes: Vec<_> = framework.chain(listing.error_codes.iter().cloned()).collect();
    error_codes.sort();
    error_codes.dedup();
    let (entities, presence) = (entities(listing, library, sources), presence(listing, compiled));
    let [rooms, scopes] = [&listing.rooms, &listing.scopes].map(|rules| {
        let mut patterns: Vec<_> = rules.iter().map(|rule| rule.pattern.clone()).collect();
        patterns.sort();
        patterns
    });
    let api = Api { routes, error_codes, types, rooms, scopes, entities, presence, ..compiled.clone() };
    Preview { api, kept: reader.kept }
}

/// What lives in scopes has the names of its types.
fn entities(listing: &Listing, library: &str, sources: &Sources<'_>) -> Vec<EntityTypes> {
    let keys: BTreeMap<_, _> = sources.wire_types().map(|(key, _, declared, _)| (key, declared)).collect();
    let mut entities = Vec::new();
    for (page, source, names) in &listing.entities {
        let Some(scope) = listing.scopes.iter().find(|scope| scope.page == *page) else { continue };
        let Some(module) = listing.modules.get(source) else { continue };
        for name in names {
            let path = format!("{library}::routes::{module}::{name}");
            // One without a key is not built, and is shown when it is.
            let Some(key) = keys.get(&path).and_then(|declared| key_in_json(declared)) else { continue };
            entities.push(EntityTypes {
                page: page.clone(),
                name: wire_name(name),
                key,
                source: source.clone(),
                scope: scope.pattern.clone(),
                wire: WireType { shape: Shape::Named(path) },
            });
        }
    }
    entities.sort_by(|a, b| a.name.cmp(&b.name));
    entities
}

/// Where people can be seen is said by rules; what they say of themselves, by a type that has a name.
fn presence(listing: &Listing, compiled: &Api) -> Option<PresenceTypes> {
    let rules = listing.rooms.iter().filter(|room| room.options.iter().any(|option| option == "presence"));
    let mut rooms: Vec<_> = rules.map(|room| room.pattern.clone()).collect();
    rooms.sort();
    let known = compiled.presence.as_ref().filter(|_| !rooms.is_empty())?;
    Some(PresenceTypes { rooms, data: known.data.clone() })
}

/// Reads types, and notes what it cannot read.
struct Reader<'a> {
    sources: &'a Sources<'a>,
    compiled: &'a Types,
    /// What stands for what was never compiled.
    unknown: Shape,
    kept: Vec<String>,
}

impl Reader<'_> {
    fn definition(&mut self, key: &str, scope: &Scope, declared: &DeriveInput, kind: Kind) -> Option<Definition> {
        let compiled = self.compiled.get(key);
        describe(declared, kind, scope.module(), &mut |place| self.place(key, scope, place, compiled))
    }

    /// What stands in a field: what its type says, or else what stood there when it was compiled.
    fn place(&mut self, key: &str, scope: &Scope, place: Place<'_>, compiled: Option<&Definition>) -> Shape {
        let read = shapes::shape(place.ty, place.is_number, &|path| self.named(scope, path));
        read.unwrap_or_else(|| {
            let variant = place.variant.map(|variant| format!("::{variant}")).unwrap_or_default();
            self.kept.push(format!("{key}{variant}.{}", place.field));
            compiled.and_then(|compiled| compiled_shape(compiled, &place)).unwrap_or_else(|| self.unknown.clone())
        })
    }

    /// The type that `path` stands for in a file, if it is one of the app's, or was met before.
    fn named(&self, scope: &Scope, path: &syn::Path) -> Option<scope::Found> {
        scope.resolve(path, &|key| self.sources.declares(key) || self.compiled.get(key).is_some())
    }
}

fn compiled_shape(compiled: &Definition, place: &Place<'_>) -> Option<Shape> {
    let of_fields = |fields: &[sync_schema::Field]| {
        fields.iter().find(|field| field.name == place.field).map(|field| field.shape.clone())
    };
    let of_items = |items: &[Shape]| items.get(place.field.parse::<usize>().ok()?).cloned();
    match (&compiled.body, place.variant) {
        (Body::Struct(fields), None) => of_fields(fields),
        (Body::Alias(Shape::Tuple(items)), None) => of_items(items),
        (Body::Alias(shape), None) => Some(shape.clone()),
        (Body::Enum(_, variants), Some(name)) => match &variants.iter().find(|variant| variant.name == name)?.body {
            VariantBody::Unit => None,
            VariantBody::Newtype(shape) => Some(shape.clone()),
            VariantBody::Tuple(items) => of_items(items),
            VariantBody::Struct(fields) => of_fields(fields),
        },
        _ => None,
    }
}

/// Returns a type that has an attribute of ours, without it, and which one that was.
fn wire_type(item: &Item, imports: &Imports) -> Option<(DeriveInput, Kind)> {
    let mut declared: DeriveInput = match item {
        Item::Struct(item) => item.clone().into(),
        Item::Enum(item) => item.clone().into(),
        _ => return None,
    };
    let kind = |attribute: &Attribute| match imports.resolve(attribute.path())?.as_str() {
        "wire" => Some(Kind::Wire),
        "session" => Some(Kind::Session),
        "presence" => Some(Kind::Presence),
        "entity" => Some(Kind::Entity),
        _ => None,
    };
    let (index, kind) =
        declared.attrs.iter().enumerate().find_map(|(index, attribute)| Some((index, kind(attribute)?)))?;
    declared.attrs.remove(index);
    Some((declared, kind))
}

/// The definitions of an app, by key; what is declared more than once, as with two `cfg`s, is not known.
type Declared = BTreeMap<String, Option<(DeriveInput, Kind)>>;
