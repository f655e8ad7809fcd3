//! What stands in the brackets of `#[sync::server(…)]`, `#[sync::client(…)]`, `#[sync::request(…)]`, `#[sync::state(…)]`,
//! `#[sync::mutation(…)]`, `#[sync::room(…)]`, `#[sync::scope(…)]` and `#[sync::entity(…)]`.
//!
//! Arguments are read and nothing else: whether a client file may have an `auth` of its own is decided by the scanner, which
//! knows the files, and whether an expression is of the right type by the compiler.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Expr, ExprPath, Ident, Lit, LitStr, Token};

pub use sync_schema::RateLimit;
use sync_schema::{EVERYONE, nearest};

use super::pattern::Pattern;

/// The arguments of a route, all optional and in any order:
/// `auth = login | public | <const of type Auth>`, `check = <path>`, `room = "<pattern>" | all`, `volatile`, `empty_room = allow`, `report`, `concurrent`,
/// `durable`, `timeout = <seconds, or a const Duration>`, `rate_limit = "<count>/<s, m or h>, burst <count>"`.
///
/// ```
/// use sync_syntax::arguments::{AuthArgument, RouteArguments, Timeout};
///
/// let arguments: RouteArguments = syn::parse_str("auth = public, volatile, timeout = 0.5")?;
/// assert!(matches!(arguments.auth, Some(AuthArgument::Public(_))));
/// assert!(arguments.volatile.is_some() && arguments.empty_room.is_none());
/// assert!(matches!(arguments.timeout, Some(Timeout::Millis(500, _))));
/// # Ok::<(), syn::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct RouteArguments {
    /// Who may call; login is required where this is `None`.
    pub auth: Option<AuthArgument>,
    /// What is asked of a caller who fulfils `auth`; nothing where this is `None`.
    pub check: Option<Check>,
    /// Which rooms it can be sent to; all that its caller is in where this is `None`.
    pub room: Option<RoomKind>,
    /// `volatile`: where it stands, if it does. Stale frames of a slow member are dropped.
    pub volatile: Option<Span>,
    /// `empty_room = allow`: where `allow` stands, if it does. The handler runs with nobody to hear it.
    pub empty_room: Option<Span>,
    /// `report`: where it stands, if it does. A caller may ask how many members were sent its event.
    pub report: Option<Span>,
    /// `concurrent`: where it stands, if it does. What its caller sends next does not wait for the handler.
    pub concurrent: Option<Span>,
    /// `durable`: where it stands, if it does. Its calls are known in the next life of the server, too.
    pub durable: Option<Span>,
    /// How long the handler, or an `async` filter for one member, may take.
    pub timeout: Option<Timeout>,
    /// How often one caller may call.
    pub rate_limit: Option<RateLimitArgument>,
}

/// The arguments of a filter: those of a route, and `by = <path or closure>`, in any order.
///
/// `by` is a function `fn(Member<'_>) -> T` where `T: Eq + Hash + Send + 'static`. The first parameter of `main` is then the `&T`
/// instead of the `Member`, so that the filter can read nothing else of a member; it runs once for each value of `T` in the room.
///
/// ```
/// use sync_syntax::arguments::FilterArguments;
///
/// let arguments: FilterArguments = syn::parse_str("by = |member| member.session().role, timeout = 0.5")?;
/// assert!(arguments.by.is_some() && arguments.route.timeout.is_some());
/// # Ok::<(), syn::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct FilterArguments {
    /// What a route without a server file says of itself.
    pub route: RouteArguments,
    /// What the filter reads of a member; the whole member where this is `None`.
    pub by: Option<Projection>,
}

/// The arguments of a request, all optional and in any order:
/// `auth`, `check`, `timeout`, `rate_limit`, `concurrent` and `durable` as for a route, `method = GET | POST`.
///
/// ```
/// use sync_syntax::arguments::{Method, RequestArguments};
///
/// let arguments: RequestArguments = syn::parse_str("auth = public, method = GET")?;
/// assert!(matches!(arguments.method, Some(Method::Get(_))) && arguments.concurrent.is_none());
/// # Ok::<(), syn::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct RequestArguments {
    /// Who may call; login is required where this is `None`.
    pub auth: Option<AuthArgument>,
    /// What is asked of a caller who fulfils `auth`; nothing where this is `None`.
    pub check: Option<Check>,
    /// How it can be asked over HTTP; `POST` alone where this is `None`.
    pub method: Option<Method>,
    /// `concurrent`: where it stands, if it does. What its caller sends next does not wait for the handler.
    pub concurrent: Option<Span>,
    /// `durable`: where it stands, if it does. Its calls are known in the next life of the server, too.
    pub durable: Option<Span>,
    /// How long the handler may take.
    pub timeout: Option<Timeout>,
    /// How often one caller may call.
    pub rate_limit: Option<RateLimitArgument>,
}

/// The arguments of a state: `room = "<pattern>"`, and in any order `auth`, `timeout` and `rate_limit` as for a route,
/// `store = memory | file | sqlite | redis | app`, `ttl = "5m"`, `save = "1s" | "each"`.
///
/// ```
/// use sync_syntax::arguments::{Save, StateArguments, Store, Timeout};
///
/// let arguments: StateArguments = syn::parse_str(r#"room = "board-{id}", store = sqlite, ttl = "5m", save = "each""#)?;
/// assert!(matches!(arguments.store, Some((Store::Sqlite, _))));
/// assert!(matches!(arguments.ttl, Some(Timeout::Millis(300_000, _))));
/// assert!(matches!(arguments.save, Some(Save::Each(_))));
/// # Ok::<(), syn::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct StateArguments {
    /// The rooms that have such a value each.
    pub room: Option<RoomKind>,
    /// Who may act; login is required where this is `None`.
    pub auth: Option<AuthArgument>,
    /// Where values are kept; in memory alone where this is `None`.
    pub store: Option<(Store, Span)>,
    /// For how long a value lives in memory when nobody is in the room; five minutes where this is `None`.
    pub ttl: Option<Timeout>,
    /// When values are saved; within a second where this is `None`.
    pub save: Option<Save>,
    /// How long an action may take, with all that it waits for.
    pub timeout: Option<Timeout>,
    /// How often one caller may act.
    pub rate_limit: Option<RateLimitArgument>,
}

/// The arguments of a mutation, all optional and in any order: `auth`, `timeout` and `rate_limit` as for a route.
#[derive(Debug, Default)]
pub struct MutationArguments {
    /// Who may ask for it; login is required where this is `None`.
    pub auth: Option<AuthArgument>,
    /// How long it may take, with all that it waits for.
    pub timeout: Option<Timeout>,
    /// How often one caller may ask for it.
    pub rate_limit: Option<RateLimitArgument>,
}

