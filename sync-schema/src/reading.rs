//! Reads an app's contract from its text, which `canonical.rs` writes.

use std::str::FromStr;

use crate::api::{Api, Day, Direction, EntityTypes, Lane, Payload, PresenceTypes, RouteTypes, WireType};
use crate::shape::{
    Absence, Body, Declaration, Definition, Field, MapKey, Shape, Tagging, Types, Variant, VariantBody,
};

/// Why a text is no contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// The line, counted from 1.
    pub line: usize,
    /// What should stand there.
    pub expected: String,
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "line {}: expected {}", self.line, self.expected)
    }
}

impl std::error::Error for ReadError {}

/// What the text says, without comments, files and folders, which are not in it. What it says of neither session nor public type is `any`.
/// Empty lines and those that begin with `#` say nothing.
///
/// ```
/// use sync_schema::Api;
///
/// let text = "request chess/board v1\n  in input: `app::Which`\n  out output: list(string)\ntype `app::Which`\n  field game: string\n";
/// let api: Api = text.parse()?;
/// assert_eq!(api.routes[0].name, "board");
/// assert_eq!("request chess/board v1\n  in input".parse::<Api>().unwrap_err().to_string(), "line 2: expected `:`");
/// # Ok::<(), sync_schema::ReadError>(())
/// ```
impl FromStr for Api {
    type Err = ReadError;

    fn from_str(text: &str) -> Result<Self, ReadError> {
        let any = || WireType { shape: Shape::Any };
        let mut api = Self {
            manifest_dir: String::new(),
            library: String::new(),
            released: Vec::new(),
            routes: Vec::new(),
            session: any(),
            public: any(),
            rooms: Vec::new(),
            scopes: Vec::new(),
            entities: Vec::new(),
            presence: None,
            error_codes: Vec::new(),
            types: Types::default(),
        };
        // Which of them a foreign type refers to is not in the text: it is given all.
        let declared = declared(text);
        let mut lines = Lines::new(text, &declared);
        while let Some(mut line) = lines.next_at(0) {
            read_fact(&mut api, &mut line, &mut lines)?;
        }
        match lines.rest.front() {
            None => complete(api, text),
            Some((_, left)) => Err(left.expected("a line that is not indented, or no more than the one above allows")),
        }
    }
}

/// One line of the first level, with what stands below it.
fn read_fact(api: &mut Api, line: &mut Line<'_>, below: &mut Lines<'_>) -> Result<(), ReadError> {
    let word = line.word()?;
    match word {
        "session" => api.session = line.wire()?,
        "public" => api.public = line.wire()?,
        "rooms" => api.rooms.push(line.name()?),
        "scopes" => api.scopes.push(line.name()?),
        "error" => api.error_codes.push(line.name()?),
        "released" => api.released.push(line.name()?),
        "entity" => api.entities.push(read_entity(line)?),
        "presence" => read_presence(&mut api.presence, line)?,
        "type" => {
            let key = line.path()?;
            if api.types.get(&key).is_some() {
                return Err(line.expected(format!("one `type` for `{key}`, which there is above")));
            }
            api.types.replace(&key, read_definition(below, line)?);
        }
        "foreign" => {
            let key = line.path()?;
            api.types.declare(&key, read_declaration(below, line)?);
        }
        _ => {
            let lane = Lane::ALL.into_iter().find(|lane| lane.word() == word);
            let lane = lane.ok_or_else(|| line.expected(FACTS))?;
            api.routes.push(read_route(lane, line, below)?);
        }
    }
    line.end()
}

/// What a line of the first level begins with.
const FACTS: &str = "`event`, `request`, `state`, `mutation`, `session`, `public`, `rooms`, `scopes`, `entity`, `presence`, `error`, `released`, `type` or `foreign`";

fn read_presence(presence: &mut Option<PresenceTypes>, line: &mut Line<'_>) -> Result<(), ReadError> {
    let any = WireType { shape: Shape::Any };
    let presence = presence.get_or_insert(PresenceTypes { rooms: Vec::new(), data: any });
    if line.takes("in") {
        presence.rooms.push(line.name()?);
    } else {
        presence.data = line.wire()?;
    }
    Ok(())
}

fn read_entity(line: &mut Line<'_>) -> Result<EntityTypes, ReadError> {
    let (page, name) = (String::new(), line.name()?);
    let scope = line.after("in")?.name()?;
    let key = line.after("by")?.name()?;
    Ok(EntityTypes { page, name, key, source: String::new(), scope, wire: line.wire()? })
}

