//! The state lane: one value for each room, which actions change and whose followers see what has changed.

use std::any::{Any, TypeId};
use std::future::{Future, ready};
use std::sync::Arc;
use std::time::Duration;

use crate::error::{BoxError, SyncError};
use crate::route::{App, Auth, BoxFuture, Ctx, GroupKey, Member, Pattern, RouteOptions, Segment};
use crate::schema::{Patch, Wire};
use crate::wire::PositionKey;

/// A value that the members of a room share.
///
/// It is written in `src/<page>/_state/<name>_v<n>.rs`, below `#[sync::state(room = "…")]`, which fills in what is hidden here.
///
/// ```ignore
/// #[sync::state(room = "board-{id}", store = sqlite)]
/// impl sync::SharedState for State {
///     type Action = Action;
///
///     fn initial(_: StateKey<'_>) -> State {
///         State::default()
///     }
///
///     fn apply(&mut self, _: Ctx<'_>, action: &Action) -> Result<(), SyncError> {
///         match action {
///             Action::Put { id, note } => drop(self.notes.insert(id.clone(), note.clone())),
///             Action::Remove { id } => drop(self.notes.remove(id)),
///         }
///         Ok(())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the value of a state",
    label = "not a state",
    note = "a state is `impl sync::SharedState for …` below `#[sync::state(room = \"…\")]` in a file of a `_state` folder"
)]
pub trait SharedState: Patch + Send + Sync {
    /// The app; the attribute writes it.
    #[doc(hidden)]
    type App: App;
    /// What changes the value.
    type Action: Wire + Send + Sync;
    /// What a member sees of it; the value itself, unless the state has a `view`.
    type View: Patch + Send + Sync;
    /// What tells those apart who see different things; the attribute writes it.
    #[doc(hidden)]
    type Group: GroupKey;
    /// The value of an older version, of which [`upgrade`](SharedState::upgrade) makes one of this; the attribute writes it.
    #[doc(hidden)]
    type Older: OlderState;

    /// What the attribute says.
    #[doc(hidden)]
    const SAID: SaidOfState;

    /// Returns who may act; whoever may be in the room may follow.
    #[doc(hidden)]
    fn auth() -> Auth<Self::App>;

    /// Returns the value of a room that has none yet.
    fn initial(key: StateKey<'_, Self::App>) -> Self;

    /// Changes the value, or refuses, which leaves it as it was. Actions run one after the other; none waits for anything.
    ///
    /// # Errors
    ///
    /// Why the action is refused: its caller is told, and nobody else.
    fn apply(&mut self, ctx: Ctx<'_, Self::App>, action: &Self::Action) -> Result<(), SyncError>;

    /// Waits for what an action needs before its turn comes: a database, another service. It may replace the action.
    ///
    /// # Errors
    ///
    /// Why the action is refused.
    fn prepare(
        ctx: Ctx<'_, Self::App>,
        action: Self::Action,
    ) -> impl Future<Output = Result<Self::Action, SyncError>> + Send {
        let _ = ctx;
        ready(Ok(action))
    }

    /// Returns what tells a member's view from those of others.
    #[doc(hidden)]
    fn group(member: Member<'_, Self::App>) -> Self::Group;

    /// Returns what the members of a group see.
    fn view(&self, group: &Self::Group) -> Self::View;

    /// Returns what everybody sees, where that is the value as it is.
    #[doc(hidden)]
    fn as_view(&self) -> Option<&Self::View>;

    /// Is called after each change, with the value before and after it; several changes are told as one where this takes longer than they
    /// do. Nobody waits for it.
    fn updated(
        key: StateKey<'_, Self::App>,
        before: &Self,
        after: &Self,
        version: u64,
    ) -> impl Future<Output = ()> + Send {
        let _ = (key, before, after, version);
        ready(())
    }

    /// Is called when the last member has left, and nobody has come for as long as the value lives; after it was saved. Who comes
    /// meanwhile waits.
    fn closed(key: StateKey<'_, Self::App>, last: &Self) -> impl Future<Output = ()> + Send {
        let _ = (key, last);
        ready(())
    }

    /// Returns the stored value of a room, or nothing for one that has none; with `store = app`.
    fn load(key: StateKey<'_, Self::App>) -> impl Future<Output = Result<Option<Stored<Self>>, BoxError>> + Send {
        let _ = key;
        ready(Ok(None))
    }

    /// Stores the value of a room in place of an older one; with `store = app`.
    fn persist(
        key: StateKey<'_, Self::App>,
        value: &Self,
        version: u64,
    ) -> impl Future<Output = Result<(), BoxError>> + Send {
        let _ = (key, value, version);
        ready(Ok(()))
    }

    /// Makes a value of one that an older version has stored; asked where this version has stored none.
    fn upgrade(older: Self::Older) -> Self;
}

/// What `#[sync::state]` says, and what the state has beyond what every state has.
#[derive(Debug, Clone, Copy)]
pub struct SaidOfState {
    /// The doc comment.
    pub docs: &'static str,
    /// What every route may say; the room is there.
    pub route: RouteOptions,
    /// Where the value is kept.
    pub store: StoreKind,
    /// For how long the value lives in memory when nobody is in the room.
    pub ttl: Duration,
    /// When it is saved.
    pub save: Save,
    /// Which of the functions that may be left out are there.
    pub has: StateParts,
}

/// Which functions a state has.
#[derive(Debug, Clone, Copy, Default)]
pub struct StateParts {
    /// `updated`.
    pub updated: bool,
    /// `closed`.
    pub closed: bool,
    /// `view`.
    pub view: bool,
}

/// Where the value of a state is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StoreKind {
    /// Nowhere but in memory.
    Memory,
    /// In a file for each.
    File,
    /// In one file for all.
    Sqlite,
    /// In a Redis.
    Redis,
    /// Where the app says, by `load` and `persist`.
    App,
}

impl StoreKind {
    /// Returns the word in the attribute.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::File => "file",
            Self::Sqlite => "sqlite",
            Self::Redis => "redis",
            Self::App => "app",
        }
    }
}

