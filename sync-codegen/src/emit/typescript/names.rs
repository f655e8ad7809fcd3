//! What each type is called.
//!
//! A type keeps its Rust name unless two types, or a type and a name that is taken, would share it: then all of them are qualified by
//! their modules. Nothing is ever merged.

use std::collections::{BTreeMap, BTreeSet};

use sync_schema::{Api, Definition, Shape};

use super::reach::Reach;
use super::render::{Direction, Naming};
use super::tree::is_identifier;

/// The names of all definitions that are reached.
#[derive(Debug)]
pub(super) struct Names {
    names: BTreeMap<(String, Direction), String>,
}

/// Names that mean something else in the file, in TypeScript, or in every handler.
#[rustfmt::skip]
const TAKEN: &[&str] = &[
    "SyncTypeMap", "SyncPagePath", "SyncName", "SyncVersion", "SyncClientInput", "SyncServerOutput", "SyncClientOutput",
    "SyncServerStream", "SyncClientStream", "FullSyncPath", "ErrorCode", "Session",
    // Every handler has these, so that no one of them can have the plain name.
    "ClientInput", "ServerOutput", "ClientOutput", "ServerStream", "ClientStream",
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

/// How far a name is qualified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// The type's own name.
    Plain,
    /// With the page, as an author thinks of it.
    ByPlace,
    /// With every module around it.
    ByModule,
    /// With a number, for types that one module declares in the bodies of functions.
    ByNumber,
}

impl Level {
    fn next(self) -> Self {
        match self {
            Self::Plain => Self::ByPlace,
            Self::ByPlace => Self::ByModule,
            Self::ByModule | Self::ByNumber => Self::ByNumber,
        }
    }
}

impl Names {
    pub(super) fn of(api: &Api, reach: &Reach) -> Self {
        let definition = |key: &String| api.types.get(key).map(|definition| (key.clone(), definition));
        let named: Vec<(String, &Definition)> = reach.used.keys().filter_map(definition).collect();
        let named: Vec<_> = named.into_iter().filter(|(key, definition)| !is_inlined(key, definition, reach)).collect();
        let session = match &api.session.shape {
            Shape::Named(key) => key.as_str(),
            _ => "",
        };
        let mut levels = vec![Level::Plain; named.len()];
        loop {
            let names: Vec<String> =
                (0..named.len()).map(|index| name(named[index].1, levels[index], index + 1)).collect();
            let clashing = clashing(&named, &names, reach, session);
            let can_go_on = clashing.iter().any(|&index| levels[index] < Level::ByNumber);
            if !can_go_on {
                return Self { names: forms(&named, &names, reach) };
            }
            clashing.into_iter().for_each(|index| levels[index] = levels[index].next());
        }
    }

    /// Returns whether the definition under `key` has no name of its own.
    pub(super) fn is_inlined(&self, key: &str) -> bool {
        [Direction::Output, Direction::Input].into_iter().all(|direction| self.name(key, direction).is_none())
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

/// Returns the path of the handler's folder inside `routes`, if `module` is that of a handler: `chess::move_v1`.
fn handler(module: &str) -> Option<&str> {
    let (_, inside) = module.split_once("::routes::")?;
    inside.strip_suffix("::server").or_else(|| inside.strip_suffix("::client"))
}

/// Returns the positions of names that are taken or shared.
fn clashing(named: &[(String, &Definition)], names: &[String], reach: &Reach, session: &str) -> BTreeSet<usize> {
    let mut holders: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (index, ((key, _), name)) in named.iter().zip(names).enumerate() {
        holders.entry(name.clone()).or_default().insert(index);
        if reach.in_two_forms.contains(key) {
            holders.entry(format!("{name}Input")).or_default().insert(index);
        }
    }
    let is_clash = |name: &String, indices: &BTreeSet<usize>| {
        let is_session = name == "Session" && indices.iter().all(|index| named[*index].0 == session);
        indices.len() > 1 || (TAKEN.contains(&name.as_str()) && !is_session)
    };
    holders.iter().filter(|(name, indices)| is_clash(name, indices)).flat_map(|(_, indices)| indices).copied().collect()
}

fn forms(named: &[(String, &Definition)], names: &[String], reach: &Reach) -> BTreeMap<(String, Direction), String> {
    let mut forms = BTreeMap::new();
    for ((key, _), name) in named.iter().zip(names) {
        let input = if reach.in_two_forms.contains(key) { format!("{name}Input") } else { name.clone() };
        forms.insert((key.clone(), Direction::Output), name.clone());
        forms.insert((key.clone(), Direction::Input), input);
    }
    forms
}

/// Returns the name of `definition` at a level of qualification.
fn name(definition: &Definition, level: Level, number: usize) -> String {
    let Definition { name, module, .. } = definition;
    let name = as_identifier(name);
    match level {
        Level::Plain => name,
        Level::ByPlace => place(module) + &name,
        Level::ByModule => words(module) + &name,
        Level::ByNumber => format!("{}{name}{number}", words(module)),
    }
}

/// Returns where a module is, as an app's author thinks of it: `ChessMoveV1` for both handlers of `chess/move`, `v1`.
fn place(module: &str) -> String {
    let inside = module.split_once("::routes::").or_else(|| module.split_once("::"));
    words(handler(module).or(inside.map(|(_, inside)| inside)).unwrap_or(module))
}

/// Returns the words of a path as one name.
fn words(path: &str) -> String {
    path.split("::").flat_map(|segment| segment.split('_')).map(capitalized).collect()
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A Rust name may hold letters that a plain name of TypeScript does not.
fn as_identifier(name: &str) -> String {
    if is_identifier(name) {
        return name.to_owned();
    }
    let letters = name.chars().map(|sign| if sign.is_alphanumeric() || matches!(sign, '_' | '$') { sign } else { '_' });
    let name: String = letters.collect();
    if name.starts_with(|sign: char| sign.is_numeric()) { format!("_{name}") } else { name }
}
