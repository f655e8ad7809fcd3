//! What all handlers of an app share.

use crate::route::BoxFuture;
use crate::schema::{Empty, Wire};

/// An app: its session, what others may know of a user, and its own state.
///
/// One value of the implementing type is built when the server starts; every handler borrows it as `ctx.app()`.
///
/// # Examples
///
/// ```
/// use sync::wire;
///
/// #[sync::session]
/// pub struct Session { pub user_id: String, pub locale: Option<String> }
///
/// #[wire]
/// pub struct Person { pub user_id: String }
///
/// pub struct Chess;
///
/// impl sync::App for Chess {
///     type Session = Session;
///     type Public = Person;
///     type Presence = sync::Empty;
///     fn guest() -> Session { Session { user_id: String::new(), locale: None } }
///     fn user_id(session: &Session) -> Option<&str> {
///         (!session.user_id.is_empty()).then_some(session.user_id.as_str())
///     }
///     fn public(session: &Session) -> Person { Person { user_id: session.user_id.clone() } }
///     fn locale(session: &Session) -> Option<&str> { session.locale.as_deref() }
/// }
/// ```
pub trait App: Send + Sync + Sized + 'static {
    /// Who a caller is, as the app sees it; written with `#[sync::session]`.
    type Session: Wire + Send + Sync;
    /// What others may know of a user; written with `#[sync::wire]`.
    type Public: Wire + Send + Sync;
    /// What people in a room may say of themselves, where its rule has `presence`: a status, the colour of their cursor; written with
    /// `#[sync::presence]`. [`Empty`](crate::Empty) where they have nothing to say.
    type Presence: Presence;

    /// Returns the session of a caller who has not logged in.
    fn guest() -> Self::Session;

    /// Returns the user's id; `None` means not logged in.
    fn user_id(session: &Self::Session) -> Option<&str>;

    /// Returns what others may know of the user.
    fn public(session: &Self::Session) -> Self::Public;

    /// Returns the language that the user has chosen; with `None` the reader's `Accept-Language` decides.
    fn locale(session: &Self::Session) -> Option<&str>;

    /// Returns sessions with which generated tests may sign in, where what they make up of the type fulfils no route's conditions: one
    /// with a role, for example, that is a text.
    #[must_use]
    fn test_sessions() -> Vec<Self::Session> {
        Vec::new()
    }

    /// Returns inputs with which generated tests may call a route, `<page>/<name>/<version>`, where what they make up of the type and of
    /// its rules is refused by a rule of the app's own.
    #[must_use]
    fn test_inputs(route: &str) -> Vec<serde_json::Value> {
        let _ = route;
        Vec::new()
    }

    /// Returns names of rooms that generated tests may enter, of the rule with this `pattern`, where the rule lets nobody into one with a made-up name: games, documents
    /// or orders that have to be there. They are made here, if need be; each test has an app of its own.
    #[must_use]
    fn test_rooms(&self, pattern: &str) -> BoxFuture<'_, Vec<String>> {
        let _ = pattern;
        Box::pin(std::future::ready(Vec::new()))
    }
}

/// What people in a room may say of themselves; written with `#[sync::presence]`.
///
/// # Examples
///
/// ```
/// /// How somebody is, in their own words.
/// #[sync::presence]
/// pub struct Mood {
///     #[validate(length(max = 80))]
///     pub text: String,
/// }
/// # fn check<P: sync::Presence>() {}
/// # check::<Mood>();
/// ```
pub trait Presence: Wire + Send + Sync {}

impl Presence for Empty {}

/// Somebody who is in a room, whatever they have open there: tabs, devices.
#[derive(Debug, Clone)]
pub struct Present<A: App> {
    /// What others may know of them.
    pub user: A::Public,
    /// Whether they have done nothing for a while, anywhere.
    pub away: bool,
    /// What they say of themselves, if anything.
    pub data: Option<A::Presence>,
}