/// When the value of a state is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Save {
    /// Before anybody hears of an action: `save = "each"`.
    Each,
    /// So long after a change, with all that has come by then.
    After(Duration),
}

/// A value as an app has stored it.
#[derive(Debug, Clone)]
pub struct Stored<S> {
    /// The value.
    pub value: S,
    /// Its version, as [`persist`](SharedState::persist) was told.
    pub version: u64,
}

/// Which value of a state it is: that of one room.
pub struct StateKey<'a, A: App> {
    app: &'a A,
    room: &'a str,
    pattern: Pattern,
}

impl<'a, A: App> StateKey<'a, A> {
    pub(crate) fn new(app: &'a A, room: &'a str, pattern: Pattern) -> Self {
        Self { app, room, pattern }
    }

    /// Returns the app.
    #[must_use]
    pub fn app(&self) -> &'a A {
        self.app
    }

    /// Returns the name of the room.
    #[must_use]
    pub fn room(&self) -> &'a str {
        self.room
    }

    /// Returns what the first parameter of the room's pattern stands for, `7` in `board-7`; `""` where it has none.
    #[must_use]
    pub fn id(&self) -> &'a str {
        self.values().into_iter().next().unwrap_or_default()
    }

    /// Returns what a parameter of the room's pattern stands for; `None` for one that it does not have.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&'a str> {
        let names = self.pattern.0.iter().filter_map(|segment| match segment {
            Segment::Parameter(name) => Some(*name),
            Segment::Literal(_) => None,
        });
        names.zip(self.values()).find_map(|(known, value)| (known == name).then_some(value))
    }

    fn values(&self) -> Vec<&'a str> {
        self.pattern.parameters(self.room).unwrap_or_default()
    }
}

impl<A: App> Clone for StateKey<'_, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A: App> Copy for StateKey<'_, A> {}

impl<A: App> std::fmt::Debug for StateKey<'_, A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StateKey").field("room", &self.room).finish_non_exhaustive()
    }
}

/// The names of a state, as the generator writes them.
pub trait StateRoute: SharedState {
    /// `<page>/<name>`.
    const PATH: &'static str;
    /// `v1`.
    const VERSION: &'static str;
}

/// A value of which a newer version can be made, and the values of which it can be made itself.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the value of an older version",
    label = "not the value of a state",
    note = "`upgrade` takes what an older file of the same folder holds: `fn upgrade(old: super::notes_v1::State) -> Self`"
)]
pub trait OlderState: Sized + Send {
    /// Returns under which names such a value may be stored, and how a text of each is read; the newest first.
    fn readers() -> Vec<StateReader<Self>>;
}

