//! The outside of one Rust file: which handlers it holds, which types it declares, which error codes it answers with.
//!
//! Bodies are looked into for error codes alone. Types are names here; what they consist of is known to the compiled app.

use std::path::Path;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, Item, ItemFn, ItemImpl, Meta, ReturnType, Type, Visibility};

use super::arguments::{
    EntityArguments, FilterArguments, MutationArguments, RequestArguments, RoomArguments, RoomKind, RouteArguments,
    ScopeArguments, StateArguments,
};
use super::error_code::ErrorCode;
use super::pattern::Pattern;
use super::text::text;
use super::tokens::{self, Imports};

/// What the scanner and the macros know of one file.
///
/// ```
/// use sync_syntax::handler_file::{HandlerFile, Kind};
///
/// let file = HandlerFile::parse(
///     "/// Adds to the counter.\n#[sync::server]\npub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<(), SyncError> { Ok(()) }",
/// );
/// let outline = file.outline.ok_or("a syntax error")?;
/// assert_eq!(outline.handlers[0].kind, Kind::Server);
/// assert_eq!(outline.handlers[0].docs, "Adds to the counter.");
/// assert!(outline.handlers[0].is_async && !outline.declares("ServerStream"));
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Default)]
pub struct HandlerFile {
    /// The codes of `sync::error!("…")`, in the order of the source.
    pub error_codes: Vec<ErrorCode>,
    /// `None` where the file has a syntax error: it exists, and the compiler says what is wrong with it.
    pub outline: Option<Outline>,
    /// The items themselves, for who asks what types consist of; to read a file again would cost more than all that is done with it.
    pub syntax: Option<Syntax>,
}

/// The items of a file, and what it calls ours.
#[derive(Debug, Clone)]
pub struct Syntax {
    /// The file.
    pub file: syn::File,
    /// What it imports from `sync`.
    pub imports: Imports,
}

/// The items of a file that has no syntax error.
#[derive(Debug, Default)]
pub struct Outline {
    /// The functions and states with an attribute of ours, in the order of the source.
    pub handlers: Vec<Handler>,
    /// The function `main`, with or without attribute.
    pub main: Option<Beside>,
    /// The function `prepare`, of a mutation that waits for something before its turn.
    pub prepare: Option<Beside>,
    /// The function `upgrade`, of a version that takes what an older one was told.
    pub upgrade: Option<Beside>,
    /// The function `downgrade`, of a version that answers as an older one did.
    pub downgrade: Option<Beside>,
    /// The function `scopes`, of a replica.
    pub scopes: Option<Beside>,
    /// The line of an `impl SharedState`, with or without attribute.
    pub state_line: Option<usize>,
    /// The name of the first type with `#[wire]`.
    pub first_wire: Option<String>,
    /// An attribute stands on something else than it is for, and says so itself.
    pub has_misplaced_attribute: bool,
    /// The types that the file declares itself, in the order of the source.
    pub types: Vec<String>,
    /// Some of them are other names of types.
    pub has_aliases: bool,
    /// Those of them with `#[sync::entity]`.
    pub entities: Vec<Entity>,
    /// The file names `super::server`, the types of the server file beside it.
    pub uses_server: bool,
}

/// `main`, or a function beside it.
#[derive(Debug)]
pub struct Beside {
    /// It has a visibility.
    pub is_public: bool,
    /// It is an `async fn`.
    pub is_async: bool,
    /// The types of its parameters, as far as paths tell: `super::create_v1::Args`, `&Args`, `Ctx`.
    pub parameters: Vec<String>,
    /// What it returns, told in the same way: `Result`, or `` for nothing.
    pub returns: String,
    /// Its line, counted from 1.
    pub line: usize,
}

impl Beside {
    fn of(function: &ItemFn) -> Self {
        let types = function.sig.inputs.iter().map(|input| match input {
            FnArg::Typed(typed) => shape(&typed.ty),
            FnArg::Receiver(_) => "self".to_owned(),
        });
        Self {
            is_public: !matches!(function.vis, Visibility::Inherited),
            is_async: function.sig.asyncness.is_some(),
            parameters: types.collect(),
            returns: match &function.sig.output {
                ReturnType::Type(_, ty) => shape(ty),
                ReturnType::Default => String::new(),
            },
            line: line_of(function.sig.ident.span()),
        }
    }
}

/// A type with `#[sync::entity]`.
#[derive(Debug)]
pub struct Entity {
    /// The name of the type.
    pub name: String,
    /// It is a table of a database.
    pub has_table: bool,
    /// The line of the attribute, counted from 1.
    pub line: usize,
}