/// The arguments of a scope: `"pattern"`, then `auth = …` as for routes.
#[derive(Debug)]
pub struct ScopeArguments {
    /// The names of the scopes.
    pub pattern: Pattern,
    /// Who may ask for access; login is required where this is `None`.
    pub auth: Option<AuthArgument>,
}

/// The arguments of an entity: `table = "public.todos"`, where its rows are those of a database.
///
/// ```
/// use sync_syntax::arguments::EntityArguments;
///
/// let arguments: EntityArguments = syn::parse_str("table = \"todos\"")?;
/// assert!(arguments.table.is_some_and(|table| (&*table.schema, &*table.name) == ("public", "todos")));
/// # Ok::<(), syn::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct EntityArguments {
    /// The table that it is a row of.
    pub table: Option<TableName>,
}

/// A table of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableName {
    /// Its schema; `public` where it is not said.
    pub schema: String,
    /// Its name, letter by letter: in a database, `Todos` and `todos` are two.
    pub name: String,
}

/// The value of `store`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Store {
    /// `memory`: nowhere else.
    Memory,
    /// `file`: a file for each value.
    File,
    /// `sqlite`: one file for all values.
    Sqlite,
    /// `redis`.
    Redis,
    /// `app`: where `load` and `persist` say.
    App,
}

impl Store {
    const WORDS: [(&'static str, Self); 5] = [
        ("memory", Self::Memory),
        ("file", Self::File),
        ("sqlite", Self::Sqlite),
        ("redis", Self::Redis),
        ("app", Self::App),
    ];
}

/// The value of `save`.
#[derive(Debug)]
pub enum Save {
    /// `"each"`: before anybody hears of an action.
    Each(Span),
    /// So long after a change.
    After(Timeout),
}

/// The value of `method`.
#[derive(Debug)]
pub enum Method {
    /// `GET`, and `POST` all the same: the handler has no effect.
    Get(Span),
    /// `POST`.
    Post(Span),
}

/// The value of `check`: the name of a function that takes what `main` of a server file takes, and returns `Result<(), SyncError>` in
/// the end.
#[derive(Debug)]
pub struct Check(pub ExprPath);

/// The value of `room`.
#[derive(Debug)]
pub enum RoomKind {
    /// The pattern of a rule, as it stands there.
    Rule(Pattern, Span),
    /// `all`: not a room, but everybody who is connected.
    Everyone(Span),
}

/// The value of `leave` or `empty`: the name of a function that takes what `join` takes, and returns `Result<(), SyncError>` in the end.
#[derive(Debug)]
pub struct Hook(pub ExprPath);

/// The value of `by`: a path, or a closure with one parameter.
#[derive(Debug)]
pub struct Projection(pub Box<Expr>);

/// The arguments of a room rule: `"pattern"`, then in any order `auth = …` as for routes, `send = anyone | members`, and the hooks
/// `leave = <path>` and `empty = <path>`.
#[derive(Debug)]
pub struct RoomArguments {
    /// The names that the rule opens.
    pub pattern: Pattern,
    /// Where the pattern stands.
    pub pattern_span: Span,
    /// Who may ask to join; login is required where this is `None`.
    pub auth: Option<AuthArgument>,
    /// Who may send; only members where this is `None`.
    pub send: Option<Send>,
    /// Where it says that members can see who is there.
    pub presence: Option<Span>,
    /// For how long events are kept for members who come back; as long as the configuration says where this is `None`.
    pub history: Option<History>,
    /// What is done when a member has left.
    pub leave: Option<Hook>,
    /// What is done when the last member has left.
    pub empty: Option<Hook>,
}

/// The value of `auth`.
#[derive(Debug)]
pub enum AuthArgument {
    /// `login`: any caller who has logged in.
    Login(Span),
    /// `public`: every caller.
    Public(Span),
    /// A const expression of type `Auth`.
    Const(Box<Expr>),
}

/// The value of `send`.
#[derive(Debug)]
pub enum Send {
    /// `members`: those who are in the room.
    Members(Span),
    /// `anyone`: every caller whom the route admits.
    Anyone(Span),
}

/// The value of `history`.
#[derive(Debug)]
pub enum History {
    /// `none`: nothing is kept.
    None(Span),
    /// For so long.
    Age(Timeout),
    /// `durable`: in a file, so that the next life of the server goes on with them.
    Durable(Span),
}

/// The value of `timeout`, and a time elsewhere.
#[derive(Debug)]
pub enum Timeout {
    /// A number of seconds, here in milliseconds; never 0.
    Millis(u64, Span),
    /// A const expression of type `std::time::Duration`.
    Duration(Box<Expr>),
}

impl Timeout {
    /// Returns where it stands.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Millis(_, span) => *span,
            Self::Duration(expression) => expression.span(),
        }
    }
}

/// The value of `rate_limit`: `"20/s, burst 100"`, or `"off"`.
#[derive(Debug)]
pub struct RateLimitArgument {
    /// What it says.
    pub limit: RateLimit,
    /// Where it stands.
    pub span: Span,
}

/// What a route says once: in its server file if it has one, in its client file otherwise.
pub const SAID_ONCE: [&str; 7] = ["auth", "check", "room", "volatile", "empty_room", "report", "rate_limit"];

const ROUTE_KEYS: [&str; 10] =
    ["auth", "check", "room", "volatile", "empty_room", "report", "concurrent", "durable", "timeout", "rate_limit"];
const FILTER_KEYS: [&str; 9] =
    ["auth", "check", "room", "volatile", "empty_room", "report", "timeout", "rate_limit", "by"];
const REQUEST_KEYS: [&str; 7] = ["auth", "check", "method", "concurrent", "durable", "timeout", "rate_limit"];
const STATE_KEYS: [&str; 7] = ["room", "auth", "store", "ttl", "save", "timeout", "rate_limit"];
const MUTATION_KEYS: [&str; 3] = ["auth", "timeout", "rate_limit"];
const SCOPE_KEYS: [&str; 1] = ["auth"];
const ENTITY_KEYS: [&str; 1] = ["table"];
/// How many bytes a name in a Postgres has at most.
const LONGEST_NAME: usize = 63;
const ROOM_KEYS: [&str; 6] = ["auth", "send", "presence", "history", "leave", "empty"];

