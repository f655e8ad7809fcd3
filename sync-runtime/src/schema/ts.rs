//! ts-rs, both ways: types that have its TypeScript in wire types, and wire types in its exports.
//!
//! This is the feature `ts-rs`, for an app that has such types already; everything else needs `#[wire]` alone:
//!
//! ```toml
//! [dependencies]
//! sync = { …, features = ["ts-rs"] }
//! ts-rs = "12"
//! ```
//!
//! ```
//! use serde::{Deserialize, Serialize};
//! use sync::wire;
//! use ts_rs::TS;
//!
//! // In a crate that knows nothing of us, say `geometry`.
//! #[derive(Debug, Clone, Serialize, Deserialize, TS)]
//! pub struct Point {
//!     pub x: f64,
//!     pub y: f64,
//! }
//!
//! // Theirs in ours.
//! #[wire]
//! pub struct Marker {
//!     #[wire(ts)]
//!     pub at: Point,           // at: Point, which is declared beside `Marker` in apiTypes.generated.ts
//!     #[wire(ts)]
//!     pub path: Vec<Point>,    // path: Array<Point>
//!     pub label: Option<String>,
//! }
//!
//! // Ours in theirs.
//! #[derive(TS)]
//! pub struct Map {
//!     pub markers: Vec<Marker>,
//! }
//!
//! let config = ts_rs::Config::new();
//! assert_eq!(Map::decl(&config), "type Map = { markers: Array<Marker>, };");
//! assert_eq!(Marker::decl(&config), "type Marker = { at: Point; path: Array<Point>; label: string | null };");
//! ```
//!
//! **Theirs in ours.** The field's type implements `ts_rs::TS`, `Serialize`, `Deserialize`, `Debug` and `Clone`. Its declaration comes along into
//! `apiTypes.generated.ts`, with all that it refers to, under the names that ts-rs gives them; two types of one name are a build error that
//! says both Rust paths. Three things are weaker than in a wire type:
//!
//! * Input is checked by the type's own `Deserialize` alone: unknown fields pass unless it says `deny_unknown_fields`, a list may pass for a
//!   struct, and no rule inside of it runs. What it refuses is told as `invalid-format`, at the deepest place that serde knows.
//! * There is one form for both directions: an `Option` inside is `T | null`, also where a caller could leave it out. (The field itself may be an
//!   `Option`, which is then as in any wire type.)
//! * That its TypeScript is its JSON is between ts-rs and serde; ts-rs follows serde's attributes with its feature `serde-compat`, the default.
//!
//! Integers of 64 bits are `number`, not the `bigint` of ts-rs, which JSON does not have. One beyond ±(2^53 − 1) is an error when it is written.
//!
//! **Ours in theirs.** With the feature every wire type implements `ts_rs::TS`, in the form that the server sends, as in
//! `apiTypes.generated.ts`: an `Option` is `T | null`. It has its own name there (`#[serde(rename = "…")]` chooses another); what is declared
//! among the routes has its module before it. Generic types have their arguments in their names (`PagePlayer`).

use std::collections::BTreeSet;
use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sync_schema::{Declaration, Shape};
use sync_typescript::standalone;
use ts_rs::{Config, TS, TypeVisitor};

use super::{Model, Wire};

/// A type that `#[wire(ts)]` lets through: whatever has the TypeScript of ts-rs, and travels with serde.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no TypeScript",
    label = "`#[wire(ts)]` takes types that implement `ts_rs::TS`, `Serialize`, `Deserialize`, `Debug` and `Clone`",
    note = "derive `ts_rs::TS` on it; on a type of your own, put `#[wire]` instead"
)]
pub trait Foreign: TS + Clone + Debug + Serialize + DeserializeOwned + 'static {}

impl<T: TS + Clone + Debug + Serialize + DeserializeOwned + 'static> Foreign for T {}

/// Returns the JSON that `T` stands for, as far as ts-rs knows it; declarations that it refers to are added to `model`.
pub(super) fn shape<T: Foreign>(model: &mut Model) -> Shape {
    let config = config();
    let mut declared = Declared { config: &config, model, keys: BTreeSet::new() };
    declared.visit::<T>();
    T::visit_generics(&mut declared);
    let declarations = declared.keys.into_iter().collect();
    let name = T::name(&config);
    match name.trim_end_matches(NULL) {
        inner if inner.len() == name.len() => Shape::Foreign { typescript: name, declarations },
        inner => Shape::Option(Box::new(Shape::Foreign { typescript: inner.to_owned(), declarations })),
    }
}

/// What ts-rs puts behind the type in an `Option`.
const NULL: &str = " | null";

/// JSON has numbers alone.
fn config() -> Config {
    Config::new().with_large_int("number")
}

/// The declarations that a walk has found.
struct Declared<'a> {
    config: &'a Config,
    model: &'a mut Model,
    keys: BTreeSet<String>,
}

impl TypeVisitor for Declared<'_> {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        // What has no file of its own has no declaration: numbers, lists.
        if T::output_path().is_none() {
            return;
        }
        let declaration = Declaration {
            name: T::ident(self.config),
            text: T::decl(self.config),
            docs: T::docs().unwrap_or_default().trim_end().to_owned(),
        };
        // A generic type has one declaration for all arguments.
        let path = std::any::type_name::<T::WithoutGenerics>();
        let path = if path.contains("ts_rs::Dummy") { path.split('<').next().unwrap_or(path) } else { path };
        let key = self.model.declare::<T::WithoutGenerics>(path, declaration);
        if self.keys.insert(key) {
            T::visit_dependencies(self);
        }
    }
}

/// What a wire type is called in exports of ts-rs.
pub fn name<T: Wire>() -> String {
    written::<T>().0
}

/// What stands behind the name of a wire type in exports of ts-rs.
pub fn inline<T: Wire>() -> String {
    written::<T>().1
}

fn written<T: Wire>() -> (String, String) {
    let mut model = Model::default();
    let written = match T::shape(&mut model) {
        Shape::Named(key) => standalone(model.types(), &key),
        _ => None,
    };
    written.unwrap_or_else(|| ("unknown".to_owned(), "unknown".to_owned()))
}

/// The doc comment of a wire type as ts-rs has it.
pub fn docs(docs: &str) -> Option<String> {
    let lines: Vec<String> = docs.lines().map(|line| format!(" {}", line.replace("*/", "*\\/"))).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    (!lines.is_empty()).then(|| ts_rs::format_docs(&lines))
}
