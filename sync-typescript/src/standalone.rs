//! A type by itself, as one file of many would have it.

use sync_schema::{Definition, Direction, Types, type_label};

use crate::name::{as_identifier, words};
use crate::render::{Naming, Renderer};

/// Returns what the type under `key` is called where nothing is known of its app, and what stands behind its name: what the server sends.
///
/// A type has its own name; in the name of one that is declared among the routes comes first where. The type is one line without the docs of
/// fields, so that a comment does not change it.
///
/// # Examples
///
/// ```
/// use sync_schema::{Body, Definition, Field, Shape, Types};
///
/// let mut types = Types::default();
/// types.define("app::routes::chess::move_v1::server::Item", |_| {
///     let square = Field::new("square", Shape::Option(Box::new(Shape::String)));
///     Definition::new("Item", "app::routes::chess::move_v1::server", "", Body::Struct(vec![square]))
/// });
/// let (name, tree) = sync_typescript::standalone(&types, "app::routes::chess::move_v1::server::Item").expect("it is there");
/// assert_eq!((name.as_str(), tree.as_str()), ("ChessMoveV1ServerItem", "{ square: string | null }"));
/// ```
#[must_use]
pub fn standalone(types: &Types, key: &str) -> Option<(String, String)> {
    let definition = types.get(key)?;
    let tree = Renderer::new(types, &Alone(types)).definition(definition, Direction::FromServer);
    Some((name(key, definition), tree.flat()))
}

/// Names each type by itself.
struct Alone<'a>(&'a Types);

impl Naming for Alone<'_> {
    fn name(&self, key: &str, _: Direction) -> Option<String> {
        // The framework's `{}` has no name.
        let definition = self.0.get(key).filter(|definition| definition.module != "sync")?;
        Some(name(key, definition))
    }
}

fn name(key: &str, definition: &Definition) -> String {
    let (path, arguments) = key.split_at(key.find(['<', '#']).unwrap_or(key.len()));
    let label = type_label(arguments.split('#').next().unwrap_or(arguments));
    let own = definition.name.strip_suffix(label.as_str()).unwrap_or(&definition.name);
    let is_renamed = path.rsplit("::").next() != Some(own);
    let place = match definition.module.split_once("::routes::") {
        Some((_, inside)) if !is_renamed => words(inside),
        _ => String::new(),
    };
    as_identifier(&format!("{place}{}", definition.name))
}