/// Arguments that only make sense with a room, and why they do not without one.
const OF_ROOMS: [(&str, &str); 5] = [
    ("room", "a request is sent to no room"),
    ("volatile", "a request has an answer, and no events that could be stale"),
    ("empty_room", "a request is sent to no room"),
    ("report", "a request has an answer, and no events that become something"),
    ("by", "a request has no members to filter"),
];

impl RouteArguments {
    /// Reads the argument `key`; says whether there is one of this name.
    fn read(&mut self, key: &Ident, input: ParseStream<'_>) -> syn::Result<bool> {
        match key.to_string().as_str() {
            "auth" => set(&mut self.auth, key, value(input, key)?)?,
            "check" => set(&mut self.check, key, value(input, key)?)?,
            "room" => set(&mut self.room, key, value(input, key)?)?,
            "volatile" => set(&mut self.volatile, key, flag(input, key)?)?,
            "empty_room" => set(&mut self.empty_room, key, empty_room(input, key)?)?,
            "report" => set(&mut self.report, key, flag(input, key)?)?,
            "concurrent" => set(&mut self.concurrent, key, flag(input, key)?)?,
            "durable" => set(&mut self.durable, key, flag(input, key)?)?,
            "timeout" => set(&mut self.timeout, key, value(input, key)?)?,
            "rate_limit" => set(&mut self.rate_limit, key, value(input, key)?)?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl Parse for RouteArguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut arguments = Self::default();
        each(input, &ROUTE_KEYS, |key| match key == "by" {
            false => arguments.read(key, input),
            true => {
                let what = "`by` says what a filter reads of a member, and this is no filter";
                Err(syn::Error::new(key.span(), format!("{what}\nhelp: move it to the client file of this route")))
            }
        })?;
        if let (Some(durable), Some(_)) = (arguments.durable, arguments.volatile) {
            let what =
                "a route is `volatile`, of which stale events are dropped, or `durable`, of which no call is forgotten";
            return Err(syn::Error::new(durable, format!("{what}\nhelp: remove one of them")));
        }
        Ok(arguments)
    }
}

impl Parse for RequestArguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut arguments = Self::default();
        each(input, &REQUEST_KEYS, |key| {
            match key.to_string().as_str() {
                "auth" => set(&mut arguments.auth, key, value(input, key)?)?,
                "check" => set(&mut arguments.check, key, value(input, key)?)?,
                "method" => set(&mut arguments.method, key, value(input, key)?)?,
                "concurrent" => set(&mut arguments.concurrent, key, flag(input, key)?)?,
                "durable" => set(&mut arguments.durable, key, flag(input, key)?)?,
                "timeout" => set(&mut arguments.timeout, key, value(input, key)?)?,
                "rate_limit" => set(&mut arguments.rate_limit, key, value(input, key)?)?,
                name => match OF_ROOMS.iter().find(|(other, _)| *other == name) {
                    Some((_, why)) => {
                        let message = format!("`{name}` has no meaning here: {why}\nhelp: remove it");
                        return Err(syn::Error::new(key.span(), message));
                    }
                    None => return Ok(false),
                },
            }
            Ok(true)
        })?;
        if let (Some(durable), Some(Method::Get(_))) = (arguments.durable, &arguments.method) {
            let what = "a `GET` has no effect, so that a repeat of it does no harm";
            return Err(syn::Error::new(durable, format!("{what}\nhelp: remove `durable`")));
        }
        Ok(arguments)
    }
}

impl Parse for StateArguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut arguments = Self::default();
        each(input, &STATE_KEYS, |key| {
            match key.to_string().as_str() {
                "room" => set(&mut arguments.room, key, value(input, key)?)?,
                "auth" => set(&mut arguments.auth, key, value(input, key)?)?,
                "store" => set(&mut arguments.store, key, store(input, key)?)?,
                "ttl" => set(&mut arguments.ttl, key, time(input, key)?)?,
                "save" => set(&mut arguments.save, key, save(input, key)?)?,
                "timeout" => set(&mut arguments.timeout, key, value(input, key)?)?,
                "rate_limit" => set(&mut arguments.rate_limit, key, value(input, key)?)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        if let Some(RoomKind::Everyone(span)) = arguments.room {
            let what = "a state belongs to rooms, and `all` is none";
            return Err(syn::Error::new(span, format!("{what}\nhelp: {STATE_OF_ALL}")));
        }
        let is_in_memory = matches!(arguments.store, None | Some((Store::Memory, _)));
        if let (true, Some(save)) = (is_in_memory, &arguments.save) {
            let what = "a state that is kept in memory is never saved";
            let help = "add `store = sqlite`, or remove `save`";
            return Err(syn::Error::new(save.span(), format!("{what}\nhelp: {help}")));
        }
        Ok(arguments)
    }
}

/// What to write instead of `room = all`.
const STATE_OF_ALL: &str = "for one value that everybody shares, open a room without parameters: `#[sync::room(\"lobby\")]`, and write `room = \"lobby\"`";

impl Save {
    /// Returns where it stands.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Each(span) => *span,
            Self::After(time) => time.span(),
        }
    }
}

fn store(input: ParseStream<'_>, key: &Ident) -> syn::Result<(Store, Span)> {
    equals(input, key)?;
    let word: Ident = input.call(syn::ext::IdentExt::parse_any)?;
    let name = word.to_string();
    match Store::WORDS.iter().find(|(known, _)| *known == name) {
        Some((_, store)) => Ok((*store, word.span())),
        None => Err(wrong_word(&word, &name, "store", &Store::WORDS.map(|(word, _)| word))),
    }
}

fn save(input: ParseStream<'_>, key: &Ident) -> syn::Result<Save> {
    equals(input, key)?;
    if let Ok(text) = input.fork().parse::<LitStr>()
        && text.value() == "each"
    {
        input.parse::<LitStr>()?;
        return Ok(Save::Each(text.span()));
    }
    time_of(input, "`save` is `\"each\"`, or a time: `save = \"1s\"`").map(Save::After)
}

fn time(input: ParseStream<'_>, key: &Ident) -> syn::Result<Timeout> {
    equals(input, key)?;
    time_of(input, &format!("`{key}` is a time: `{key} = \"5m\"`"))
}

