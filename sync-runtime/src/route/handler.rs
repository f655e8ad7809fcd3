//! What the attributes implement.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use sync_schema::{EVERYONE, RateLimit};

use crate::error::SyncError;
use crate::route::{App, Auth, ChunkType, Ctx, GroupKey, Member, Pattern, RoomCtx};
use crate::schema::{Empty, Wire};

/// A future behind one pointer.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What an attribute says about a route besides who may call it.
#[derive(Debug, Clone, Copy)]
pub struct RouteOptions {
    /// Which rooms it can be sent to, if it says so.
    pub room: Option<RoomKind>,
    /// How a request may be sent over HTTP.
    pub method: Method,
    /// Calls that the same socket sends behind it do not wait for its end.
    pub concurrent: bool,
    /// A caller may ask what became of its event.
    pub report: bool,
    /// What came of a call that its caller has named is known in the next life of the server, too.
    pub durable: bool,
    /// A member that is slower than the events gets the newest of those that wait, for each route and room.
    pub volatile: bool,
    /// A room without members is no error.
    pub allow_empty_room: bool,
    /// How long the handler (or the `async` filter, in a client file) may take, instead of the configured limit.
    pub timeout: Option<Duration>,
    /// How often one caller may call, instead of the configured rate.
    pub rate_limit: Option<RateLimit>,
}

impl RouteOptions {
    /// An attribute without arguments.
    pub const NONE: Self = Self {
        room: None,
        method: Method::Post,
        concurrent: false,
        durable: false,
        report: false,
        volatile: false,
        allow_empty_room: false,
        timeout: None,
        rate_limit: None,
    };
}

/// To whom a route can be sent that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoomKind {
    /// To the rooms of the rule with this pattern.
    Rule(Pattern),
    /// To everybody who is connected, and to no room.
    Everyone,
}

/// Writes what a front end can name as receiver: the pattern of a rule, or [`EVERYONE`].
impl fmt::Display for RoomKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(pattern) => pattern.fmt(f),
            Self::Everyone => f.write_str(EVERYONE),
        }
    }
}

/// How a request may be sent over HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// By `POST` alone.
    Post,
    /// By `GET`, too: it has no effect, and its input is a query.
    Get,
}

/// A handler: the `main` of a server file or of a request, which runs once for each call.
pub trait ServerHandler: Send + Sync + 'static {
    /// The app of the handler, taken from its `Ctx`.
    type App: App;
    /// What a caller sends.
    type Input: Wire + Send + Sync;
    /// What the caller gets back; in the event lane every member sees it.
    type Output: Wire + Send + Sync;
    /// The doc comment of `main`.
    const DOCS: &'static str;
    /// What the attribute says.
    const OPTIONS: RouteOptions;

    /// What it streams, if anything.
    const STREAM: Option<ChunkType> = None;

    /// Whether [`check`](Self::check) asks anything.
    const CHECKS: bool = false;

    /// Returns who may call.
    fn auth() -> Auth<Self::App>;

    /// Runs the check that the attribute names: may this caller send this input to this room?
    fn check<'a>(
        ctx: Ctx<'a, Self::App>,
        input: &'a Self::Input,
    ) -> impl Future<Output = Result<(), SyncError>> + Send + 'a {
        let _ = (ctx, input);
        std::future::ready(Ok(()))
    }

    /// Runs `main`.
    fn call<'a>(
        ctx: Ctx<'a, Self::App>,
        input: &'a Self::Input,
    ) -> impl Future<Output = Result<Self::Output, SyncError>> + Send + 'a;
}

/// A client file: runs once for each member of the room.
pub trait ClientHandler: Send + Sync + 'static {
    /// The app of the filter, taken from its `Member`.
    type App: App;
    /// What the caller sent.
    type Input: Wire + Send + Sync;
    /// What the server handler answered; [`Empty`] where there is no server file.
    type ServerOutput: Wire + Send + Sync;
    /// What the member gets for itself.
    type Output: Wire + Send + Sync;
    /// The doc comment of `main`.
    const DOCS: &'static str;
    /// What the attribute says.
    const OPTIONS: RouteOptions;
    /// How often `main` runs, and whether it may wait.
    const FILTER: FilterKind;
    /// What it streams to its member, if anything.
    const STREAM: Option<ChunkType> = None;
    /// What `by` makes of a member; `()` without it.
    type Group: GroupKey;

    /// Returns who may call; used where there is no server file.
    fn auth() -> Auth<Self::App>;

    /// Whether [`check`](Self::check) asks anything.
    const CHECKS: bool = false;

    /// In a route without a server file, runs the check that the attribute names: may this caller send this input to this room?
    fn check<'a>(
        ctx: Ctx<'a, Self::App>,
        input: &'a Self::Input,
    ) -> impl Future<Output = Result<(), SyncError>> + Send + 'a {
        let _ = (ctx, input);
        std::future::ready(Ok(()))
    }

    /// Returns the group of a member; called for filters by group alone.
    fn group(member: Member<'_, Self::App>) -> Self::Group;

    /// Runs `main` for one member, or for the group that it is the first member of.
    fn filter<'a>(
        member: Member<'a, Self::App>,
        group: &Self::Group,
        input: &'a Self::Input,
        output: &'a Self::ServerOutput,
    ) -> Filtered<'a, Self::Output>;
}