/// Reads JSON that is stored under the names of one version.
pub type ReadStored<S> = Box<dyn Fn(&str) -> Result<S, BoxError> + Send + Sync>;

/// What reads a value that is stored under the names of one version.
pub struct StateReader<S> {
    /// `<page>/<name>`.
    pub path: &'static str,
    /// `v1`.
    pub version: &'static str,
    /// Reads the JSON.
    pub read: ReadStored<S>,
}

/// What a state without `upgrade` has instead of an older version.
#[derive(Debug)]
pub enum NoOlder {}

impl OlderState for NoOlder {
    fn readers() -> Vec<StateReader<Self>> {
        Vec::new()
    }
}

impl<S: StateRoute> OlderState for S {
    fn readers() -> Vec<StateReader<Self>> {
        let own = StateReader {
            path: S::PATH,
            version: S::VERSION,
            read: Box::new(|json| Ok(serde_json::from_str::<S>(json)?)),
        };
        let older = S::Older::readers().into_iter().map(|StateReader { path, version, read }| StateReader {
            path,
            version,
            read: Box::new(move |json| read(json).map(S::upgrade)),
        });
        std::iter::once(own).chain(older).collect()
    }
}

/// A state, whatever its types: what makes and keeps its values.
pub trait State<A: App>: Send + Sync {
    /// Returns what its attribute says.
    fn said(&self) -> SaidOfState;

    /// Returns which rooms have such a value.
    fn pattern(&self) -> Pattern;

    /// Returns the type of its value.
    fn type_id(&self) -> TypeId;

    /// Returns the names under which a value may be stored, as path and version; its own come first.
    fn names(&self) -> Vec<(&'static str, &'static str)>;

    /// Makes the value of a room that has none yet.
    ///
    /// # Errors
    ///
    /// When it breaks its own rules, or has no JSON.
    fn begin(&self, app: &A, place: CellPlace) -> Result<Box<dyn StateCell<A>>, BoxError>;

    /// Makes a value of what is stored.
    ///
    /// # Errors
    ///
    /// When it is none of this state.
    fn go_on(&self, place: CellPlace, stored: StoredValue<'_>) -> Result<Box<dyn StateCell<A>>, BoxError>;

    /// Asks the app for the value of a room; with `store = app`.
    fn load<'a>(&'a self, app: &'a A, room: &'a str) -> BoxFuture<'a, Result<Option<StoredValue<'a>>, BoxError>>;

    /// Has the app store a value; with `store = app`.
    fn persist<'a>(
        &'a self,
        app: &'a A,
        room: &'a str,
        value: &'a StateValue,
        number: u64,
    ) -> BoxFuture<'a, Result<(), BoxError>>;

    /// Tells the app of a change.
    fn updated<'a>(
        &'a self,
        app: &'a A,
        room: &'a str,
        before_and_after: (&'a StateValue, &'a StateValue),
        number: u64,
    ) -> BoxFuture<'a, ()>;

    /// Tells the app that a value has left the memory.
    fn closed<'a>(&'a self, app: &'a A, room: &'a str, last: &'a StateValue) -> BoxFuture<'a, ()>;
}

/// A value, or a copy of one, whatever its type.
pub type StateValue = Arc<dyn Any + Send + Sync>;

/// A value that an earlier life has left.
pub enum StoredValue<'a> {
    /// As text, stored by the version with this place among [`State::names`].
    Json {
        /// Which version has stored it.
        version: usize,
        /// How often it had changed.
        number: u64,
        /// The value.
        json: &'a str,
    },
    /// As the app has it.
    Own {
        /// How often it had changed.
        number: u64,
        /// The value.
        value: Box<dyn Any + Send>,
    },
}

/// Where a value is, and how much it may be.
#[derive(Debug, Clone)]
pub struct CellPlace {
    /// `<page>/<name>/<version>`.
    pub cb: &'static str,
    /// The room.
    pub room: Arc<str>,
    /// What tells the versions of this life of the value from those of others.
    pub life: Box<str>,
    /// How many bytes of JSON it may have.
    pub limit: usize,
    /// Under which the versions of views are written.
    pub positions: Arc<PositionKey>,
}

/// One value, with what its followers have been told of it. Nothing here waits.
pub trait StateCell<A: App>: Send {
    /// Returns the value as it was told last.
    fn told(&self) -> &dyn Any;