/// The units in which times are written, in milliseconds.
const UNITS: [(&str, u64); 5] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// Reads a time: a text with a unit, a number of seconds, or a constant.
fn time_of(input: ParseStream<'_>, what: &str) -> syn::Result<Timeout> {
    let help = "help: a time is a whole number with `ms`, `s`, `m`, `h` or `d`, a number of seconds, or a `const` of type `std::time::Duration`";
    if !input.peek(LitStr) {
        return Timeout::of(input.parse()?, &format!("{what}\n{help}"));
    }
    let text: LitStr = input.parse()?;
    let value = text.value();
    let digits = value.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = UNITS.iter().find(|(unit, _)| *unit == &value[digits.len()..]);
    let millis = unit.and_then(|(_, unit)| digits.parse::<u64>().ok()?.checked_mul(*unit));
    match millis.filter(|millis| (1..=1_000_000_000_000).contains(millis)) {
        Some(millis) => Ok(Timeout::Millis(millis, text.span())),
        None => Err(syn::Error::new(text.span(), format!("{what}\n{help}"))),
    }
}

impl Parse for FilterArguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut arguments = Self::default();
        each(input, &FILTER_KEYS, |key| match key.to_string().as_str() {
            "by" => set(&mut arguments.by, key, value(input, key)?).map(|()| true),
            name @ ("concurrent" | "durable") => {
                let why =
                    if name == "durable" { "it may run again at any time" } else { "its caller does not wait for it" };
                let what = format!("`{name}` is said of a handler, and this is a filter: {why}");
                Err(syn::Error::new(
                    key.span(),
                    format!("{what}\nhelp: remove it, or move it to the server file of this route"),
                ))
            }
            _ => arguments.route.read(key, input),
        })?;
        Ok(arguments)
    }
}

/// Reads arguments to the end, each by its key; `read` says whether there is one of this name, which are `known`.
fn each(input: ParseStream<'_>, known: &[&str], mut read: impl FnMut(&Ident) -> syn::Result<bool>) -> syn::Result<()> {
    while !input.is_empty() {
        let key: Ident = input.call(syn::ext::IdentExt::parse_any)?;
        if !read(&key)? {
            return Err(unknown_key(&key, known));
        }
        separator(input)?;
    }
    Ok(())
}

impl Parse for Check {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let what = "`check` is the name of a function";
        let help = "write `check = may_move`, and beside `main` \
                    `async fn may_move(ctx: Ctx<'_>, input: &ClientInput) -> Result<(), SyncError>`";
        function_name(input, what, help).map(Self)
    }
}

impl Parse for RoomKind {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(LitStr) {
            let text: LitStr = input.parse()?;
            let pattern = Pattern::parse(&text.value()).map_err(|error| syn::Error::new(text.span(), error))?;
            return Ok(Self::Rule(pattern, text.span()));
        }
        let what = "`room` is the pattern of a room rule";
        let help = "write `room = \"chess-{game_id}\"`, as in `_room.rs`";
        let other = input.error(format!("{what}\nhelp: {help}"));
        match input.call(Ident::parse_any) {
            Ok(word) if word == EVERYONE => Ok(Self::Everyone(word.span())),
            Ok(word) if nearest(&word.to_string(), [EVERYONE]).is_some() => {
                Err(wrong_word(&word, &word.to_string(), "room", &[EVERYONE]))
            }
            _ => Err(other),
        }
    }
}

impl Parse for Hook {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let what = "what a room does when somebody has left is the name of a function";
        let help = "write `leave = left`, and beside `join` \
                    `async fn left(ctx: RoomCtx<'_>, id: &str) -> Result<(), SyncError>`";
        function_name(input, what, help).map(Self)
    }
}

impl Parse for Projection {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let expression: Expr = input.parse()?;
        let what = match &expression {
            Expr::Path(_) => None,
            Expr::Closure(closure) if closure.asyncness.is_some() => Some("`by` cannot wait"),
            Expr::Closure(closure) if closure.inputs.len() != 1 => Some("`by` takes the member and nothing else"),
            Expr::Closure(_) => None,
            _ => Some("`by` is a function from a member to what the filter reads of it"),
        };
        let help = "write `by = |member| member.session().role`, or the name of such a function";
        match what {
            None => Ok(Self(Box::new(expression))),
            Some(what) => Err(syn::Error::new_spanned(expression, format!("{what}\nhelp: {help}"))),
        }
    }
}

impl Parse for MutationArguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut arguments = Self::default();
        each(input, &MUTATION_KEYS, |key| {
            match key.to_string().as_str() {
                "auth" => set(&mut arguments.auth, key, value(input, key)?)?,
                "timeout" => set(&mut arguments.timeout, key, value(input, key)?)?,
                "rate_limit" => set(&mut arguments.rate_limit, key, value(input, key)?)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(arguments)
    }
}

impl EntityArguments {
    /// Reads those of an attribute; `None` where they cannot be read, which the attribute says itself.
    #[must_use]
    pub fn of(attribute: &syn::Attribute) -> Option<Self> {
        match &attribute.meta {
            syn::Meta::Path(_) => Some(Self::default()),
            syn::Meta::List(list) => list.parse_args().ok(),
            syn::Meta::NameValue(_) => None,
        }
    }
}

impl Parse for EntityArguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut arguments = Self::default();
        each(input, &ENTITY_KEYS, |key| match key.to_string().as_str() {
            "table" => set(&mut arguments.table, key, value(input, key)?).map(|()| true),
            _ => Ok(false),
        })?;
        Ok(arguments)
    }
}

impl Parse for TableName {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let what = "`table` is the name of a table\nhelp: write `table = \"public.todos\"`";
        if !input.peek(LitStr) {
            return Err(input.error(what));
        }
        let text: LitStr = input.parse()?;
        let value = text.value();
        let parts: Vec<&str> = value.split('.').collect();
        let is_name = |name: &&str| {
            (1..=LONGEST_NAME).contains(&name.len())
                && !name.contains(|letter: char| letter.is_control() || letter == '"')
        };
        match parts[..] {
            [name] if is_name(&name) => Ok(Self { schema: "public".to_owned(), name: name.to_owned() }),
            [schema, name] if is_name(&schema) && is_name(&name) => {
                Ok(Self { schema: schema.to_owned(), name: name.to_owned() })
            }
            _ => Err(syn::Error::new(text.span(), what)),
        }
    }
}

