//! An app's contract with its callers as text.
//!
//! Each line is one fact, below the line of what it is about. Two apps with one contract have one text, whatever their comments, the
//! folders of their files and the order in which their types were described; whatever else changes, changes a line.
//! What TypeScript does not tell apart is told apart here: ranges of numbers, formats, defaults, rules.
//!
//! A rule is what is written in the source, but that a constant among its bounds is its value; a default is what is written. The order of fields and variants is a fact,
//! since callers see it: in the text of the TypeScript, in which of two wrong fields an error names, in untagged enums.

use std::collections::BTreeSet;
use std::fmt;

use sha2::{Digest, Sha256};

use crate::api::{Api, Direction, EntityTypes, Payload, PresenceTypes, RouteTypes, WireType};
use crate::shape::{
    Absence, Body, Declaration, Definition, Field, MapKey, Shape, Tagging, Types, Variant, VariantBody,
};

/// The contract: routes and their types, error codes.
///
/// # Examples
///
/// ```
/// use sync_schema::{Api, Body, Definition, Direction, Field, Lane, Payload, RouteTypes, Shape, Types, WireType};
///
/// let mut types = Types::default();
/// let input = types.define("app::Step", |_| {
///     let mut weight = Field::new("weight", Shape::Integer { min: 0, max: 255 });
///     weight.rules.push("range(max=10)".into());
///     Definition::new("Step", "app", "Where to.", Body::Struct(vec![weight]))
/// });
/// let [input, session, public] = [input, Shape::String, Shape::Null].map(|shape| WireType { shape });
/// let route = RouteTypes {
///     lane: Lane::Event,
///     page: "chess".into(),
///     name: "move".into(),
///     version: "v1".into(),
///     docs: String::new(),
///     sources: Vec::new(),
///     room: None,
///     payloads: vec![Payload::input("clientInput", input), Payload::never("serverStream")],
///     stored: None,
///     retires: None,
/// };
/// let error_codes = vec!["sync-not-found".to_owned()];
/// let (manifest_dir, library, released) = (String::new(), String::new(), Vec::new());
/// let (rooms, scopes, entities, presence) = (vec!["chess-{game}".to_owned()], Vec::new(), Vec::new(), None);
/// let api = Api { manifest_dir, library, routes: vec![route], session, public, rooms, scopes, entities, presence, error_codes, released, types };
/// assert_eq!(
///     api.to_string(),
///     "\
/// event chess/move v1
///   in clientInput: `app::Step`
///   out serverStream: never
/// session: string
/// public: null
/// rooms \"chess-{game}\"
/// error sync-not-found
/// type `app::Step`
///   called Step in app
///   field weight: integer 0..=255
///     rule range(max=10)
/// "
/// );
/// ```
impl fmt::Display for Api {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_all(out, self, Names::Told)
    }
}

/// A contract as text without what types are called in TypeScript, and without a session and a public type that are not said (`any`): what
/// is promised to those who send and read JSON.
#[derive(Debug, Clone, Copy)]
pub struct Promise<'a>(&'a Api);

impl Api {
    /// Returns a short name of the contract, 16 letters and digits: two of one name are one contract.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let hash = Sha256::digest(self.to_string());
        hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Returns what is promised, for reading as text.
    #[must_use]
    pub fn promise(&self) -> Promise<'_> {
        Promise(self)
    }
}

impl fmt::Display for Promise<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_all(out, self.0, Names::Untold)
    }
}

/// Whether it is told what types are called.
#[derive(Clone, Copy, PartialEq)]
enum Names {
    Told,
    Untold,
}