fn read_route(lane: Lane, line: &mut Line<'_>, below: &mut Lines<'_>) -> Result<RouteTypes, ReadError> {
    let (page, name) = line.page_and_name()?;
    let version = line.name()?;
    let mut route = RouteTypes {
        lane,
        page,
        name,
        version,
        docs: String::new(),
        sources: Vec::new(),
        room: None,
        payloads: Vec::new(),
        stored: None,
        retires: None,
    };
    while let Some(mut line) = below.next_at(2) {
        match line.word()? {
            "room" => route.room = Some(line.name()?),
            "retires" => route.retires = Some(line.after("after")?.day()?),
            "in" => route.payloads.push(read_payload(&mut line, Direction::ToServer, false)?),
            "query" => route.payloads.push(read_payload(&mut line, Direction::ToServer, true)?),
            "out" => route.payloads.push(read_payload(&mut line, Direction::FromServer, false)?),
            "stored" => route.stored = Some(line.wire()?),
            _ => return Err(line.expected("`room`, `in`, `query`, `out` or `stored`")),
        }
        line.end()?;
    }
    Ok(route)
}

fn read_payload(line: &mut Line<'_>, direction: Direction, is_query: bool) -> Result<Payload, ReadError> {
    let name = line.name()?.into();
    line.after(":")?;
    let wire = if line.takes("never") { None } else { Some(WireType { shape: line.shape()? }) };
    Ok(Payload { name, direction, wire, is_query })
}

fn read_declaration(below: &mut Lines<'_>, above: &Line<'_>) -> Result<Declaration, ReadError> {
    let name = below.required(2, above, "`called`")?.after("called")?.name()?;
    let text = below.required(2, above, "a declaration in TypeScript")?.all().to_owned();
    Ok(Declaration { name, text, docs: String::new() })
}

fn read_definition(below: &mut Lines<'_>, above: &Line<'_>) -> Result<Definition, ReadError> {
    let mut definition = Definition::new("", "", "", Body::Struct(Vec::new()));
    if let Some(mut line) = below.next_if(2, "called") {
        definition.name = line.name()?;
        line.after("in")?.all().clone_into(&mut definition.module);
    }
    while let Some(mut line) = below.next_if(2, "rule") {
        definition.rules.push(line.all().to_owned());
    }
    if let Some(mut line) = below.next_if(2, "is") {
        definition.body = Body::Alias(line.shape()?);
        line.end()?;
    } else if let Some(mut line) = below.next_if(2, "variants") {
        let tagging = read_tagging(&mut line)?;
        line.end()?;
        definition.body = Body::Enum(tagging, read_variants(below)?);
    } else {
        definition.body = Body::Struct(read_fields(below, 2)?);
    }
    match below.peek_at(2) {
        Some(left) => Err(left.expected("a fact about the type")),
        None => Ok(definition),
    }
    .map_err(|error| ReadError { line: error.line.max(above.number), ..error })
}

fn read_tagging(line: &mut Line<'_>) -> Result<Tagging, ReadError> {
    match line.after("by")?.word()? {
        "name" => Ok(Tagging::External),
        "form" => Ok(Tagging::Untagged),
        "tag" => {
            let tag = line.name()?;
            Ok(match line.takes(",") {
                true => Tagging::Adjacent { tag, content: line.after("content")?.name()? },
                false => Tagging::Internal { tag },
            })
        }
        _ => Err(line.expected("`name`, `tag` or `form`")),
    }
}

fn read_variants(below: &mut Lines<'_>) -> Result<Vec<Variant>, ReadError> {
    let mut variants = Vec::new();
    while let Some(mut line) = below.next_if(2, "variant") {
        let name = line.name()?;
        let (mut body, mut has_fields) = (VariantBody::Unit, false);
        if line.takes(":") {
            has_fields = line.takes("fields");
            body = if has_fields { VariantBody::Unit } else { line.variant_body()? };
        }
        line.end()?;
        let aliases = read_aliases(below, 4)?;
        if has_fields {
            body = VariantBody::Struct(read_fields(below, 4)?);
        }
        variants.push(Variant { name, aliases, docs: String::new(), body });
    }
    Ok(variants)
}

