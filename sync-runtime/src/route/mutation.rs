//! The mutation lane: changes of durable data, each made once, whole, and in order.

use std::borrow::Cow;
use std::future::Future;
use std::marker::PhantomData;

use serde_json::value::RawValue;
use sync_schema::{Lane, Payload, RouteTypes};

use crate::contain::Guarded;
use crate::error::SyncError;
use crate::route::{
    App, Auth, BoxFuture, Ctx, Done, Effect, Entity, EntityKey, OlderForm, RoomKind, Route, RouteId, RouteOptions,
    ScopePage, Sql, SqlAnswer, SqlError, SqlValue, TypedCall, Untellable,
};
use crate::schema::{InputSchema, InvalidInput, Model, Path, Wire, decode, encode, wire_type};

/// How many bytes of JSON an entity may have.
pub(super) const LARGEST: usize = 256 << 10;
/// How many bytes a key may have.
const LONGEST_KEY: usize = 128;

/// A mutation: the `main` of a file in a `_mutation` folder.
pub trait MutationHandler: Send + Sync + 'static {
    /// The app of the mutation.
    type App: App;
    /// The page whose scopes it changes.
    type Page: ScopePage;
    /// What it is told.
    type Args: Wire + Send + Sync;
    /// The doc comment of `main`.
    const DOCS: &'static str;
    /// What the attribute says.
    const OPTIONS: RouteOptions;

    /// Returns who may ask for it; whether they may change a scope is said by the scope.
    fn auth() -> Auth<Self::App>;

    /// Waits for what the mutation needs before its turn comes; runs `prepare`, if there is one.
    fn prepare<'a>(
        ctx: Ctx<'a, Self::App>,
        args: Self::Args,
    ) -> impl Future<Output = Result<Self::Args, SyncError>> + Send + 'a;

    /// Runs `main`, inside of the transaction.
    ///
    /// # Errors
    ///
    /// Why it is refused.
    fn apply(tx: &mut Tx<'_, Self::Page>, ctx: Ctx<'_, Self::App>, args: &Self::Args) -> Result<(), SyncError>;
}

