//! What each type is called.
//!
//! A name says where its type is declared, so it depends on the type alone and stays when others come and go:
//!
//! | declared in | name of `Item` |
//! |---|---|
//! | a handler of `chess/move`, `v1` | `ChessMoveV1Item` |
//! | a request, `chess/find`, `v1` | `ChessApiFindV1Item` |
//! | `_rules.rs`, another file of the page `chess` | `ChessRulesItem` |
//! | the module of the app's session, its `lib.rs`, or an `_entity.rs` | `Item` |
//! | the app's module `shop::cart` | `ShopCartItem` |
//! | another package, `geometry` | `GeometryItem` |
//!
//! `#[serde(rename = "Thing")]` on a type names it `Thing`, wherever it is. A name that means something else already is
//! qualified by more of the path (`Record` of the app's module `app` is `AppRecord`), and so are types that one place declares under
//! one name, as the two files of a route can. The input form of `T` is `TInput`, or `TInputForm` where another type has that name. What is
//! then still one name for two types is a mistake; nothing is ever merged or numbered.

use std::collections::{BTreeMap, BTreeSet};

use sync_schema::{Api, Definition, Direction, Shape, type_label};

use super::name::{as_identifier, capitalized, words};
use super::reach::Reach;
use super::render::Naming;
use crate::diagnostic::Diagnostic;
use crate::lane::{LANES, Lane, called_from_outside};

/// The names of all definitions that are reached.
#[derive(Debug)]
pub(super) struct Names {
    names: BTreeMap<(String, Direction), String>,
}

/// Names that mean something else in the file, besides those of lanes, or in TypeScript.
#[rustfmt::skip]
const TAKEN: &[&str] = &[
    "EntityTypeMap", "ErrorCode", "PresenceTypes", "Session",
    "Array", "Awaited", "BigInt", "Boolean", "Date", "Error", "Exclude", "Extract", "Function", "JSON", "Map", "Math", "NonNullable",
    "Number", "Object", "Omit", "Parameters", "Partial", "Pick", "Promise", "Proxy", "Readonly", "ReadonlyArray", "Record", "RegExp",
    "Required", "ReturnType", "Set", "String", "Symbol", "WeakMap", "WeakSet",
    "any", "as", "asserts", "async", "await", "bigint", "boolean", "break", "case", "catch", "class", "const", "continue", "debugger",
    "declare", "default", "delete", "do", "else", "enum", "export", "extends", "false", "finally", "for", "from", "function", "get",
    "if", "implements", "import", "in", "infer", "instanceof", "interface", "is", "keyof", "let", "module", "namespace", "never",
    "new", "null", "number", "object", "of", "package", "private", "protected", "public", "readonly", "require", "return", "satisfies",
    "set", "static", "string", "super", "switch", "symbol", "this", "throw", "true", "try", "type", "typeof", "undefined", "unique",
    "unknown", "using", "var", "void", "while", "with", "yield",
];

/// Returns whether `name` means something else.
pub(super) fn is_taken(name: &str) -> bool {
    TAKEN.contains(&name) || called_from_outside().any(|(_, api)| api.typescript.declares(name))
}

impl Names {
    /// # Errors
    ///
    /// Types that cannot be told apart by their paths.
    pub(super) fn of(api: &Api, reach: &Reach) -> Result<Self, Vec<Diagnostic>> {
        let app = Home::of(api);
        let definitions = reach.used.keys().filter_map(|key| Some((key.as_str(), api.types.get(key)?)));
        let named = definitions.filter(|(key, definition)| !is_inlined(key, definition, reach));
        let types: Vec<Named<'_>> = named.map(|(key, definition)| Named::new(key, definition, &app)).collect();
        let own = own_names(&types);
        let taken: BTreeSet<&str> = own.values().map(String::as_str).collect();
        let mut names = BTreeMap::new();
        for (key, name) in &own {
            let in_two_forms = reach.in_two_forms.contains(*key);
            let input = if in_two_forms { input_form(name, &taken) } else { name.clone() };
            names.insert(((*key).to_owned(), Direction::FromServer), name.clone());
            names.insert(((*key).to_owned(), Direction::ToServer), input);
        }
        let names = Self { names };
        let clashes = clashes(&names, reach);
        if clashes.is_empty() { Ok(names) } else { Err(clashes) }
    }

    /// Returns whether the definition under `key` has no name of its own.
    pub(super) fn is_inlined(&self, key: &str) -> bool {
        [Direction::FromServer, Direction::ToServer].into_iter().all(|direction| self.name(key, direction).is_none())
    }