impl Parse for ScopeArguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let what = "a scope starts with its names\nhelp: write `#[sync::scope(\"todos-{list}\")]`";
        let (_, pattern) = leading_pattern(input, what)?;
        let mut arguments = Self { pattern, auth: None };
        separator(input)?;
        each(input, &SCOPE_KEYS, |key| {
            match key.to_string().as_str() {
                "auth" => set(&mut arguments.auth, key, value(input, key)?)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(arguments)
    }
}

/// Reads the pattern that comes first.
fn leading_pattern(input: ParseStream<'_>, missing: &str) -> syn::Result<(LitStr, Pattern)> {
    if !input.peek(LitStr) {
        return Err(input.error(missing));
    }
    let text: LitStr = input.parse()?;
    let pattern = Pattern::parse(&text.value()).map_err(|error| syn::Error::new(text.span(), error))?;
    Ok((text, pattern))
}

impl Parse for RoomArguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let what = "a room rule starts with the names that it opens\nhelp: write `#[sync::room(\"chess-{game_id}\")]`";
        let (text, pattern) = leading_pattern(input, what)?;
        let mut arguments = Self {
            pattern,
            pattern_span: text.span(),
            auth: None,
            send: None,
            presence: None,
            history: None,
            leave: None,
            empty: None,
        };
        separator(input)?;
        each(input, &ROOM_KEYS, |key| {
            match key.to_string().as_str() {
                "auth" => set(&mut arguments.auth, key, value(input, key)?)?,
                "send" => set(&mut arguments.send, key, value(input, key)?)?,
                "presence" => set(&mut arguments.presence, key, flag(input, key)?)?,
                "history" => set(&mut arguments.history, key, value(input, key)?)?,
                "leave" => set(&mut arguments.leave, key, value(input, key)?)?,
                "empty" => set(&mut arguments.empty, key, value(input, key)?)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(arguments)
    }
}

impl Parse for AuthArgument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let expression: Expr = input.parse()?;
        let Some(word) = single_word(&expression) else { return Ok(Self::Const(Box::new(expression))) };
        match word.to_string().as_str() {
            "login" => Ok(Self::Login(word.span())),
            "public" => Ok(Self::Public(word.span())),
            other => match nearest(other, ["login", "public"]) {
                // A constant may have any name; only a slip of the pen is told from one here, the rest by the compiler.
                Some(meant) if other.to_lowercase() == other || meant.eq_ignore_ascii_case(other) => {
                    Err(syn::Error::new(
                        word.span(),
                        format!("`{other}` is neither `login` nor `public`\nhelp: did you mean `{meant}`?"),
                    ))
                }
                _ => Ok(Self::Const(Box::new(expression))),
            },
        }
    }
}

impl Parse for Send {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let word: Ident = input.call(syn::ext::IdentExt::parse_any)?;
        match word.to_string().as_str() {
            "members" => Ok(Self::Members(word.span())),
            "anyone" => Ok(Self::Anyone(word.span())),
            other => Err(wrong_word(&word, other, "send", &["anyone", "members"])),
        }
    }
}

impl Parse for Method {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(LitStr) {
            let text: LitStr = input.parse()?;
            let what = "a method is a word, and no text";
            return Err(syn::Error::new(text.span(), format!("{what}\nhelp: write `method = GET` or `method = POST`")));
        }
        let word: Ident = input.call(syn::ext::IdentExt::parse_any)?;
        match word.to_string().as_str() {
            "GET" => Ok(Self::Get(word.span())),
            "POST" => Ok(Self::Post(word.span())),
            other @ ("PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS") => {
                let what = format!("a request is asked by `GET` or `POST`, not by `{other}`");
                Err(syn::Error::new(word.span(), format!("{what}\nhelp: write `method = POST`, or leave it out")))
            }
            other => Err(wrong_word(&word, other, "method", &["GET", "POST"])),
        }
    }
}

impl Parse for History {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let help = "help: write `history = 600`, `history = durable`, `history = none`, or a `const` of type `std::time::Duration`";
        let expression: Expr = input.parse()?;
        match single_word(&expression) {
            Some(word) if word == "none" => Ok(Self::None(word.span())),
            Some(word) if word == "durable" => Ok(Self::Durable(word.span())),
            // A constant is not written like this.
            Some(word) if word.to_string().chars().all(|letter| letter.is_ascii_lowercase()) => {
                Err(syn::Error::new(word.span(), format!("`{word}` is not a value of `history`\n{help}")))
            }
            _ => Timeout::of(
                expression,
                &format!("`history` is a positive number of seconds, `durable` or `none`\n{help}"),
            )
            .map(Self::Age),
        }
    }
}

impl Parse for Timeout {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let help = "help: write `timeout = 5`, or a `const` of type `std::time::Duration`";
        Self::of(input.parse()?, &format!("`timeout` is a positive number of seconds\n{help}"))
    }
}

impl Timeout {
    fn of(expression: Expr, wrong: &str) -> syn::Result<Self> {
        let seconds = match &expression {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Int(number) if number.suffix().is_empty() => number.base10_parse::<f64>().ok(),
                Lit::Float(number) if number.suffix().is_empty() => number.base10_parse::<f64>().ok(),
                _ => None,
            },
            Expr::Unary(_) => None,
            _ => return Ok(Self::Duration(Box::new(expression))),
        };
        let millis = seconds.map(|seconds| (seconds * 1000.0).round()).filter(|millis| (1.0..=1e12).contains(millis));
        match millis {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "between 1 and 1e12, see above"
            )]
            Some(millis) => Ok(Self::Millis(millis as u64, expression.span())),
            None => Err(syn::Error::new(expression.span(), wrong)),
        }
    }
}

impl Parse for RateLimitArgument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let help = "help: write `rate_limit = \"20/s, burst 100\"`: 100 at once, and 20 a second; or `\"off\"`";
        let expression: Expr = input.parse()?;
        let text = match &expression {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text),
                _ => None,
            },
            _ => None,
        };
        let Some(text) = text else {
            return Err(syn::Error::new_spanned(expression, format!("`rate_limit` is a text\n{help}")));
        };
        match text.value().parse() {
            Ok(limit) => Ok(Self { limit, span: text.span() }),
            Err(wrong) => Err(syn::Error::new(text.span(), format!("`rate_limit` is a rate, and {wrong}\n{help}"))),
        }
    }
}

fn function_name(input: ParseStream<'_>, what: &str, help: &str) -> syn::Result<ExprPath> {
    match input.parse()? {
        Expr::Path(path) => Ok(path),
        other => Err(syn::Error::new_spanned(other, format!("{what}\nhelp: {help}"))),
    }
}

fn empty_room(input: ParseStream<'_>, key: &Ident) -> syn::Result<Span> {
    equals(input, key)?;
    let word: Ident = input.call(syn::ext::IdentExt::parse_any)?;
    if word == "allow" { Ok(word.span()) } else { Err(wrong_word(&word, &word.to_string(), "empty_room", &["allow"])) }
}

fn value<T: Parse>(input: ParseStream<'_>, key: &Ident) -> syn::Result<T> {
    equals(input, key)?;
    input.parse()
}