/// The entities of one scope, inside of the transaction of one mutation.
pub trait Rows {
    /// Returns the JSON of an entity.
    ///
    /// # Errors
    ///
    /// `store-unavailable`: the transaction has failed.
    fn get(&self, entity: &'static str, id: &str) -> Result<Option<String>, SyncError>;

    /// Visits the JSON of each entity of a type, by key.
    ///
    /// # Errors
    ///
    /// What `visit` says; as [`get`](Rows::get).
    fn each(&self, entity: &'static str, visit: &mut dyn FnMut(&str) -> Result<(), SyncError>)
    -> Result<(), SyncError>;

    /// Returns how many entities of a type there are.
    ///
    /// # Errors
    ///
    /// As [`get`](Rows::get).
    fn count(&self, entity: &'static str) -> Result<u64, SyncError>;

    /// Writes an entity, or deletes it, and logs that; returns whether it was there.
    ///
    /// # Errors
    ///
    /// As [`get`](Rows::get); `sync-too-large` for more changes than one mutation may make.
    fn write(&mut self, entity: &'static str, id: &str, data: Option<&str>) -> Result<bool, SyncError>;

    /// Carries out a statement of the app's in the database underneath.
    ///
    /// # Errors
    ///
    /// What the database says.
    fn sql(&mut self, statement: &str, values: &[SqlValue]) -> Result<SqlAnswer, SqlError>;
}

/// The data of one scope, for the mutation that changes it: what is written here is logged, and told to everybody who reads the scope.
///
/// Nothing of it is kept where the mutation refuses.
pub struct Tx<'t, P> {
    rows: &'t mut dyn Rows,
    page: PhantomData<fn() -> P>,
}

impl<'t, P> Tx<'t, P> {
    #[doc(hidden)]
    #[must_use]
    pub fn new(rows: &'t mut dyn Rows) -> Self {
        Self { rows, page: PhantomData }
    }

    /// Returns the entity with this key, if there is one.
    ///
    /// # Errors
    ///
    /// `store-unavailable`; `sync-server-failed` for one that is stored in a form that its type cannot be read from.
    pub fn get<E: Entity<Page = P>>(&self, id: &(impl EntityKey + ?Sized)) -> Result<Option<E>, SyncError> {
        let id = &*id.text();
        // One that nothing can have, nothing has.
        if !is_key(id) {
            return Ok(None);
        }
        self.rows.get(E::NAME, id)?.map(|json| read::<E>(&json)).transpose()
    }

    /// Returns all entities of a type, sorted by key.
    ///
    /// # Errors
    ///
    /// As [`get`](Tx::get).
    pub fn list<E: Entity<Page = P>>(&self) -> Result<Vec<E>, SyncError> {
        let mut all = Vec::new();
        self.rows.each(E::NAME, &mut |json| {
            all.push(read::<E>(json)?);
            Ok(())
        })?;
        Ok(all)
    }

    /// Returns how many entities of a type there are.
    ///
    /// # Errors
    ///
    /// `store-unavailable`.
    pub fn count<E: Entity<Page = P>>(&self) -> Result<usize, SyncError> {
        Ok(usize::try_from(self.rows.count(E::NAME)?).unwrap_or(usize::MAX))
    }

    /// Adds an entity.
    ///
    /// # Errors
    ///
    /// `entity-exists` where there is one with its key; as [`put`](Tx::put).
    pub fn create<E: Entity<Page = P>>(&mut self, entity: &E) -> Result<(), SyncError> {
        if self.rows.get(E::NAME, &checked_key(entity)?)?.is_some() {
            return Err(SyncError::new("entity-exists").param("entity", E::NAME).param("id", &*entity.key()));
        }
        self.put(entity)
    }

    /// Adds an entity, or writes it in the place of the one with its key.
    ///
    /// # Errors
    ///
    /// `sync-invalid-input` for one that breaks its own rules, or whose key is empty, longer than 128 bytes, or has control characters;
    /// `sync-too-large` for more than 256 KiB of JSON.
    pub fn put<E: Entity<Page = P>>(&mut self, entity: &E) -> Result<(), SyncError> {
        let json = written(entity)?;
        self.rows.write(E::NAME, &entity.key(), Some(&json)).map(drop)
    }

    /// Changes the entity with this key, and returns whether there is one.
    ///
    /// # Errors
    ///
    /// As [`get`](Tx::get) and [`put`](Tx::put); `sync-invalid-input` where the key is another one afterwards.
    pub fn update<E: Entity<Page = P>>(
        &mut self,
        id: &(impl EntityKey + ?Sized),
        change: impl FnOnce(&mut E),
    ) -> Result<bool, SyncError> {
        let Some(mut entity) = self.get::<E>(id)? else { return Ok(false) };
        change(&mut entity);
        if entity.key() != id.text() {
            return Err(SyncError::invalid_input("id", "changed"));
        }
        self.put(&entity)?;
        Ok(true)
    }

    /// Deletes the entity with this key, and returns whether there was one.
    ///
    /// # Errors
    ///
    /// `store-unavailable`.
    pub fn delete<E: Entity<Page = P>>(&mut self, id: &(impl EntityKey + ?Sized)) -> Result<bool, SyncError> {
        let id = &*id.text();
        if !is_key(id) || self.rows.get(E::NAME, id)?.is_none() {
            return Ok(false);
        }
        self.rows.write(E::NAME, id, None)
    }

    /// Returns the database underneath, for tables of the app's own.
    ///
    /// # Examples
    ///
    /// ```
    /// # use sync::{SyncError, Tx};
    /// # struct Todos;
    /// /// Notes once who has voted, in a table that nobody has a copy of.
    /// fn vote(tx: &mut Tx<'_, Todos>, user: &str, id: &str) -> Result<(), SyncError> {
    ///     tx.sql().execute("CREATE TABLE IF NOT EXISTS votes (user TEXT, todo TEXT, PRIMARY KEY (user, todo))", &[])?;
    ///     match tx.sql().execute("INSERT INTO votes VALUES ($1, $2)", &[user.into(), id.into()]) {
    ///         Err(error) if error.is_conflict() => Err(sync::error!("todo-voted").status(409)),
    ///         done => Ok(done.map(drop)?),
    ///     }
    /// }
    /// ```
    pub fn sql(&mut self) -> Sql<'_> {
        Sql::new(self.rows)
    }
}

impl<P> std::fmt::Debug for Tx<'_, P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tx")
    }
}