impl Entity {
    /// Returns what it is called on the wire: `todoItem` of `TodoItem`.
    #[must_use]
    pub fn wire_name(&self) -> String {
        wire_name(&self.name)
    }
}

/// Returns what the entity with this type is called on the wire: `todoItem` of `TodoItem`.
#[must_use]
pub fn wire_name(of_type: &str) -> String {
    let mut letters = of_type.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// A function with an attribute of ours.
#[derive(Debug)]
pub struct Handler {
    /// Which attribute.
    pub kind: Kind,
    /// The attribute as it is written: `sync::server`.
    pub attribute: String,
    /// The name of the function.
    pub name: String,
    /// The line of the attribute, counted from 1.
    pub line: usize,
    /// The function is an `async fn`.
    pub is_async: bool,
    /// How many parameters it has.
    pub parameters: usize,
    /// The doc comment, lines joined by `\n`, without the leading space of each.
    pub docs: String,
    /// The arguments of the attribute; `None` where they cannot be read, which the attribute says itself.
    pub arguments: Option<Arguments>,
    /// The same as they are written, in the order of the source, but for spaces: `auth=login`, `volatile`.
    pub written: Vec<String>,
}

/// The arguments of an attribute of ours.
#[derive(Debug)]
pub enum Arguments {
    /// Of `#[sync::server]`.
    Route(Box<RouteArguments>),
    /// Of `#[sync::client]`.
    Filter(Box<FilterArguments>),
    /// Of `#[sync::room]`.
    Room(Box<RoomArguments>),
    /// Of `#[sync::request]`.
    Request(Box<RequestArguments>),
    /// Of `#[sync::state]`.
    State(Box<StateArguments>),
    /// Of `#[sync::mutation]`.
    Mutation(Box<MutationArguments>),
    /// Of `#[sync::scope]`.
    Scope(Box<ScopeArguments>),
    /// Of `#[sync::replica]`, which has none.
    Replica,
}

/// The attributes that make a function a handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `#[sync::server]`: runs once.
    Server,
    /// `#[sync::client]`: runs for each member.
    Client,
    /// `#[sync::room]`: says who may join.
    Room,
    /// `#[sync::request]`: runs once, for its caller alone.
    Request,
    /// `#[sync::state]`: the value of a room.
    State,
    /// `#[sync::mutation]`: changes durable data once.
    Mutation,
    /// `#[sync::scope]`: says who may read and write durable data.
    Scope,
    /// `#[sync::replica]`: says which scopes a row of a table belongs to.
    Replica,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Server,
        Self::Client,
        Self::Room,
        Self::Request,
        Self::State,
        Self::Mutation,
        Self::Scope,
        Self::Replica,
    ];

    /// Returns the word in the attribute: `server`, `client`, `room`, `request`, `state`, `mutation`, `scope` or `replica`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Client => "client",
            Self::Room => "room",
            Self::Request => "request",
            Self::State => "state",
            Self::Mutation => "mutation",
            Self::Scope => "scope",
            Self::Replica => "replica",
        }
    }

    /// Returns whether the attribute stands on an `impl`, and not on a function.
    #[must_use]
    pub fn is_on_impl(self) -> bool {
        self == Self::State
    }
}

impl HandlerFile {
    /// Reads the file at `path`; one that is not there or is not UTF-8 counts as one with a syntax error.
    #[must_use]
    pub fn read(path: &Path) -> Self {
        std::fs::read_to_string(path).map(|source| Self::parse(&source)).unwrap_or_default()
    }

    /// Reads the text of a file.
    #[must_use]
    pub fn parse(source: &str) -> Self {
        let source = source.strip_prefix('\u{feff}').unwrap_or(source);
        let Ok(tokens) = source.parse::<TokenStream>() else { return Self::default() };
        let found = tokens::walk(tokens.clone());
        let file = syn::parse2::<syn::File>(tokens).ok();
        let outline = file.as_ref().map(|file| Outline::of(file, &found));
        let syntax = file.map(|file| Syntax { file, imports: found.imports });
        Self { error_codes: found.error_codes, outline, syntax }
    }

    /// Reads the error codes of a file that need not hold a handler; cheaper than [`HandlerFile::parse`] where it holds none.
    #[must_use]
    pub fn parse_bystander(source: &str) -> Self {
        let mut words = Kind::ALL.iter().map(|kind| kind.word()).chain(["entity"]);
        let may_hold_handler = words.any(|word| source.contains(word)) && source.contains("sync");
        if may_hold_handler {
            return Self::parse(source);
        }
        if !source.contains("error") || !source.contains("sync") {
            return Self { outline: Some(Outline::default()), ..Self::default() };
        }
        let Ok(tokens) = source.parse::<TokenStream>() else { return Self::default() };
        Self { error_codes: tokens::walk(tokens).error_codes, outline: Some(Outline::default()), syntax: None }
    }
}