fn write_all(out: &mut fmt::Formatter<'_>, api: &Api, names: Names) -> fmt::Result {
    let mut routes: Vec<&RouteTypes> = api.routes.iter().collect();
    routes.sort_by_key(|route| (route.lane, &route.page, &route.name, number(&route.version), &route.version));
    routes.iter().try_for_each(|route| write_route(out, route))?;
    if names == Names::Untold {
        api.released.iter().try_for_each(|contract| writeln!(out, "released {contract}"))?;
    }
    for (word, wire) in [("session", &api.session), ("public", &api.public)] {
        if names == Names::Told || wire.shape != Shape::Any {
            writeln!(out, "{word}: {}", Expression(&wire.shape))?;
        }
    }
    for (word, patterns) in [("rooms", &api.rooms), ("scopes", &api.scopes)] {
        let patterns: BTreeSet<&String> = patterns.iter().collect();
        patterns.iter().try_for_each(|pattern| writeln!(out, "{word} {}", Name(pattern)))?;
    }
    let mut entities: Vec<_> = api.entities.iter().collect();
    entities.sort_by_key(|entity| &entity.name);
    for EntityTypes { name, key, scope, wire, .. } in entities {
        writeln!(out, "entity {} in {} by {}: {}", Name(name), Name(scope), Name(key), Expression(&wire.shape))?;
    }
    if let Some(PresenceTypes { rooms, data }) = &api.presence {
        writeln!(out, "presence: {}", Expression(&data.shape))?;
        let rooms: BTreeSet<&String> = rooms.iter().collect();
        rooms.iter().try_for_each(|room| writeln!(out, "presence in {}", Name(room)))?;
    }
    let codes: BTreeSet<&String> = api.error_codes.iter().collect();
    codes.iter().try_for_each(|code| writeln!(out, "error {}", Name(code)))?;
    let reached = Reached::of(api);
    for (key, definition) in api.types.iter().filter(|(key, _)| reached.definitions.contains(key)) {
        write_definition(out, key, definition, names)?;
    }
    api.declarations().into_iter().try_for_each(|(key, declaration)| write_declaration(out, key, declaration))
}

impl Api {
    /// Returns every type that something is declared to be: what travels for routes, what is stored, who calls.
    pub fn wires(&self) -> impl Iterator<Item = &WireType> {
        let payloads = self.routes.iter().flat_map(|route| &route.payloads).filter_map(|payload| payload.wire.as_ref());
        let stored = self.routes.iter().filter_map(|route| route.stored.as_ref());
        let entities = self.entities.iter().map(|entity| &entity.wire);
        let presence = self.presence.iter().map(|presence| &presence.data);
        payloads.chain(stored).chain([&self.session, &self.public]).chain(entities).chain(presence)
    }

    /// Returns the key of a type that is used and not defined, if there is one.
    pub(crate) fn undefined(&self) -> Option<&str> {
        Reached::of(self).definitions.into_iter().find(|key| self.types.get(key).is_none())
    }

    /// Returns the declarations of foreign types that the routes, the session and the public type refer to, sorted by key.
    #[must_use]
    pub fn declarations(&self) -> Vec<(&str, &Declaration)> {
        let reached = Reached::of(self);
        self.types.declarations().filter(|(key, _)| reached.declarations.contains(key)).collect()
    }
}

/// `v10` comes after `v9`.
fn number(version: &str) -> u64 {
    version.trim_start_matches('v').parse().unwrap_or(u64::MAX)
}

fn write_route(out: &mut fmt::Formatter<'_>, route: &RouteTypes) -> fmt::Result {
    let lane = route.lane.word();
    writeln!(out, "{lane} {}/{} {}", Name(&route.page), Name(&route.name), Name(&route.version))?;
    if let Some(room) = &route.room {
        writeln!(out, "  room {}", Name(room))?;
    }
    if let Some(day) = &route.retires {
        writeln!(out, "  retires after {day}")?;
    }
    for Payload { name, direction, wire, is_query } in &route.payloads {
        let direction = match direction {
            Direction::ToServer if *is_query => "query",
            Direction::ToServer => "in",
            Direction::FromServer => "out",
        };
        match wire {
            Some(wire) => writeln!(out, "  {direction} {}: {}", Name(name), Expression(&wire.shape))?,
            None => writeln!(out, "  {direction} {}: never", Name(name))?,
        }
    }
    route.stored.iter().try_for_each(|wire| writeln!(out, "  stored: {}", Expression(&wire.shape)))
}