/// Unlike what a caller sends, what is stored may be of an older form: unknown fields are ignored, and missing ones have their defaults.
fn read<E: Entity>(json: &str) -> Result<E, SyncError> {
    serde_json::from_str(json).map_err(|error| {
        tracing::error!(entity = E::NAME, %error, "a stored entity is of a form that its type cannot be read from");
        SyncError::new("sync-server-failed")
    })
}

fn written<E: Entity>(entity: &E) -> Result<String, SyncError> {
    checked_key(entity)?;
    check_rules(entity)?;
    let json = encode(entity).map_err(|error| {
        tracing::error!(entity = E::NAME, ?error, "an entity has no JSON form");
        SyncError::new("sync-server-failed")
    })?;
    if json.len() > LARGEST {
        return Err(SyncError::new("sync-too-large").param("limit", LARGEST));
    }
    String::from_utf8(json).map_err(|_| SyncError::new("sync-server-failed"))
}

fn check_rules(value: &impl Wire) -> Result<(), SyncError> {
    value.check_rules(&Path::top()).map_err(|refused| SyncError::invalid_input(refused.path, refused.reason))
}

fn checked_key<E: Entity>(entity: &E) -> Result<Cow<'_, str>, SyncError> {
    let key = entity.key();
    if is_key(&key) { Ok(key) } else { Err(SyncError::invalid_input("id", "invalid-format")) }
}

pub(super) fn is_key(key: &str) -> bool {
    !key.is_empty() && key.len() <= LONGEST_KEY && !key.chars().any(char::is_control)
}

/// What a mutation does to the data of its scope, with its arguments; it may be asked to do it more than once, of which all but the last
/// are undone.
pub trait Mutate<A: App>: Send + Sync {
    /// Does it.
    ///
    /// # Errors
    ///
    /// Why it is refused.
    fn apply(&self, ctx: Ctx<'_, A>, rows: &mut dyn Rows) -> Result<(), SyncError>;
}

/// A route of the mutation lane, which is told a `Told`: what its handler takes, or what an older version took.
pub struct MutationOnly<H: MutationHandler, Told = <H as MutationHandler>::Args> {
    id: RouteId,
    /// The `cb` of the version whose handler it is, where that is a newer one.
    newest: Option<&'static str>,
    accept: Accept<H, Told>,
}

/// Makes what a handler takes of what a route was told.
type Accept<H, Told> = fn(Told) -> Result<<H as MutationHandler>::Args, SyncError>;

impl<H: MutationHandler> MutationOnly<H> {
    /// Gives the mutation its names.
    #[must_use]
    pub const fn new(id: RouteId) -> Self {
        Self { id, newest: None, accept: Ok }
    }
}

impl<H: MutationHandler, Old> MutationOnly<H, Old> {
    /// Gives an older version its names, of which the handler is a newer one's.
    #[must_use]
    pub const fn upgraded(id: RouteId, newest: &'static str, accept: Accept<H, Old>) -> Self {
        Self { id, newest: Some(newest), accept }
    }
}

/// Checks what `upgrade` has made of what an older version was told: that has passed its own rules, and may break newer ones.
///
/// # Errors
///
/// `sync-invalid-input`.
pub fn upgraded<Args: Wire>(args: Args) -> Result<Args, SyncError> {
    check_rules(&args)?;
    Ok(args)
}

impl<H: MutationHandler, Told> std::fmt::Debug for MutationOnly<H, Told> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("MutationOnly").field(&self.id.cb).finish()
    }
}