impl Handler {
    /// Returns whether this is a filter that reads a declared part of the member: `#[sync::client(by = …)]`.
    #[must_use]
    pub fn is_by_group(&self) -> bool {
        matches!(&self.arguments, Some(Arguments::Filter(arguments)) if arguments.by.is_some())
    }

    /// Returns the argument `key` as it is written, without key and `=`; `` for one that has no value.
    #[must_use]
    pub fn written(&self, key: &str) -> Option<&str> {
        self.written.iter().find_map(|argument| match argument.split_once('=') {
            Some((name, value)) => (name == key).then_some(value),
            None => (argument == key).then_some(""),
        })
    }

    /// Returns which rooms a route can be sent to, if it says so.
    #[must_use]
    pub fn room_kind(&self) -> Option<&RoomKind> {
        let arguments = match self.arguments.as_ref()? {
            Arguments::Route(arguments) => &**arguments,
            Arguments::Filter(arguments) => &arguments.route,
            Arguments::State(arguments) => return arguments.room.as_ref(),
            Arguments::Room(_) | Arguments::Request(_) | Arguments::Mutation(_) => return None,
            Arguments::Scope(_) | Arguments::Replica => return None,
        };
        arguments.room.as_ref()
    }

    /// Returns which rooms a rule opens, or which scopes there are.
    #[must_use]
    pub fn rule_pattern(&self) -> Option<&Pattern> {
        match self.arguments.as_ref()? {
            Arguments::Room(arguments) => Some(&arguments.pattern),
            Arguments::Scope(arguments) => Some(&arguments.pattern),
            _ => None,
        }
    }
}

impl Outline {
    /// Returns the function that its attribute stands on, with or without attribute: `main`, or `scopes` of a replica.
    #[must_use]
    pub fn function(&self, name: &str) -> Option<&Beside> {
        match name {
            "scopes" => self.scopes.as_ref(),
            _ => self.main.as_ref(),
        }
    }

    /// Returns whether the file declares a type called `name`.
    #[must_use]
    pub fn declares(&self, name: &str) -> bool {
        self.types.iter().any(|declared| declared == name)
    }

    fn of(file: &syn::File, found: &tokens::Found) -> Self {
        let mut outline = Self { uses_server: found.uses_server, ..Self::default() };
        for item in &file.items {
            match item {
                Item::Fn(function) => outline.add_function(function, found),
                Item::Impl(item) => outline.add_impl(item, found),
                Item::Struct(item) => outline.add_type(&item.ident, &item.attrs, found),
                Item::Enum(item) => outline.add_type(&item.ident, &item.attrs, found),
                Item::Type(item) => {
                    outline.has_aliases = true;
                    outline.add_type(&item.ident, &item.attrs, found);
                }
                _ => {}
            }
        }
        outline
    }

    fn add_function(&mut self, function: &ItemFn, found: &tokens::Found) {
        if function.sig.ident == "main" {
            self.main = Some(Beside::of(function));
        }
        if function.sig.ident == "upgrade" {
            self.upgrade = Some(Beside::of(function));
        }
        if function.sig.ident == "downgrade" {
            self.downgrade = Some(Beside::of(function));
        }
        if function.sig.ident == "prepare" {
            self.prepare = Some(Beside::of(function));
        }
        if function.sig.ident == "scopes" {
            self.scopes = Some(Beside::of(function));
        }
        let kinds = || function.attrs.iter().filter_map(|attribute| Some((kind(attribute, found)?, attribute)));
        self.has_misplaced_attribute |= kinds().any(|(kind, _)| kind.is_on_impl());
        self.handlers.extend(kinds().find(|(kind, _)| !kind.is_on_impl()).map(|(kind, attribute)| Handler {
            kind,
            attribute: path_text(attribute.path()),
            name: function.sig.ident.to_string(),
            line: line_of(attribute.span()),
            is_async: function.sig.asyncness.is_some(),
            parameters: function.sig.inputs.len(),
            docs: docs(&function.attrs),
            arguments: arguments(kind, attribute),
            written: written(attribute),
        }));
    }