    /// Returns what is to be declared: names with keys and the direction of the form.
    pub(super) fn declarations<'a>(&'a self, reach: &'a Reach) -> impl Iterator<Item = (&'a str, &'a str, Direction)> {
        let forms = self.names.iter().filter(|((key, direction), _)| {
            let is_first = reach.used.get(key).and_then(BTreeSet::first) == Some(direction);
            is_first || reach.in_two_forms.contains(key)
        });
        forms.map(|((key, direction), name)| (name.as_str(), key.as_str(), *direction))
    }
}

impl Naming for Names {
    fn name(&self, key: &str, direction: Direction) -> Option<String> {
        self.names.get(&(key.to_owned(), direction)).cloned()
    }
}

/// A type that a handler declares for one place of its own route stands in that place, as does the framework's `{}`.
fn is_inlined(key: &str, definition: &Definition, reach: &Reach) -> bool {
    let is_own = reach.of_routes.contains(key) && reach.references.get(key) == Some(&1);
    definition.module == "sync" || (is_own && handler(&definition.module).is_some())
}

/// Where an app keeps what all of it shares.
struct Home<'a> {
    /// The key of its session.
    session: &'a str,
    /// The module of its session, and its crate.
    module: &'a str,
    package: &'a str,
}

impl<'a> Home<'a> {
    fn of(api: &'a Api) -> Self {
        let session = match &api.session.shape {
            Shape::Named(key) => key.as_str(),
            _ => "",
        };
        let module = api.types.get(session).map_or("", |definition| definition.module.as_str());
        Self { session, module, package: package(module) }
    }

    /// Returns the words that say where the module `path` is, as the author of the app thinks of it.
    fn place(&self, path: &str) -> String {
        if let Some((_, inside)) = path.split_once("::routes::") {
            // An app has one entity of each name.
            let is_entity = inside.ends_with("::_entity");
            return if is_entity { String::new() } else { words(handler(path).unwrap_or(inside)) };
        }
        match path.strip_prefix(self.package) {
            _ if path == self.module || path == self.package => String::new(),
            Some(inside) if inside.starts_with("::") => words(inside),
            _ => words(path),
        }
    }
}

/// A type and what it can be called, by its own path alone.
struct Named<'a> {
    key: &'a str,
    /// The first name that means nothing else.
    first: String,
    /// The name with every module around the type.
    last: String,
}

impl<'a> Named<'a> {
    fn new(key: &'a str, definition: &'a Definition, app: &Home<'_>) -> Self {
        let module = definition.module.as_str();
        let path = key.split('#').next().unwrap_or(key);
        let (path, arguments) = path.split_at(path.find('<').unwrap_or(path.len()));
        // What a function declares has the function in its path, though not in its module.
        let (around, rust_name) = path.rsplit_once("::").unwrap_or((module, path));
        let label = type_label(arguments);
        let own = definition.name.strip_suffix(label.as_str()).unwrap_or(&definition.name);
        let name = as_identifier(&format!("{own}{}", argument_names(arguments, app)));
        let place = if own == rust_name { app.place(module) } else { String::new() };
        let inside = module.split_once("::").map_or(module, |(_, inside)| inside);
        let last = as_identifier(&format!("{}{name}", words(around)));
        let names = [place, words(inside)].map(|place| as_identifier(&format!("{place}{name}")));
        let is_free = |name: &String| !is_taken(name) || (name == "Session" && key == app.session);
        Self { key, first: names.into_iter().find(is_free).unwrap_or_else(|| last.clone()), last }
    }
}

/// The generic arguments of a type as words; those that the app declares say where they are.
fn argument_names(arguments: &str, app: &Home<'_>) -> String {
    let paths = arguments.split(|sign: char| !(sign.is_alphanumeric() || matches!(sign, '_' | ':')));
    let name = |path: &str| match path.rsplit_once("::") {
        Some((module, name)) if package(module) == app.package => app.place(module) + &capitalized(name),
        _ => type_label(path),
    };
    paths.map(name).collect()
}

/// Returns the name of each key; types that share their first name have the last one.
fn own_names<'a>(types: &[Named<'a>]) -> BTreeMap<&'a str, String> {
    let mut sharing = BTreeMap::<&str, usize>::new();
    types.iter().for_each(|named| *sharing.entry(&named.first).or_default() += 1);
    let name = |named: &Named<'a>| if sharing[named.first.as_str()] > 1 { &named.last } else { &named.first }.clone();
    types.iter().map(|named| (named.key, name(named))).collect()
}

/// A name that somebody wrote comes before one that is made here.
fn input_form(name: &str, taken: &BTreeSet<&str>) -> String {
    let form = format!("{name}Input");
    if taken.contains(form.as_str()) || is_taken(&form) { form + "Form" } else { form }
}