fn equals(input: ParseStream<'_>, key: &Ident) -> syn::Result<()> {
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        if !input.is_empty() && !input.peek(Token![,]) {
            return Ok(());
        }
    }
    let example = match key.to_string().as_str() {
        "auth" => "login",
        "by" => "|member| member.session().role",
        "check" => "may_move",
        "room" => "\"chess-{game_id}\"",
        "leave" => "left",
        "empty" => "all_left",
        "empty_room" => "allow",
        "history" => "600",
        "method" => "GET",
        "rate_limit" => "\"20/s, burst 100\"",
        "timeout" => "5",
        "store" => "sqlite",
        "ttl" => "\"5m\"",
        "save" => "\"1s\"",
        _ => "anyone",
    };
    Err(syn::Error::new(key.span(), format!("`{key}` needs a value\nhelp: write `{key} = {example}`")))
}

fn flag(input: ParseStream<'_>, key: &Ident) -> syn::Result<Span> {
    if input.peek(Token![=]) {
        return Err(syn::Error::new(key.span(), format!("`{key}` takes no value\nhelp: write `{key}` alone")));
    }
    Ok(key.span())
}

fn separator(input: ParseStream<'_>) -> syn::Result<()> {
    if input.is_empty() || input.peek(Token![,]) {
        input.parse::<Option<Token![,]>>().map(|_| ())
    } else {
        Err(syn::Error::new(input.span(), "this belongs to no argument\nhelp: put a comma between two arguments"))
    }
}

fn set<T>(place: &mut Option<T>, key: &Ident, value: T) -> syn::Result<()> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(syn::Error::new(key.span(), format!("`{key}` is given twice\nhelp: remove one of them"))),
    }
}

fn single_word(expression: &Expr) -> Option<&Ident> {
    match expression {
        Expr::Path(path) if path.qself.is_none() => path.path.get_ident(),
        _ => None,
    }
}

fn unknown_key(key: &Ident, known: &[&str]) -> syn::Error {
    let name = &key.to_string();
    let help = match nearest(name, known.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("it can be {}", list(known)),
    };
    syn::Error::new(key.span(), format!("unknown argument `{name}`\nhelp: {help}"))
}