    /// Returns a copy of the value.
    ///
    /// # Errors
    ///
    /// `sync-server-failed` when copying it panics.
    fn copy(&self) -> Result<StateValue, SyncError>;

    /// Returns how often it has changed: 1 for what it was at first.
    fn number(&self) -> u64;

    /// Returns what tells its versions from those of other lives.
    fn life(&self) -> &str;

    /// Returns whether something was [kept](StateCell::keep) that has not been [committed](StateCell::commit).
    fn has_changed(&self) -> bool;

    /// Changes the value, or leaves it as it was.
    ///
    /// # Errors
    ///
    /// What `change` says; `state-invalid` for a value that breaks its rules, or is larger than it may be; `sync-server-failed` for a panic, and for one that cannot be shown.
    fn change(&mut self, change: &mut dyn FnMut(&mut dyn Any) -> Result<(), SyncError>) -> Result<(), SyncError>;

    /// Keeps what an action has made of the value for what a later one goes back to that is refused, without committing it.
    fn keep(&mut self);

    /// Returns whether the value is another one than when it was [committed](StateCell::commit) last.
    fn differs(&self) -> bool;

    /// Takes what has changed for told, as the change of this number, and returns what the followers are to be told; `None` where nothing
    /// has.
    fn commit(&mut self, number: u64) -> Option<StateChange>;

    /// Makes the value what it was when it was committed last.
    fn take_back(&mut self);

    /// Takes over what another server has made of the value, as JSON, as the change of this number.
    ///
    /// # Errors
    ///
    /// `state-unavailable` for what is no such value.
    fn adopt(&mut self, json: &str, number: u64) -> Result<Option<StateChange>, SyncError>;

    /// Returns the group of a member.
    ///
    /// # Errors
    ///
    /// `sync-server-failed` when what finds it out panics.
    fn group_of(&mut self, member: Member<'_, A>) -> Result<usize, SyncError>;

    /// Notes that one more follower is in a group.
    fn hold(&mut self, group: usize);

    /// Notes that one follower fewer is in a group.
    fn release(&mut self, group: usize);

    /// Returns what a group is shown, to one of it that has this version.
    ///
    /// # Errors
    ///
    /// `sync-server-failed` for a view that panics or has no JSON.
    fn shown(&mut self, group: usize, have: Option<&str>) -> Result<Shown, SyncError>;

    /// Returns the version of what a group is shown.
    ///
    /// # Errors
    ///
    /// As for [`shown`](StateCell::shown).
    fn version(&mut self, group: usize) -> Result<Arc<str>, SyncError>;

    /// Returns whether what a group sees is still that of this version.
    ///
    /// # Errors
    ///
    /// As for [`shown`](StateCell::shown).
    fn is_still(&mut self, group: usize, version: &str) -> Result<bool, SyncError>;

    /// Returns the value as JSON.
    fn json(&self) -> Arc<str>;
}

/// What has changed, for those who see it.
#[derive(Debug, Clone)]
pub struct StateChange {
    /// The number of the value before it; its own where nothing has changed, and those who follow are to be looked at again.
    pub before: u64,
    /// How often the value has changed.
    pub number: u64,
    /// What is told to each group that sees something of it.
    pub groups: Vec<GroupChange>,
}

/// What a group is told of a change.
#[derive(Debug, Clone)]
pub struct GroupChange {
    /// The group.
    pub group: usize,
    /// The version before.
    pub from: Arc<str>,
    /// The version after.
    pub to: Arc<str>,
    /// The operations on the version before, or the whole where that says it better.
    pub update: Update,
}

impl GroupChange {
    /// Returns how many bytes of JSON are told.
    #[must_use]
    pub fn size(&self) -> usize {
        match &self.update {
            Update::Patch(json) | Update::Whole(json) => json.len(),
        }
    }
}

/// What somebody is shown.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The version that this leads to.
    pub version: Arc<str>,
    /// What leads there.
    pub update: Update,
}

/// What leads to a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Update {
    /// Operations on the version that somebody has; none where that is the newest.
    Patch(Arc<str>),
    /// The whole.
    Whole(Arc<str>),
}