/// Returns a mistake for each type whose name is that of a type before it.
fn clashes(names: &Names, reach: &Reach) -> Vec<Diagnostic> {
    let mut holders = BTreeMap::new();
    let mut clashes = BTreeMap::new();
    for (name, key, _) in names.declarations(reach) {
        match holders.insert(name, key) {
            Some(other) if other != key => {
                let what = format!("it would be called `{name}` in TypeScript, as `{other}` is");
                let help = "rename one of them; `#[serde(rename = \"…\")]` on the type does it for TypeScript alone";
                clashes.entry(key).or_insert_with(|| Diagnostic::new(key, what, help));
            }
            _ => {}
        }
    }
    clashes.into_values().collect()
}

/// Returns the path inside `routes` of what a handler's types are named after, if `module` is that of a handler: `chess::move_v1`.
fn handler(module: &str) -> Option<&str> {
    let (_, inside) = module.split_once("::routes::")?;
    let (around, last) = inside.rsplit_once("::")?;
    let of_lane = |lane: &&Lane| match lane.has_own_module {
        // Beside the handlers lie modules that they share, and those begin with `_`.
        true => around.rsplit("::").next() == Some(lane.folder) && !is_shared(last),
        false => lane.form_of_side(last).is_some(),
    };
    let lane = LANES.iter().copied().find(of_lane)?;
    Some(if lane.has_own_module { inside } else { around })
}

/// `_rules` is the module of a shared file, `_2fa_v1` that of the route `2fa`.
fn is_shared(module: &str) -> bool {
    module.strip_prefix('_').is_some_and(|rest| !rest.starts_with(|first: char| first.is_ascii_digit()))
}

fn package(module: &str) -> &str {
    module.split("::").next().unwrap_or(module)
}

#[cfg(test)]
mod tests {
    use sync_schema::{Body, Definition, Field, Payload, RouteTypes, Types, WireType};

    use super::*;

    /// An app that reads and writes the types at `paths`, each in two forms.
    fn api(paths: &[&str]) -> Api {
        let mut types = Types::default();
        let mut wire = |path: &str| {
            let head = path.split('<').next().unwrap_or(path);
            let (module, name) = head.rsplit_once("::").expect("a path");
            let name = format!("{name}{}", type_label(&path[head.len()..]));
            let note = Field::new("note", Shape::Option(Box::new(Shape::Bool)));
            let shape = types.define(path, |_| Definition::new(&name, module, "", Body::Struct(vec![note])));
            WireType { shape: Shape::Array(Box::new(shape)) }
        };
        let session = wire("app::app::Session");
        let routes = paths.iter().map(|path| RouteTypes {
            lane: sync_schema::Lane::Event,
            page: (*path).to_owned(),
            name: "use".to_owned(),
            version: "v1".to_owned(),
            docs: String::new(),
            sources: Vec::new(),
            room: None,
            payloads: vec![
                Payload::input("clientInput", wire(path)),
                Payload::output("serverOutput", wire(path)),
                Payload::output("clientOutput", wire(path)),
            ],
            stored: None,
            retires: None,
        });
        let routes = routes.collect();
        let Shape::Array(session) = session.shape else { unreachable!("see above") };
        let session = WireType { shape: *session };
        Api {
            manifest_dir: String::new(),
            library: String::new(),
            released: Vec::new(),
            routes,
            public: session.clone(),
            session,
            rooms: Vec::new(),
            scopes: Vec::new(),
            entities: Vec::new(),
            presence: None,
            error_codes: Vec::new(),
            types,
        }
    }

    /// The names of both forms of each type.
    fn names(paths: &[&str]) -> BTreeMap<String, (String, String)> {
        let api = api(paths);
        let names = Names::of(&api, &Reach::of(&api)).expect("names");
        let both =
            |path: &str| Some((names.name(path, Direction::FromServer)?, names.name(path, Direction::ToServer)?));
        paths.iter().map(|path| ((*path).to_owned(), both(path).expect("a name"))).collect()
    }

    #[track_caller]
    fn check(cases: &[(&str, &str, &str)]) {
        let names = names(&cases.iter().map(|(path, ..)| *path).collect::<Vec<_>>());
        for (path, name, input) in cases {
            assert_eq!(names[*path], ((*name).to_owned(), (*input).to_owned()), "{path}");
        }
    }