fn write_definition(out: &mut fmt::Formatter<'_>, key: &str, definition: &Definition, names: Names) -> fmt::Result {
    writeln!(out, "type {}", Path(key))?;
    if names == Names::Told {
        writeln!(out, "  called {} in {}", Name(&definition.name), definition.module)?;
    }
    definition.rules.iter().try_for_each(|rule| writeln!(out, "  rule {}", Line(rule)))?;
    match &definition.body {
        Body::Alias(shape) => writeln!(out, "  is {}", Expression(shape)),
        Body::Struct(fields) => write_fields(out, "  ", fields),
        Body::Enum(tagging, variants) => {
            match tagging {
                Tagging::External => writeln!(out, "  variants by name")?,
                Tagging::Internal { tag } => writeln!(out, "  variants by tag {}", Name(tag))?,
                Tagging::Adjacent { tag, content } => {
                    writeln!(out, "  variants by tag {}, content {}", Name(tag), Name(content))?;
                }
                Tagging::Untagged => writeln!(out, "  variants by form")?,
            }
            variants.iter().try_for_each(|variant| write_variant(out, variant))
        }
    }
}

fn write_variant(out: &mut fmt::Formatter<'_>, variant: &Variant) -> fmt::Result {
    match &variant.body {
        VariantBody::Unit => writeln!(out, "  variant {}", Name(&variant.name))?,
        VariantBody::Newtype(shape) => writeln!(out, "  variant {}: {}", Name(&variant.name), Expression(shape))?,
        VariantBody::Tuple(items) => writeln!(out, "  variant {}: {}", Name(&variant.name), Items("tuple", items))?,
        VariantBody::Struct(_) => writeln!(out, "  variant {}: fields", Name(&variant.name))?,
    }
    variant.aliases.iter().try_for_each(|alias| writeln!(out, "    alias {}", Name(alias)))?;
    match &variant.body {
        VariantBody::Struct(fields) => write_fields(out, "    ", fields),
        _ => Ok(()),
    }
}

fn write_fields(out: &mut fmt::Formatter<'_>, indent: &str, fields: &[Field]) -> fmt::Result {
    for field in fields {
        let shape = Expression(&field.shape);
        if field.flatten {
            writeln!(out, "{indent}fields of {shape}")?;
        } else {
            writeln!(out, "{indent}field {}: {shape}", Name(&field.name))?;
        }
        field.aliases.iter().try_for_each(|alias| writeln!(out, "{indent}  alias {}", Name(alias)))?;
        match field.absence {
            Absence::Required => {}
            Absence::DefaultInInput => writeln!(out, "{indent}  may be absent in input")?,
            Absence::Omittable => writeln!(out, "{indent}  may be absent")?,
        }
        if !field.default.is_empty() {
            writeln!(out, "{indent}  {}", Line(&field.default))?;
        }
        field.rules.iter().try_for_each(|rule| writeln!(out, "{indent}  rule {}", Line(rule)))?;
    }
    Ok(())
}

fn write_declaration(out: &mut fmt::Formatter<'_>, key: &str, declaration: &Declaration) -> fmt::Result {
    writeln!(out, "foreign {}", Path(key))?;
    writeln!(out, "  called {}", Name(&declaration.name))?;
    writeln!(out, "  {}", declared(declaration))
}

/// Writes how a foreign type is declared as the contract has it.
pub(crate) fn declared(declaration: &Declaration) -> String {
    Line(&without_comments(&declaration.text)).to_string()
}

/// TypeScript without its doc comments, on one line.
fn without_comments(text: &str) -> String {
    let mut kept = String::new();
    let mut quote = None;
    let mut rest = text;
    while let Some(sign) = rest.chars().next() {
        if quote.is_none() && rest.starts_with("/*") {
            rest = rest.split_once("*/").map_or("", |(_, after)| after);
            continue;
        }
        let length = sign.len_utf8() + if sign == '\\' { rest.chars().nth(1).map_or(0, char::len_utf8) } else { 0 };
        match quote {
            None if matches!(sign, '"' | '\'' | '`') => quote = Some(sign),
            Some(open) if open == sign => quote = None,
            _ => {}
        }
        if quote.is_some() || !sign.is_whitespace() {
            kept.push_str(&rest[..length]);
        } else if !kept.ends_with(' ') {
            kept.push(' ');
        }
        rest = &rest[length..];
    }
    kept.trim().to_owned()
}

/// A shape where a type is used.
struct Expression<'a>(&'a Shape);

/// Writes a shape as the contract has it.
pub(crate) fn expression(shape: &Shape) -> String {
    Expression(shape).to_string()
}