fn read_aliases(below: &mut Lines<'_>, indent: usize) -> Result<Vec<String>, ReadError> {
    let mut aliases = Vec::new();
    while let Some(mut line) = below.next_if(indent, "alias") {
        aliases.push(line.name()?);
        line.end()?;
    }
    Ok(aliases)
}

fn read_fields(below: &mut Lines<'_>, indent: usize) -> Result<Vec<Field>, ReadError> {
    let mut fields = Vec::new();
    loop {
        let field = if let Some(mut line) = below.next_if(indent, "field") {
            let name = line.name()?;
            let field = Field::new(&name, line.after(":")?.shape()?);
            line.end()?;
            field
        } else if let Some(mut line) = below.next_if(indent, "fields") {
            let field = Field { flatten: true, ..Field::new("", line.after("of")?.shape()?) };
            line.end()?;
            field
        } else {
            return Ok(fields);
        };
        let aliases = read_aliases(below, indent + 2)?;
        fields.push(read_absence(below, indent + 2, Field { aliases, ..field })?);
    }
}

/// What stands below a field besides other names: whether it may be absent, what takes its place, and its rules.
fn read_absence(below: &mut Lines<'_>, indent: usize, mut field: Field) -> Result<Field, ReadError> {
    while let Some(mut line) = below.next_at(indent) {
        if line.takes("may") {
            line.after("be")?.after("absent")?;
            field.absence = match line.takes("in") {
                true => {
                    line.after("input")?;
                    Absence::DefaultInInput
                }
                false => Absence::Omittable,
            };
            line.end()?;
        } else if line.takes("rule") {
            field.rules.push(line.all().to_owned());
        } else if field.default.is_empty() {
            line.all().clone_into(&mut field.default);
        } else {
            return Err(line.expected("`alias`, `may be absent`, one `default` or `rule`"));
        }
    }
    Ok(field)
}

/// A type that is used is there, or nothing would be said of it.
fn complete(api: Api, text: &str) -> Result<Api, ReadError> {
    let Some(missing) = api.undefined().map(str::to_owned) else { return Ok(api) };
    let used = format!("`{missing}`");
    let line = text.lines().position(|line| line.contains(&used)).map_or(1, |index| index + 1);
    Err(ReadError { line, expected: format!("a `type {used}` further down, since it is used here") })
}

fn declared(text: &str) -> Vec<String> {
    let keys = text.lines().filter_map(|line| line.strip_prefix("foreign `")?.strip_suffix('`'));
    keys.map(str::to_owned).collect()
}

/// Lines that are still to be read.
struct Lines<'a> {
    /// Each with its number, from 1, and its indentation.
    rest: std::collections::VecDeque<(usize, Line<'a>)>,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str, declared: &'a [String]) -> Self {
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
        let lines = lines.map(|(index, line)| {
            let line = line.trim_end_matches('\r');
            let rest = line.trim_start_matches(' ');
            (line.len() - rest.len(), Line { number: index + 1, rest, declared, depth: 0 })
        });
        Self { rest: lines.collect() }
    }

    fn peek_at(&self, indent: usize) -> Option<&Line<'a>> {
        self.rest.front().filter(|(at, _)| *at == indent).map(|(_, line)| line)
    }

    fn next_at(&mut self, indent: usize) -> Option<Line<'a>> {
        self.peek_at(indent)?;
        self.rest.pop_front().map(|(_, line)| line)
    }

    /// The next line behind its first word, if that is this one.
    fn next_if(&mut self, indent: usize, word: &str) -> Option<Line<'a>> {
        let mut line = self.peek_at(indent)?.clone();
        line.takes(word).then(|| {
            self.rest.pop_front();
            line
        })
    }

    fn required(&mut self, indent: usize, above: &Line<'_>, what: &str) -> Result<Line<'a>, ReadError> {
        self.next_at(indent).ok_or_else(|| ReadError { line: above.number + 1, expected: what.to_owned() })
    }
}

/// How many types may stand in each other on one line.
const DEEPEST: usize = 128;

/// What is left of a line.
#[derive(Clone)]
struct Line<'a> {
    number: usize,
    rest: &'a str,
    /// The keys of all declarations in the text.
    declared: &'a [String],
    /// In how many brackets it stands.
    depth: usize,
}

impl<'a> Line<'a> {
    fn expected(&self, what: impl Into<String>) -> ReadError {
        ReadError { line: self.number, expected: what.into() }
    }