    #[test]
    fn a_name_says_where_its_type_is_declared() {
        check(&[
            ("app::app::Item", "Item", "ItemInput"),
            ("app::Piece", "Piece", "PieceInput"),
            ("app::app::Record", "AppRecord", "AppRecordInput"),
            ("app::app::ErrorCode", "AppErrorCode", "AppErrorCodeInput"),
            ("app::Promise", "AppPromise", "AppPromiseInput"),
            ("app::shop::cart::Item", "ShopCartItem", "ShopCartItemInput"),
            ("app::shop::Session", "ShopSession", "ShopSessionInput"),
            ("geometry::Item", "GeometryItem", "GeometryItemInput"),
            ("app::routes::chess::move_v1::server::Item", "ChessMoveV1Item", "ChessMoveV1ItemInput"),
            ("app::routes::chess::move_v2::client::Item", "ChessMoveV2Item", "ChessMoveV2ItemInput"),
            ("app::routes::chess::_rules::Item", "ChessRulesItem", "ChessRulesItemInput"),
            ("app::routes::chess::_api::move_v1::Item", "ChessApiMoveV1Item", "ChessApiMoveV1ItemInput"),
            ("app::routes::chess::_api::_rules::Item", "ChessApiRulesItem", "ChessApiRulesItemInput"),
            ("app::app::Page<app::app::Item>", "PageItem", "PageItemInput"),
            ("app::app::Page<app::shop::Item>", "PageShopItem", "PageShopItemInput"),
            ("app::app::Page<alloc::vec::Vec<geometry::Item>>", "PageVecItem", "PageVecItemInput"),
            ("app::routes::_2024::say_v1::server::Item", "_2024SayV1Item", "_2024SayV1ItemInput"),
            ("app::routes::api::_type::Map", "RoutesApiTypeMap", "RoutesApiTypeMapInput"),
            ("app::routes::sync::_type::Map", "RoutesSyncTypeMap", "RoutesSyncTypeMapInput"),
        ]);
    }

    #[test]
    fn what_one_place_declares_twice_is_told_apart_by_everything_in_its_path() {
        check(&[
            (
                "app::routes::chess::move_v1::server::Item",
                "AppRoutesChessMoveV1ServerItem",
                "AppRoutesChessMoveV1ServerItemInput",
            ),
            (
                "app::routes::chess::move_v1::client::Item",
                "AppRoutesChessMoveV1ClientItem",
                "AppRoutesChessMoveV1ClientItemInput",
            ),
        ]);
    }

    #[test]
    fn a_name_that_somebody_wrote_comes_before_one_that_is_made() {
        check(&[
            ("app::app::Thing", "Thing", "ThingInputForm"),
            ("app::app::ThingInput", "ThingInput", "ThingInputInput"),
            ("app::app::SyncClient", "SyncClient", "SyncClientInputForm"),
        ]);
    }

    #[test]
    fn other_types_change_no_name() {
        let mut paths = Vec::new();
        let names_of_types =
            ["Item", "Record", "Session", "ErrorCode", "Array", "Promise", "SyncTypeMap", "ItemList", "ClientInput"];
        let modules = [
            "app::app",
            "app::shop",
            "app::shop_item",
            "geometry",
            "app::routes::shop::_rules",
            "app::routes::shop::item_v1::server",
            "app::routes::shop::item_v2::client",
            "app::routes::root::item_v1::server",
            "app::routes::shop::_api::item_v1",
            "app::routes::shop::_api::_rules",
        ];
        for module in modules {
            paths.extend(names_of_types.iter().map(|name| format!("{module}::{name}")));
        }
        paths.retain(|path| path != "app::app::Session");
        let all: Vec<&str> = paths.iter().map(String::as_str).collect();
        let expected = names(&all);
        for left_out in 0..all.len() {
            let mut others = all.clone();
            others.remove(left_out);
            others.rotate_left(left_out);
            for (path, names) in names(&others) {
                assert_eq!(expected[&path], names, "{path} without {}", all[left_out]);
            }
            assert_eq!(expected[all[left_out]], names(&[all[left_out]])[all[left_out]], "alone");
        }
    }

    #[test]
    fn what_cannot_be_told_apart_is_a_mistake() {
        let api = api(&["app::shop::AItem", "app::shop_a::Item", "app::shop::a::Item"]);
        let clashes = Names::of(&api, &Reach::of(&api)).expect_err("clashes");
        let told = clashes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        expect_test::expect![[r#"
            error: it would be called `AppShopAItem` in TypeScript, as `app::shop::AItem` is
              --> app::shop::a::Item
              = help: rename one of them; `#[serde(rename = "…")]` on the type does it for TypeScript alone
            error: it would be called `AppShopAItem` in TypeScript, as `app::shop::a::Item` is
              --> app::shop_a::Item
              = help: rename one of them; `#[serde(rename = "…")]` on the type does it for TypeScript alone"#]]
        .assert_eq(&told);
    }
}