impl fmt::Display for Expression<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Shape::Null => out.write_str("null"),
            Shape::Bool => out.write_str("boolean"),
            Shape::Integer { min, max } => write!(out, "integer {min}..={max}"),
            Shape::Number { max } => write!(out, "number to {max:e}"),
            Shape::String => out.write_str("string"),
            Shape::Char => out.write_str("char"),
            Shape::Text(format) => write!(out, "text {}", Name(format)),
            Shape::Any => out.write_str("any"),
            Shape::Option(inner) => write!(out, "option({})", Self(inner)),
            Shape::Array(item) => write!(out, "list({})", Self(item)),
            Shape::Tuple(items) => Items("tuple", items).fmt(out),
            Shape::Map(key, value) => {
                match key {
                    MapKey::String => out.write_str("map(string")?,
                    MapKey::Integer { min, max } => write!(out, "map(integer {min}..={max}")?,
                    MapKey::Named(key) => write!(out, "map({}", Path(key))?,
                }
                write!(out, ", {})", Self(value))
            }
            Shape::Named(key) => Path(key).fmt(out),
            Shape::Foreign { typescript, .. } => write!(out, "foreign({})", Line(&without_comments(typescript))),
        }
    }
}

/// Shapes side by side.
struct Items<'a>(&'a str, &'a [Shape]);

impl fmt::Display for Items<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}(", self.0)?;
        for (index, item) in self.1.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(out, "{comma}{}", Expression(item))?;
        }
        out.write_str(")")
    }
}

/// A Rust path, which may hold brackets, commas and spaces.
struct Path<'a>(&'a str);

impl fmt::Display for Path<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "`{}`", self.0)
    }
}

/// A name, in quotes where it is more than one word.
struct Name<'a>(&'a str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_word = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '$' | '-' | '/');
        if !self.0.is_empty() && self.0.chars().all(is_word) {
            return out.write_str(self.0);
        }
        write!(out, "\"{}\"", Line(&self.0.replace('\\', "\\\\").replace('"', "\\\"")))
    }
}

/// A text that stays on its line.
struct Line<'a>(&'a str);

impl fmt::Display for Line<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|sign| match sign {
            sign if sign.is_control() || matches!(sign, '\u{2028}' | '\u{2029}') => {
                write!(out, "\\u{{{:x}}}", u32::from(sign))
            }
            sign => write!(out, "{sign}"),
        })
    }
}

/// What the routes, the session and the public type refer to.
#[derive(Default)]
struct Reached<'a> {
    definitions: BTreeSet<&'a str>,
    declarations: BTreeSet<&'a str>,
}

impl<'a> Reached<'a> {
    fn of(api: &'a Api) -> Self {
        let mut reached = Self::default();
        api.wires().for_each(|wire| reached.shape(&api.types, &wire.shape));
        reached
    }

    fn shape(&mut self, types: &'a Types, shape: &'a Shape) {
        match shape {
            Shape::Option(inner) | Shape::Array(inner) => self.shape(types, inner),
            Shape::Tuple(items) => items.iter().for_each(|item| self.shape(types, item)),
            Shape::Map(key, value) => {
                if let MapKey::Named(key) = key {
                    self.definition(types, key);
                }
                self.shape(types, value);
            }
            Shape::Named(key) => self.definition(types, key),
            Shape::Foreign { declarations, .. } => {
                self.declarations.extend(declarations.iter().map(String::as_str));
            }
            _ => {}
        }
    }

    fn definition(&mut self, types: &'a Types, key: &'a str) {
        if !self.definitions.insert(key) {
            return;
        }
        let shapes = types.get(key).map(|definition| definition.body.shapes());
        shapes.into_iter().flatten().for_each(|shape| self.shape(types, shape));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typescript_loses_its_comments_and_lines_and_nothing_else() {
        assert_eq!(
            without_comments(
                "type A = {\n/**\n * Of `x`.\n */\n\"/* a  */\": 'it\\'s /* b */',\n  c: number /* d */ }"
            ),
            "type A = { \"/* a  */\": 'it\\'s /* b */', c: number }"
        );
    }

    #[test]
    fn what_is_no_word_is_quoted_and_stays_on_its_line() {
        let name = |name| Name(name).to_string();
        assert_eq!(
            [name("newValue"), name(""), name("a b"), name("grün")],
            ["newValue", r#""""#, r#""a b""#, r#""grün""#]
        );
        assert_eq!(name("a\n\"\\n"), r#""a\u{a}\"\\n""#);
    }
}