fn wrong_word(word: &Ident, name: &str, key: &str, known: &[&str]) -> syn::Error {
    let help = match nearest(name, known.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("it can be {}", list(known)),
    };
    syn::Error::new(word.span(), format!("`{name}` is not a value of `{key}`\nhelp: {help}"))
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use quote::ToTokens;

    use super::{
        AuthArgument, FilterArguments, History, Method, RequestArguments, RoomArguments, RoomKind, RouteArguments,
        Send, Timeout,
    };

    fn check(arguments: &str, expected: Expect) {
        let text = match syn::parse_str::<RouteArguments>(arguments) {
            Ok(arguments) => describe(&arguments),
            Err(error) => at_column(&error),
        };
        expected.assert_eq(&text);
    }

    fn check_filter(arguments: &str, expected: Expect) {
        let text = match syn::parse_str::<FilterArguments>(arguments) {
            Ok(filter) => {
                let by = filter.by.map_or("member".into(), |by| by.0.to_token_stream().to_string());
                format!("by {by}: {}", describe(&filter.route))
            }
            Err(error) => at_column(&error),
        };
        expected.assert_eq(&text);
    }

    fn check_room(arguments: &str, expected: Expect) {
        let text = match syn::parse_str::<RoomArguments>(arguments) {
            Ok(room) => {
                format!(
                    "{} auth={} send={}",
                    room.pattern.literal_beginning(),
                    room.auth.as_ref().map_or("default".into(), describe_auth),
                    match room.send {
                        None => "default",
                        Some(Send::Members(_)) => "members",
                        Some(Send::Anyone(_)) => "anyone",
                    }
                ) + room.presence.map_or("", |_| " presence")
                    + &match room.history {
                        None => String::new(),
                        Some(History::None(_)) => " history=none".into(),
                        Some(History::Durable(_)) => " history=durable".into(),
                        Some(History::Age(Timeout::Millis(millis, _))) => format!(" history={millis} ms"),
                        Some(History::Age(Timeout::Duration(age))) => format!(" history={}", age.to_token_stream()),
                    }
                    + &[("leave", room.leave), ("empty", room.empty)]
                        .into_iter()
                        .filter_map(|(key, hook)| Some(format!(" {key}={}", hook?.0.to_token_stream())))
                        .collect::<String>()
            }
            Err(error) => at_column(&error),
        };
        expected.assert_eq(&text);
    }

    fn check_request(arguments: &str, expected: Expect) {
        let text = match syn::parse_str::<RequestArguments>(arguments) {
            Ok(RequestArguments { auth, check, method, concurrent, durable, timeout, rate_limit }) => {
                let method = match method {
                    None => "default",
                    Some(Method::Get(_)) => "GET",
                    Some(Method::Post(_)) => "POST",
                };
                let route = RouteArguments {
                    auth,
                    check,
                    concurrent,
                    durable,
                    timeout,
                    rate_limit,
                    ..RouteArguments::default()
                };
                format!("{method}: {}", describe(&route))
            }
            Err(error) => at_column(&error),
        };
        expected.assert_eq(&text);
    }

    fn at_column(error: &syn::Error) -> String {
        format!("{}: {error}", error.span().start().column)
    }

    fn describe(arguments: &RouteArguments) -> String {
        let mut parts = Vec::new();
        parts.extend(arguments.auth.as_ref().map(|auth| format!("auth={}", describe_auth(auth))));
        parts.extend(arguments.check.as_ref().map(|check| format!("check={}", check.0.to_token_stream())));
        parts.extend(arguments.room.as_ref().map(|room| match room {
            RoomKind::Rule(pattern, _) => format!("room={pattern}"),
            RoomKind::Everyone(_) => "room=everyone".to_owned(),
        }));
        parts.extend(arguments.volatile.map(|_| "volatile".into()));
        parts.extend(arguments.empty_room.map(|_| "empty_room".into()));
        parts.extend(arguments.report.map(|_| "report".into()));
        parts.extend(arguments.concurrent.map(|_| "concurrent".into()));
        parts.extend(arguments.durable.map(|_| "durable".into()));
        parts.extend(arguments.timeout.as_ref().map(|timeout| match timeout {
            Timeout::Millis(millis, _) => format!("{millis} ms"),
            Timeout::Duration(expression) => format!("timeout={}", expression.to_token_stream()),
        }));
        parts.extend(arguments.rate_limit.as_ref().map(|rate| rate.limit.to_string()));
        parts.join(", ")
    }

    fn describe_auth(auth: &AuthArgument) -> String {
        match auth {
            AuthArgument::Login(_) => "login".into(),
            AuthArgument::Public(_) => "public".into(),
            AuthArgument::Const(expression) => format!("const {}", expression.to_token_stream()),
        }
    }

    #[test]
    fn every_argument_is_optional_and_in_any_order() {
        check("", expect![""]);
        check("auth = login", expect!["auth=login"]);
        check("volatile, auth = public,", expect!["auth=public, volatile"]);
        check("auth = ADMIN", expect!["auth=const ADMIN"]);
        check("auth = crate::auth::ADMIN", expect!["auth=const crate :: auth :: ADMIN"]);
        check("auth = Auth::login().not()", expect!["auth=const Auth :: login () . not ()"]);
        check("check = super::may_move, auth = login", expect!["auth=login, check=super :: may_move"]);
        check(r#"room = "chess-{game_id}", auth = login"#, expect!["auth=login, room=chess-{game_id}"]);
        check("empty_room = allow, volatile", expect!["volatile, empty_room"]);
        check("room = all, auth = public", expect!["auth=public, room=everyone"]);
        check("concurrent, volatile", expect!["volatile, concurrent"]);
        check("durable", expect!["durable"]);
        check("report", expect!["report"]);
        check(
            "durable, volatile",
            expect![[r#"
            0: a route is `volatile`, of which stale events are dropped, or `durable`, of which no call is forgotten
            help: remove one of them"#]],
        );
        check("timeout = 5", expect!["5000 ms"]);
        check("timeout = 0.25", expect!["250 ms"]);
        check("timeout = Duration::from_millis(20)", expect!["timeout=Duration :: from_millis (20)"]);
    }

    #[test]
    fn an_unknown_argument_is_told_the_nearest_right_name() {
        check(
            "aut = login",
            expect![[r#"
            0: unknown argument `aut`
            help: did you mean `auth`?"#]],
        );
        check(
            "volatile, receiver = 1",
            expect![[r#"
                10: unknown argument `receiver`
                help: it can be `auth`, `check`, `room`, `volatile`, `empty_room`, `report`, `concurrent`, `durable`, `timeout`, `rate_limit`"#]],
        );
    }

    #[test]
    fn auth_tells_a_slip_from_a_constant() {
        check(
            "auth = logn",
            expect![[r#"
            7: `logn` is neither `login` nor `public`
            help: did you mean `login`?"#]],
        );
        check(
            "auth = Public",
            expect![[r#"
            7: `Public` is neither `login` nor `public`
            help: did you mean `public`?"#]],
        );
    }

    #[test]
    fn values_stand_where_they_belong() {
        check(
            "auth",
            expect![[r#"
            0: `auth` needs a value
            help: write `auth = login`"#]],
        );
        check(
            "volatile = true",
            expect![[r#"
            0: `volatile` takes no value
            help: write `volatile` alone"#]],
        );
        check(
            "auth = login, auth = public",
            expect![[r#"
            14: `auth` is given twice
            help: remove one of them"#]],
        );
        check(
            "empty_room = alow",
            expect![[r#"
            13: `alow` is not a value of `empty_room`
            help: did you mean `allow`?"#]],
        );
    }

    #[test]
    fn a_time_limit_is_positive() {
        check(
            "timeout = 0",
            expect![[r#"
            10: `timeout` is a positive number of seconds
            help: write `timeout = 5`, or a `const` of type `std::time::Duration`"#]],
        );
        check(
            "timeout = -1",
            expect![[r#"
            10: `timeout` is a positive number of seconds
            help: write `timeout = 5`, or a `const` of type `std::time::Duration`"#]],
        );
        check(
            "timeout = \"5s\"",
            expect![[r#"
            10: `timeout` is a positive number of seconds
            help: write `timeout = 5`, or a `const` of type `std::time::Duration`"#]],
        );
    }

    #[test]
    fn a_rate_limit_is_read_wherever_a_route_has_arguments() {
        check("rate_limit = \"20/s, burst 100\"", expect!["20/s, burst 100"]);
        check("volatile, rate_limit = \"90/s\"", expect!["volatile, 90/s, burst 90"]);
        check("rate_limit = \"off\"", expect!["off"]);
        check_filter("rate_limit = \"5/m\", by = role", expect!["by role: 5/m, burst 5"]);
        check_request("method = GET, rate_limit = \"1/h\"", expect!["GET: 1/h, burst 1"]);
    }

    #[test]
    fn what_is_no_rate_is_told_what_one_looks_like() {
        check(
            "timeout = 1, rate_limit = \"20/s burst 100\"",
            expect![[r#"
            26: `rate_limit` is a rate, and a comma belongs before `burst`
            help: write `rate_limit = "20/s, burst 100"`: 100 at once, and 20 a second; or `"off"`"#]],
        );
        check(
            "rate_limit = 20",
            expect![[r#"
            13: `rate_limit` is a text
            help: write `rate_limit = "20/s, burst 100"`: 100 at once, and 20 a second; or `"off"`"#]],
        );
        check_filter(
            "rate_limit = RATE",
            expect![[r#"
            13: `rate_limit` is a text
            help: write `rate_limit = "20/s, burst 100"`: 100 at once, and 20 a second; or `"off"`"#]],
        );
        check_request(
            "rate_limit",
            expect![[r#"
            0: `rate_limit` needs a value
            help: write `rate_limit = "20/s, burst 100"`"#]],
        );
        check(
            "rate_limit = \"1/s\", rate_limit = \"2/s\"",
            expect![[r#"
            20: `rate_limit` is given twice
            help: remove one of them"#]],
        );
        check(
            "rate_limits = \"20/s\"",
            expect![[r#"
            0: unknown argument `rate_limits`
            help: did you mean `rate_limit`?"#]],
        );
    }

    #[test]
    fn a_request_is_asked_by_get_or_post() {
        check_request("", expect!["default: "]);
        check_request("method = GET, auth = public", expect!["GET: auth=public"]);
        check_request("timeout = 1, concurrent, method = POST,", expect!["POST: concurrent, 1000 ms"]);
        check_request("durable", expect!["default: durable"]);
        check_request(
            "method = GET, durable",
            expect![[r#"
            14: a `GET` has no effect, so that a repeat of it does no harm
            help: remove `durable`"#]],
        );
        check_request(
            "method",
            expect![[r#"
            0: `method` needs a value
            help: write `method = GET`"#]],
        );
        check_request(
            "method = get",
            expect![[r#"
            9: `get` is not a value of `method`
            help: did you mean `GET`?"#]],
        );
        check_request(
            "method = \"GET\"",
            expect![[r#"
            9: a method is a word, and no text
            help: write `method = GET` or `method = POST`"#]],
        );
        check_request(
            "method = PUT",
            expect![[r#"
            9: a request is asked by `GET` or `POST`, not by `PUT`
            help: write `method = POST`, or leave it out"#]],
        );
        check_request(
            "methd = GET",
            expect![[r#"
            0: unknown argument `methd`
            help: did you mean `method`?"#]],
        );
    }

    #[test]
    fn what_only_a_room_has_is_refused_in_a_request() {
        check_request(
            "volatile",
            expect![[r#"
            0: `volatile` has no meaning here: a request has an answer, and no events that could be stale
            help: remove it"#]],
        );
        check_request(
            "auth = public, empty_room = allow",
            expect![[r#"
            15: `empty_room` has no meaning here: a request is sent to no room
            help: remove it"#]],
        );
        check_request(
            "by = role",
            expect![[r#"
            0: `by` has no meaning here: a request has no members to filter
            help: remove it"#]],
        );
    }

    #[test]
    fn what_its_caller_does_not_wait_for_is_not_concurrent() {
        check_filter(
            "concurrent",
            expect![[r#"
            0: `concurrent` is said of a handler, and this is a filter: its caller does not wait for it
            help: remove it, or move it to the server file of this route"#]],
        );
    }

    #[test]
    fn a_room_rule_starts_with_its_pattern() {
        check_room("\"chess-{id}\"", expect!["chess- auth=default send=default"]);
        check_room("\"chess-{id}\", auth = public, send = anyone", expect!["chess- auth=public send=anyone"]);
        check_room("\"chess-{id}\", presence", expect!["chess- auth=default send=default presence"]);
        check_room("\"chess-{id}\", history = 600", expect!["chess- auth=default send=default history=600000 ms"]);
        check_room("\"chess-{id}\", history = 0.5", expect!["chess- auth=default send=default history=500 ms"]);
        check_room("\"chess-{id}\", history = none", expect!["chess- auth=default send=default history=none"]);
        check_room("\"chess-{id}\", history = durable", expect!["chess- auth=default send=default history=durable"]);
        check_room("\"chess-{id}\", history = AN_HOUR", expect!["chess- auth=default send=default history=AN_HOUR"]);
        check_room(
            "\"chess-{id}\", history = \"10m\"",
            expect![[r#"
            24: `history` is a positive number of seconds, `durable` or `none`
            help: write `history = 600`, `history = durable`, `history = none`, or a `const` of type `std::time::Duration`"#]],
        );
        check_room(
            "\"chess-{id}\", history = off",
            expect![[r#"
                24: `off` is not a value of `history`
                help: write `history = 600`, `history = durable`, `history = none`, or a `const` of type `std::time::Duration`"#]],
        );
        check_room(
            "\"chess-{id}\", history",
            expect![[r#"
            14: `history` needs a value
            help: write `history = 600`"#]],
        );
        check_room(
            "\"chess-{id}\", presence = on",
            expect![[r#"
            14: `presence` takes no value
            help: write `presence` alone"#]],
        );
        check_room(
            "auth = public",
            expect![[r#"
            0: a room rule starts with the names that it opens
            help: write `#[sync::room("chess-{game_id}")]`"#]],
        );
        check_room(
            "\"{a}{b}\"",
            expect![[r#"
            0: nothing tells `{a}` and `{b}` apart in a room name
            help: put text between them: "{a}-{b}""#]],
        );
        check_room(
            "\"lobby\", send = everyone",
            expect![[r#"
            16: `everyone` is not a value of `send`
            help: it can be `anyone`, `members`"#]],
        );
    }
    #[test]
    fn a_filter_says_what_it_reads_of_a_member() {
        check_filter("", expect!["by member: "]);
        check_filter("by = role", expect!["by role: "]);
        check_filter(
            "auth = public, by = crate::roles::of, volatile",
            expect!["by crate :: roles :: of: auth=public, volatile"],
        );
        check_filter(
            "by = |member| (member.is_sender(), member.session().role),",
            expect!["by | member | (member . is_sender () , member . session () . role): "],
        );
        check_filter(
            "by",
            expect![[r#"
            0: `by` needs a value
            help: write `by = |member| member.session().role`"#]],
        );
        check_filter(
            "by = , volatile",
            expect![[r#"
            0: `by` needs a value
            help: write `by = |member| member.session().role`"#]],
        );
        check_filter(
            "by = role, by = role",
            expect![[r#"
            11: `by` is given twice
            help: remove one of them"#]],
        );
        check_filter(
            "group_by = role",
            expect![[r#"
                0: unknown argument `group_by`
                help: it can be `auth`, `check`, `room`, `volatile`, `empty_room`, `report`, `timeout`, `rate_limit`, `by`"#]],
        );
        check_filter(
            "bye = role",
            expect![[r#"
            0: unknown argument `bye`
            help: did you mean `by`?"#]],
        );
    }

    #[test]
    fn what_a_filter_reads_is_a_function_of_the_member() {
        check_filter(
            "by = \"role\"",
            expect![[r#"
            5: `by` is a function from a member to what the filter reads of it
            help: write `by = |member| member.session().role`, or the name of such a function"#]],
        );
        check_filter(
            "by = member.session().role",
            expect![[r#"
            5: `by` is a function from a member to what the filter reads of it
            help: write `by = |member| member.session().role`, or the name of such a function"#]],
        );
        check_filter(
            "by = role()",
            expect![[r#"
            5: `by` is a function from a member to what the filter reads of it
            help: write `by = |member| member.session().role`, or the name of such a function"#]],
        );
        check_filter(
            "by = || 1",
            expect![[r#"
            5: `by` takes the member and nothing else
            help: write `by = |member| member.session().role`, or the name of such a function"#]],
        );
        check_filter(
            "by = |member, input| 1",
            expect![[r#"
            5: `by` takes the member and nothing else
            help: write `by = |member| member.session().role`, or the name of such a function"#]],
        );
        check_filter(
            "by = async |member| 1",
            expect![[r#"
            5: `by` cannot wait
            help: write `by = |member| member.session().role`, or the name of such a function"#]],
        );
    }

    #[test]
    fn only_a_filter_reads_a_member() {
        check(
            "by = role",
            expect![[r#"
            0: `by` says what a filter reads of a member, and this is no filter
            help: move it to the client file of this route"#]],
        );
        check_room(
            "\"lobby\", by = role",
            expect![[r#"
                9: unknown argument `by`
                help: it can be `auth`, `send`, `presence`, `history`, `leave`, `empty`"#]],
        );
    }
}