    fn all(&mut self) -> &'a str {
        std::mem::take(&mut self.rest)
    }

    fn end(&self) -> Result<(), ReadError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(self.expected(format!("nothing more than before `{}`", self.rest)))
        }
    }

    /// Letters, or a sign.
    fn takes(&mut self, token: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(token) else { return false };
        let is_word = token.chars().all(char::is_alphanumeric);
        if is_word && rest.starts_with(is_of_word) {
            return false;
        }
        self.rest = rest.trim_start_matches(' ');
        true
    }

    fn after(&mut self, token: &str) -> Result<&mut Self, ReadError> {
        if self.takes(token) { Ok(self) } else { Err(self.expected(format!("`{token}`"))) }
    }

    fn word(&mut self) -> Result<&'a str, ReadError> {
        let length = self.rest.find(|sign| !is_of_word(sign)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(length);
        if word.is_empty() {
            return Err(self.expected("a word"));
        }
        self.rest = rest.trim_start_matches(' ');
        Ok(word)
    }

    fn day(&mut self) -> Result<Day, ReadError> {
        self.all().parse().map_err(|_| self.expected("a day: `2027-03-01`"))
    }

    fn name(&mut self) -> Result<String, ReadError> {
        let name = self.part(is_of_name)?;
        self.rest = self.rest.trim_start_matches(' ');
        Ok(name)
    }

    /// A page may have slashes; where it has more than a word may have, it stands in quotes, as the name does.
    fn page_and_name(&mut self) -> Result<(String, String), ReadError> {
        let (mut page, mut name) = (self.part(is_of_name)?, None);
        if self.rest.starts_with('/') {
            self.rest = &self.rest[1..];
            name = Some(self.part(is_of_name)?);
        } else if page.ends_with('/') && self.rest.starts_with('"') {
            page.pop();
            name = Some(self.part(is_of_name)?);
        }
        self.rest = self.rest.trim_start_matches(' ');
        match name.map(|name| (page.clone(), name)).or_else(|| split_name(&page)) {
            Some(both) => Ok(both),
            None => Err(self.expected("`<page>/<name>`")),
        }
    }

    /// One name, quoted or not.
    fn part(&mut self, is_of_it: fn(char) -> bool) -> Result<String, ReadError> {
        if let Some(quoted) = self.rest.strip_prefix('"') {
            let (name, rest) = unquoted(quoted).ok_or_else(|| self.expected("a closing `\"`"))?;
            self.rest = rest;
            return Ok(name);
        }
        let length = self.rest.find(|sign| !is_of_it(sign)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(length);
        if name.is_empty() {
            return Err(self.expected("a name"));
        }
        self.rest = rest;
        Ok(name.to_owned())
    }

    fn path(&mut self) -> Result<String, ReadError> {
        let inside = self.rest.strip_prefix('`').and_then(|rest| rest.split_once('`'));
        let (path, rest) = inside.ok_or_else(|| self.expected("the path of a type in backticks"))?;
        self.rest = rest.trim_start_matches(' ');
        Ok(path.to_owned())
    }

    fn wire(&mut self) -> Result<WireType, ReadError> {
        Ok(WireType { shape: self.after(":")?.shape()? })
    }

    fn shape(&mut self) -> Result<Shape, ReadError> {
        if self.rest.starts_with('`') {
            return Ok(Shape::Named(self.path()?));
        }
        match self.word()? {
            "null" => Ok(Shape::Null),
            "boolean" => Ok(Shape::Bool),
            "string" => Ok(Shape::String),
            "char" => Ok(Shape::Char),
            "any" => Ok(Shape::Any),
            "integer" => self.range().map(|(min, max)| Shape::Integer { min, max }),
            "number" => Ok(Shape::Number { max: self.after("to")?.number()? }),
            "text" => Ok(Shape::Text(self.name()?.into())),
            "option" => self.in_brackets(Self::shape).map(|inner| Shape::Option(Box::new(inner))),
            "list" => self.in_brackets(Self::shape).map(|item| Shape::Array(Box::new(item))),
            "tuple" => self.in_brackets(Self::shapes).map(Shape::Tuple),
            "map" => self.in_brackets(|line| {
                let key = line.map_key()?;
                Ok(Shape::Map(key, Box::new(line.after(",")?.shape()?)))
            }),
            "foreign" => self.foreign(),
            _ => Err(self.expected("a type such as `string`, `integer 0..=255` or `list(boolean)`")),
        }
    }

    fn shapes(&mut self) -> Result<Vec<Shape>, ReadError> {
        let mut shapes = Vec::new();
        while !self.rest.starts_with(')') {
            if !shapes.is_empty() {
                self.after(",")?;
            }
            shapes.push(self.shape()?);
        }
        Ok(shapes)
    }

    fn variant_body(&mut self) -> Result<VariantBody, ReadError> {
        // A variant of several values and one that holds a tuple are the same JSON, and the same text.
        Ok(match self.shape()? {
            Shape::Tuple(items) => VariantBody::Tuple(items),
            shape => VariantBody::Newtype(shape),
        })
    }

    fn map_key(&mut self) -> Result<MapKey, ReadError> {
        if self.rest.starts_with('`') {
            return Ok(MapKey::Named(self.path()?));
        }
        match self.word()? {
            "string" => Ok(MapKey::String),
            "integer" => self.range().map(|(min, max)| MapKey::Integer { min, max }),
            _ => Err(self.expected("`string`, `integer` or the path of an enum")),
        }
    }

    /// TypeScript may have brackets of its own; the one that ends the line ends it, unless it stands inside of other types.
    fn foreign(&mut self) -> Result<Shape, ReadError> {
        self.in_brackets(|line| {
            let end = end_of_typescript(line.rest).ok_or_else(|| line.expected("`)`"))?;
            let (typescript, rest) = line.rest.split_at(end);
            line.rest = rest;
            Ok(Shape::Foreign { typescript: typescript.to_owned(), declarations: line.declared.to_vec() })
        })
    }

    fn in_brackets<T>(&mut self, inside: impl FnOnce(&mut Self) -> Result<T, ReadError>) -> Result<T, ReadError> {
        self.after("(")?;
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.expected("less in each other"));
        }
        let value = inside(self)?;
        self.depth -= 1;
        self.after(")")?;
        Ok(value)
    }

    fn range(&mut self) -> Result<(i64, i64), ReadError> {
        let min = self.number()?;
        Ok((min, self.after("..=")?.number()?))
    }

    fn number<T: FromStr>(&mut self) -> Result<T, ReadError> {
        let is_of_number = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '+');
        let mut length = self.rest.find(|sign| !is_of_number(sign)).unwrap_or(self.rest.len());
        // One point is part of it; two are a range.
        if let Some(after) = self.rest[length..].strip_prefix('.').filter(|after| !after.starts_with('.')) {
            length += 1 + after.find(|sign| !is_of_number(sign)).unwrap_or(after.len());
        }
        let (number, rest) = self.rest.split_at(length);
        let number = number.parse().map_err(|_| self.expected("a number"))?;
        self.rest = rest.trim_start_matches(' ');
        Ok(number)
    }
}