    /// An `impl` with an attribute counts as the `main` of its file.
    fn add_impl(&mut self, item: &ItemImpl, found: &tokens::Found) {
        if let Some((path, of)) = &item.trait_
            && path.segments.last().is_some_and(|last| last.ident == "SharedState")
        {
            self.state_line = Some(line_of(of.span()));
        }
        let Some((kind, attribute)) = item.attrs.iter().find_map(|found_at| Some((kind(found_at, found)?, found_at)))
        else {
            return;
        };
        if !kind.is_on_impl() {
            self.has_misplaced_attribute = true;
            return;
        }
        self.handlers.push(Handler {
            kind,
            attribute: path_text(attribute.path()),
            name: "main".to_owned(),
            line: line_of(attribute.span()),
            is_async: false,
            parameters: 0,
            docs: docs(&item.attrs),
            arguments: arguments(kind, attribute),
            written: written(attribute),
        });
    }

    fn add_type(&mut self, name: &syn::Ident, attributes: &[Attribute], found: &tokens::Found) {
        self.types.push(name.to_string());
        let is_wire = |attribute: &Attribute| found.imports.resolve(attribute.path()).as_deref() == Some("wire");
        if self.first_wire.is_none() && attributes.iter().any(is_wire) {
            self.first_wire = Some(name.to_string());
        }
        self.has_misplaced_attribute |= attributes.iter().any(|attribute| kind(attribute, found).is_some());
        let is_entity = |attribute: &&Attribute| found.imports.resolve(attribute.path()).as_deref() == Some("entity");
        if let Some(attribute) = attributes.iter().find(is_entity) {
            let has_table = EntityArguments::of(attribute).is_some_and(|arguments| arguments.table.is_some());
            self.entities.push(Entity { name: name.to_string(), has_table, line: line_of(attribute.span()) });
        }
    }
}

/// The path of a type without its arguments; `impl` for an `impl …`, and `_` for what has no name.
fn shape(ty: &Type) -> String {
    match ty {
        Type::Path(path) => path_text(&path.path),
        Type::Reference(reference) => format!("&{}", shape(&reference.elem)),
        Type::Paren(inner) => shape(&inner.elem),
        Type::Tuple(tuple) if tuple.elems.is_empty() => "()".to_owned(),
        Type::ImplTrait(_) => "impl".to_owned(),
        _ => "_".to_owned(),
    }
}

/// Returns which of our attributes for functions this is.
fn kind(attribute: &Attribute, found: &tokens::Found) -> Option<Kind> {
    let name = found.imports.resolve(attribute.path())?;
    Kind::ALL.into_iter().find(|kind| kind.word() == name)
}

/// Returns the doc comment in `attributes`: lines joined by `\n`, without the leading space of each.
#[must_use]
pub fn docs(attributes: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attribute in attributes {
        if let Meta::NameValue(pair) = &attribute.meta
            && pair.path.is_ident("doc")
            && let syn::Expr::Lit(literal) = &pair.value
            && let syn::Lit::Str(text) = &literal.lit
        {
            lines.extend(text.value().lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned()));
        }
    }
    lines.join("\n").trim_matches('\n').to_owned()
}

/// Each argument of an attribute, between commas that are in no brackets.
fn written(attribute: &Attribute) -> Vec<String> {
    let Meta::List(list) = &attribute.meta else { return Vec::new() };
    let tokens: Vec<_> = list.tokens.clone().into_iter().collect();
    let arguments = tokens.split(|token| matches!(token, TokenTree::Punct(sign) if sign.as_char() == ','));
    let arguments = arguments.map(|argument| text(&argument.iter().cloned().collect()));
    arguments.filter(|argument| !argument.is_empty()).collect()
}

fn arguments(kind: Kind, attribute: &Attribute) -> Option<Arguments> {
    let tokens = match &attribute.meta {
        Meta::Path(_) => TokenStream::new(),
        Meta::List(list) => list.tokens.clone(),
        Meta::NameValue(_) => return None,
    };
    match kind {
        Kind::Room => Some(Arguments::Room(Box::new(syn::parse2(tokens).ok()?))),
        Kind::Server => Some(Arguments::Route(Box::new(syn::parse2(tokens).ok()?))),
        Kind::Request => Some(Arguments::Request(Box::new(syn::parse2(tokens).ok()?))),
        Kind::State => Some(Arguments::State(Box::new(syn::parse2(tokens).ok()?))),
        Kind::Mutation => Some(Arguments::Mutation(Box::new(syn::parse2(tokens).ok()?))),
        Kind::Scope => Some(Arguments::Scope(Box::new(syn::parse2(tokens).ok()?))),
        Kind::Replica => tokens.is_empty().then_some(Arguments::Replica),
        Kind::Client => Some(Arguments::Filter(Box::new(syn::parse2(tokens).ok()?))),
    }
}

fn path_text(path: &syn::Path) -> String {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect::<Vec<_>>().join("::")
}

fn line_of(span: Span) -> usize {
    span.start().line
}