impl<H: MutationHandler, Told: Wire + Send + Sync> OlderForm for MutationOnly<H, Told> {
    fn id(&self) -> &RouteId {
        &self.id
    }

    fn takes(&self, schema: &InputSchema, json: &str) -> Result<Result<(), SyncError>, InvalidInput> {
        Ok((self.accept)(decode::<Told>(schema, json)?).map(drop))
    }

    /// A mutation answers nothing.
    fn server_output(&self, output: &RawValue) -> Result<Box<RawValue>, Untellable> {
        Ok(output.to_owned())
    }

    fn client_output(&self, own: &RawValue) -> Result<Box<RawValue>, Untellable> {
        Ok(own.to_owned())
    }
}

impl<H: MutationHandler, Told: Wire + Send + Sync> Route<H::App> for MutationOnly<H, Told> {
    fn id(&self) -> &RouteId {
        &self.id
    }

    fn auth(&self) -> Auth<H::App> {
        H::auth()
    }

    fn options(&self) -> RouteOptions {
        RouteOptions { room: Some(RoomKind::Rule(H::Page::PATTERN)), ..H::OPTIONS }
    }

    fn older_form(&'static self) -> Option<&'static dyn OlderForm> {
        if self.newest.is_some() { Some(self) } else { None }
    }

    fn answered_as(&self) -> &'static str {
        self.newest.unwrap_or(self.id.cb)
    }

    fn types(&self, model: &mut Model) -> RouteTypes {
        let payloads = vec![Payload::input("args", wire_type::<Told>(model))];
        self.id.describe(Lane::Mutation, H::DOCS, self.options().room, payloads)
    }

    fn input_schema(&self) -> InputSchema {
        InputSchema::of::<Told>()
    }

    fn decode(&self, schema: &InputSchema, json: &str) -> Result<Box<dyn TypedCall<H::App>>, InvalidInput> {
        let told = Guarded::new(decode::<Told>(schema, json)?);
        Ok(Box::new(SentMutation::<H, Told> { told, accept: self.accept }))
    }
}

/// A mutation that was sent.
struct SentMutation<H: MutationHandler, Told> {
    told: Guarded<Told>,
    accept: Accept<H, Told>,
}

impl<H: MutationHandler, Told: Wire + Send + Sync> TypedCall<H::App> for SentMutation<H, Told> {
    fn check<'a>(&'a self, _: Ctx<'a, H::App>) -> Option<BoxFuture<'a, Result<(), SyncError>>> {
        None
    }

    fn run<'a>(self: Box<Self>, ctx: Ctx<'a, H::App>) -> BoxFuture<'a, Result<Done<H::App>, SyncError>>
    where
        Self: 'a,
    {
        Box::pin(async move {
            let args = (self.accept)(self.told.into_inner())?;
            let args = H::prepare(ctx, args).await?;
            let mutation = Box::new(Mutation::<H>(Guarded::new(args)));
            Ok(Done::new(RawValue::NULL.to_owned(), Effect::Mutate(mutation)))
        })
    }
}

/// A mutation that is ready for its turn.
struct Mutation<H: MutationHandler>(Guarded<H::Args>);

impl<H: MutationHandler> Mutate<H::App> for Mutation<H> {
    fn apply(&self, ctx: Ctx<'_, H::App>, rows: &mut dyn Rows) -> Result<(), SyncError> {
        H::apply(&mut Tx::new(rows), ctx, &self.0)
    }
}