fn is_of_word(sign: char) -> bool {
    sign.is_ascii_alphanumeric()
}

fn is_of_name(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || matches!(sign, '_' | '$' | '-' | '/')
}

fn split_name(both: &str) -> Option<(String, String)> {
    let (page, name) = both.rsplit_once('/')?;
    Some((page.to_owned(), name.to_owned()))
}

/// What stands before the closing quote, and what stands behind it.
fn unquoted(quoted: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut signs = quoted.char_indices();
    while let Some((at, sign)) = signs.next() {
        match sign {
            '"' => return Some((name, &quoted[at + 1..])),
            '\\' => match signs.next()?.1 {
                'u' => {
                    let code = quoted[at + 2..].strip_prefix('{')?.split_once('}')?.0;
                    name.push(char::from_u32(u32::from_str_radix(code, 16).ok()?)?);
                    signs.nth(code.len() + 1)?;
                }
                escaped => name.push(escaped),
            },
            sign => name.push(sign),
        }
    }
    None
}

/// Where the bracket is that closes what TypeScript does not: outside of its brackets and texts.
fn end_of_typescript(text: &str) -> Option<usize> {
    let (mut depth, mut quote, mut is_escaped) = (0_usize, None, false);
    for (at, sign) in text.char_indices() {
        match (quote, sign) {
            _ if is_escaped => is_escaped = false,
            (Some(_), '\\') => is_escaped = true,
            (Some(open), sign) if open == sign => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(sign),
            (None, '(') => depth += 1,
            (None, ')') if depth == 0 => return Some(at),
            (None, ')') => depth -= 1,
            (None, _) => {}
        }
    }
    None
}