/// An action that was sent, with its type.
pub trait Act<A: App>: Send + Sync {
    /// Applies it to a value.
    ///
    /// # Errors
    ///
    /// Why it is refused.
    fn apply(&self, ctx: Ctx<'_, A>, value: &mut dyn Any) -> Result<(), SyncError>;
}

/// What looks at a value whose type it knows.
pub type ReadValue<'a> = Box<dyn FnOnce(&dyn Any) + Send + 'a>;

/// What changes a value whose type it knows, or refuses to.
pub type ChangeValue<'a> = Box<dyn FnMut(&mut dyn Any) -> Result<(), SyncError> + Send + 'a>;

/// The way to the states of all rooms. Made by `dispatch`.
pub trait States<A: App>: Sync {
    /// Reads a value as it is now.
    fn read<'a>(&'a self, state: TypeId, room: &'a str, read: ReadValue<'a>) -> BoxFuture<'a, Result<(), SyncError>>;

    /// Changes a value in its turn, and returns how often it has changed then.
    fn change<'a>(
        &'a self,
        state: TypeId,
        room: &'a str,
        change: ChangeValue<'a>,
    ) -> BoxFuture<'a, Result<u64, SyncError>>;
}

/// The value of one room, as a handler has it: `ctx.state::<State>(room)`.
///
/// What is changed here is told to the followers together with the event of the handler, if it has one.
pub struct StateOf<'a, S: SharedState> {
    states: &'a dyn States<S::App>,
    room: String,
    ctx: Ctx<'a, S::App>,
}

impl<'a, S: SharedState> StateOf<'a, S> {
    pub(crate) fn new(ctx: Ctx<'a, S::App>, states: &'a dyn States<S::App>, room: String) -> Self {
        Self { states, room, ctx }
    }

    /// Returns a copy of the value.
    ///
    /// # Errors
    ///
    /// `state-unavailable` when it cannot be loaded; `room-invalid` for a room that has no such value.
    pub async fn get(&self) -> Result<S, SyncError> {
        self.read(S::clone).await
    }

    /// Returns what `read` makes of the value, without a copy of it. It must not take long, and must ask the server for nothing: nobody acts
    /// meanwhile, and whoever asks for this value waits for ever.
    ///
    /// # Errors
    ///
    /// As for [`get`](StateOf::get).
    pub async fn read<T: Send>(&self, read: impl FnOnce(&S) -> T + Send) -> Result<T, SyncError> {
        let mut result = None;
        let reading = Box::new(|value: &dyn Any| result = value.downcast_ref::<S>().map(read));
        self.states.read(TypeId::of::<S>(), &self.room, reading).await?;
        result.ok_or_else(|| SyncError::new("sync-server-failed"))
    }

    /// Applies an action in its turn, as if the caller of this handler had sent it, but for what is asked of callers; returns the version.
    ///
    /// # Errors
    ///
    /// As for a caller: what `prepare` and `apply` say, `state-invalid`, `state-unavailable`.
    pub async fn act(&self, action: S::Action) -> Result<u64, SyncError> {
        let action = S::prepare(self.ctx, action).await?;
        let ctx = self.ctx;
        self.change(move |value| value.apply(ctx, &action)).await
    }

    /// Changes the value in its turn, or leaves it as it was where `update` refuses; returns what `update` returns. Where several servers share
    /// the value, `update` runs again if another one has changed it meanwhile: what it does to anything else is done again, too.
    ///
    /// # Errors
    ///
    /// What `update` says, `state-invalid`, `state-unavailable`.
    pub async fn update<T: Send>(
        &self,
        mut update: impl FnMut(&mut S) -> Result<T, SyncError> + Send,
    ) -> Result<T, SyncError> {
        let mut result = None;
        let changing = |value: &mut S| {
            result = Some(update(value)?);
            Ok(())
        };
        self.change(changing).await?;
        result.ok_or_else(|| SyncError::new("sync-server-failed"))
    }

    async fn change(&self, mut change: impl FnMut(&mut S) -> Result<(), SyncError> + Send) -> Result<u64, SyncError> {
        let changing = Box::new(move |value: &mut dyn Any| match value.downcast_mut::<S>() {
            Some(value) => change(value),
            None => Err(SyncError::new("sync-server-failed")),
        });
        self.states.change(TypeId::of::<S>(), &self.room, changing).await
    }
}

impl<S: SharedState> std::fmt::Debug for StateOf<'_, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StateOf").field("room", &self.room).finish_non_exhaustive()
    }
}