/// The outcome of a filter: its verdict at once, or later.
pub enum Filtered<'a, T> {
    /// A plain `fn` has its verdict at once.
    Ready(Verdict<T>),
    /// An `async fn` may wait.
    Later(BoxFuture<'a, Verdict<T>>),
}

impl<'a, T> Filtered<'a, T> {
    /// Boxes the future of an `async fn`.
    pub fn later(verdict: impl Future<Output = Verdict<T>> + Send + 'a) -> Self {
        Self::Later(Box::pin(verdict))
    }
}

/// How members are filtered, and so what one event costs besides its deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterKind {
    /// Everybody gets the event with `clientOutput: {}`: O(1), one encoding.
    None,
    /// A plain `fn` decides at once, for each member: O(members).
    Sync,
    /// An `async fn` may wait, for each member: O(members).
    Async,
    /// A plain `fn` decides at once, for each group of members, those of whom `by` makes the same value: O(groups).
    Group,
}

/// What is decided about one member. `T` is what it gets besides the event: first the output of the filter, then its JSON form, at last
/// the packet.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict<T> {
    /// The member gets the event, with this.
    Deliver(T),
    /// The member gets no frame at all.
    Skip,
    /// The member gets an error frame; nobody else is affected.
    Refuse(SyncError),
}

impl<T> Verdict<T> {
    /// Turns what is delivered into something else.
    pub fn map<U>(self, turn: impl FnOnce(T) -> U) -> Verdict<U> {
        match self {
            Self::Deliver(own) => Verdict::Deliver(turn(own)),
            Self::Skip => Verdict::Skip,
            Self::Refuse(error) => Verdict::Refuse(error),
        }
    }
}

/// What a filter may return: `bool`, `Option<ClientOutput>`, or a `Result` of one of these.
#[diagnostic::on_unimplemented(
    message = "a filter cannot answer with `{Self}`",
    label = "not an answer of a filter",
    note = "return `bool`, `Option<ClientOutput>`, or a `Result` of one of these with `SyncError`"
)]
pub trait IntoVerdict<T> {
    /// Converts it.
    fn into_verdict(self) -> Verdict<T>;
}

impl IntoVerdict<Empty> for bool {
    fn into_verdict(self) -> Verdict<Empty> {
        if self { Verdict::Deliver(Empty {}) } else { Verdict::Skip }
    }
}

// Without a bound: a type that is no wire type is told once, where `ClientHandler::Output` asks for one.
impl<T> IntoVerdict<T> for Option<T> {
    fn into_verdict(self) -> Verdict<T> {
        self.map_or(Verdict::Skip, Verdict::Deliver)
    }
}

#[diagnostic::do_not_recommend]
impl<T, V: IntoVerdict<T>> IntoVerdict<T> for Result<V, SyncError> {
    fn into_verdict(self) -> Verdict<T> {
        self.map_or_else(Verdict::Refuse, IntoVerdict::into_verdict)
    }
}

/// How the events of a room are kept, for members who come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Keep {
    /// In memory, for as long as the configuration says.
    #[default]
    AsConfigured,
    /// In memory, for so long; zero for not at all.
    For(Duration),
    /// In a file, too: the next life of the server goes on with them.
    Durably,
}

/// A `_room.rs` file: who may be in the rooms of a page.
pub trait RoomRule<A: App>: Send + Sync {
    /// Returns which names the rule opens.
    fn pattern(&self) -> Pattern;

    /// Returns who may enter.
    fn auth(&self) -> Auth<A>;

    /// Returns whether callers who are not in the room may send to it.
    fn anyone_may_send(&self) -> bool;

    /// Returns whether members can see who is there.
    fn has_presence(&self) -> bool {
        false
    }

    /// Returns how events are kept, for members who come back.
    fn history(&self) -> Keep {
        Keep::AsConfigured
    }

    /// Runs `join`; `parameters` are the parts of the name that the pattern leaves open, in its order.
    fn join<'a>(&'a self, ctx: RoomCtx<'a, A>, parameters: &'a [&'a str]) -> BoxFuture<'a, Result<(), SyncError>>;

    /// Returns whether [`leave`](RoomRule::leave) or [`empty`](RoomRule::empty) does anything.
    fn has_hooks(&self) -> bool {
        false
    }

    /// Runs what is done when a member has left, whose context it gets; `None` when that is nothing.
    fn leave<'a>(
        &'a self,
        ctx: RoomCtx<'a, A>,
        parameters: &'a [&'a str],
    ) -> Option<BoxFuture<'a, Result<(), SyncError>>> {
        let _ = (ctx, parameters);
        None
    }

    /// Runs what is done when the last member has left, whose context it gets; `None` when that is nothing.
    fn empty<'a>(
        &'a self,
        ctx: RoomCtx<'a, A>,
        parameters: &'a [&'a str],
    ) -> Option<BoxFuture<'a, Result<(), SyncError>>> {
        let _ = (ctx, parameters);
        None
    }
}
