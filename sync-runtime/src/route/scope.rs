//! Scopes: which durable data there is, and who may read and write it.

use std::borrow::Cow;

use crate::error::SyncError;
use crate::route::{App, Auth, BoxFuture, Pattern, RoomCtx};
use crate::schema::{Model, Wire, wire_type};

/// What a caller may do with a scope; who may neither read nor write is refused by the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Pull what has changed, and take snapshots.
    Read,
    /// Change it, too.
    Write,
}

/// A `_scope.rs` file: who may read and write the data of a page.
pub trait ScopeRule<A: App>: Send + Sync {
    /// Returns the names of its scopes.
    fn pattern(&self) -> Pattern;

    /// Returns who may ask for access.
    fn auth(&self) -> Auth<A>;

    /// Runs `access`; `parameters` are the parts of the name that the pattern leaves open, in its order.
    fn access<'a>(&'a self, ctx: RoomCtx<'a, A>, parameters: &'a [&'a str])
    -> BoxFuture<'a, Result<Access, SyncError>>;
}

/// What stands for the scopes of one page among types: the attribute in its `_scope.rs` implements it.
pub trait ScopePage: Send + Sync + 'static {
    /// The names of its scopes.
    const PATTERN: Pattern;
}

/// What lives in scopes: a type that is told apart by its key.
///
/// It is written in `src/<page>/_entity.rs`, below `#[sync::entity]`.
///
/// ```ignore
/// #[sync::entity]
/// pub struct Todo {
///     #[key]
///     pub id: String,
///     pub title: String,
///     pub done: bool,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no entity",
    label = "not an entity",
    note = "an entity is a struct with `#[sync::entity]` and a field `#[key]` in the `_entity.rs` of the page"
)]
pub trait Entity: Wire + Send + Sync {
    /// The page whose scopes it lives in.
    #[doc(hidden)]
    type Page;
    /// How it is called on the wire and in TypeScript: `todo`.
    const NAME: &'static str;
    /// How the field with its key is called in JSON.
    const KEY: &'static str;

    /// Returns its key: 1 to 128 bytes without control characters.
    fn key(&self) -> Cow<'_, str>;
}

/// An entity, whatever its type: what the table knows of it.
pub trait EntityType: Send + Sync {
    /// Returns what it is called.
    fn name(&self) -> &'static str;

    /// Describes it for the front end.
    fn types(&self, model: &mut Model) -> sync_schema::EntityTypes;
}

/// The entity with this type, as the table has it.
pub struct EntityOf<E> {
    page: &'static str,
    source: &'static str,
    entity: std::marker::PhantomData<fn() -> E>,
}

impl<E> EntityOf<E> {
    /// Says of which page it is, and in which file.
    #[must_use]
    pub const fn new(page: &'static str, source: &'static str) -> Self {
        Self { page, source, entity: std::marker::PhantomData }
    }
}

impl<E> std::fmt::Debug for EntityOf<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EntityOf").field("page", &self.page).finish_non_exhaustive()
    }
}

impl<E: Entity<Page: ScopePage>> EntityType for EntityOf<E> {
    fn name(&self) -> &'static str {
        E::NAME
    }

    fn types(&self, model: &mut Model) -> sync_schema::EntityTypes {
        sync_schema::EntityTypes {
            page: self.page.to_owned(),
            name: E::NAME.to_owned(),
            key: E::KEY.to_owned(),
            source: self.source.to_owned(),
            scope: <E::Page as ScopePage>::PATTERN.to_string(),
            wire: wire_type::<E>(model),
        }
    }
}
