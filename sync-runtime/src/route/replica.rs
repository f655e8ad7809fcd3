//! Rows of a table of a database as durable data: what is read of each, and which scopes it belongs to.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sync_schema::Shape;
use uuid::Uuid;

use crate::contain::contained;
use crate::route::mutation::{LARGEST, is_key};
use crate::route::{Entity, Pattern, RouteId, ScopePage};
use crate::schema::{Empty, Model, Wire, encode};

/// The name of a scope, as a replica says where a row belongs.
///
/// # Examples
///
/// ```
/// use sync::Scope;
///
/// assert_eq!(Scope::of("todos", "home").name(), "todos-home");
/// assert_eq!(Scope::named("todos-home"), Scope::of("todos", "home"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(Arc<str>);

impl Scope {
    /// Returns the scope `<beginning>-<parameter>`: that of the pattern `todos-{list}` for `todos` and the value of `list`.
    #[must_use]
    pub fn of(beginning: &str, parameter: impl Display) -> Self {
        Self(format!("{beginning}-{parameter}").into())
    }

    /// Returns the scope of a name, where its pattern has another form.
    #[must_use]
    pub fn named(name: impl Into<Arc<str>>) -> Self {
        Self(name.into())
    }

    /// Returns its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }

    /// Returns its name, to be kept.
    #[cfg(feature = "postgres")]
    pub(crate) fn into_name(self) -> Arc<str> {
        self.0
    }
}

/// A table of a database, letter by letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableName {
    /// Its schema.
    pub schema: &'static str,
    /// Its name there.
    pub name: &'static str,
}

impl Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.schema, self.name)
    }
}

/// A column of a table, and the field that has its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// What it is called in the database: the name of the field in Rust.
    pub name: &'static str,
    /// What the field is called in JSON.
    pub field: &'static str,
}

/// An entity whose rows are those of a table: `#[sync::entity(table = "public.todos")]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no row of a table",
    label = "no table is said",
    note = "write `#[sync::entity(table = \"public.…\")]` above it, in the `_entity.rs` of the page"
)]
pub trait TableEntity: Entity {
    /// The table.
    const TABLE: TableName;
    /// Its columns, in the order of the fields.
    const COLUMNS: &'static [Column];
}

/// What can tell one entity from another.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of an entity",
    label = "not a key",
    note = "a key is a `String`, a whole number, or a `sync::Uuid`"
)]
pub trait EntityKey {
    /// Returns it as a text, the same for the same value.
    fn text(&self) -> Cow<'_, str>;
}

macro_rules! texts {
    ($($text:ty),*) => { $(
        impl EntityKey for $text {
            fn text(&self) -> Cow<'_, str> {
                Cow::Borrowed(self)
            }
        }
    )* };
}

macro_rules! displayed {
    ($($key:ty),*) => { $(
        impl EntityKey for $key {
            fn text(&self) -> Cow<'_, str> {
                Cow::Owned(self.to_string())
            }
        }
    )* };
}

texts!(str, String, Box<str>, Arc<str>);
displayed!(i8, u8, i16, u16, i32, u32, i64, u64, Uuid);

/// A replica: the `scopes` of a file in a `_replica` folder.
pub trait ReplicaHandler: Send + Sync + 'static {
    /// The row.
    type Row: TableEntity;
    /// The function as it is written: what it makes of rows may be another thing when it is written anew.
    const SOURCE: &'static str;

    /// Runs `scopes`.
    fn scopes(row: &Self::Row) -> Vec<Scope>;
}

/// Gives what `scopes` has returned its form.
pub fn scopes_of(scopes: impl IntoIterator<Item = Scope>) -> Vec<Scope> {
    scopes.into_iter().collect()
}

/// The row of a replica with a mistake in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NoRow {}

impl Wire for NoRow {
    fn shape(model: &mut Model) -> Shape {
        Empty::shape(model)
    }
}

/// Its page, of which there are no scopes.
#[derive(Debug)]
pub enum NoPage {}

impl ScopePage for NoPage {
    const PATTERN: Pattern = Pattern(&[]);
}

impl Entity for NoRow {
    type Page = NoPage;

    const NAME: &'static str = "";
    const KEY: &'static str = "";

    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed("")
    }
}

impl TableEntity for NoRow {
    const TABLE: TableName = TableName { schema: "", name: "" };
    const COLUMNS: &'static [Column] = &[];
}

/// A replica, whatever its row: what the table knows of it.
pub trait Replica: Send + Sync {
    /// Returns its names.
    fn id(&self) -> &RouteId;

    /// Returns what its entity is called.
    fn entity(&self) -> &'static str;

    /// Returns what the field with the key is called in JSON.
    fn key(&self) -> &'static str;

    /// Returns the table.
    fn table(&self) -> TableName;

    /// Returns its columns.
    fn columns(&self) -> &'static [Column];

    /// Returns the names of the scopes of its page.
    fn scope(&self) -> Pattern;

    /// Describes the row.
    fn shape(&self, model: &mut Model) -> Shape;

    /// Returns the function as it is written.
    fn source(&self) -> &'static str;

    /// Reads a row from its JSON, and says where it belongs.
    ///
    /// # Errors
    ///
    /// Why it belongs nowhere.
    fn place(&self, json: &str) -> Result<PlacedRow, RowMistake>;
}

/// A row, and where it belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedRow {
    /// Its key.
    pub id: Box<str>,
    /// Its JSON, as clients get it.
    pub data: Box<str>,
    /// The scopes, each once, sorted.
    pub scopes: Vec<Scope>,
}

/// Why a row belongs nowhere. It is set aside, and the others go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowMistake {
    /// A value is none of its field's type.
    #[error("it is no `{entity}`: {why}")]
    Unreadable {
        /// What it should be.
        entity: &'static str,
        /// What serde says.
        why: String,
    },
    /// Its key is empty, longer than 128 bytes, or has control characters.
    #[error("its key cannot be one: 1 to 128 bytes without control characters")]
    Key,
    /// It has more JSON than an entity may have.
    #[error("it has {bytes} bytes of JSON, and an entity has {LARGEST} at most")]
    TooLarge {
        /// How much.
        bytes: usize,
    },
    /// `scopes` has panicked.
    #[error("`{replica}` has panicked")]
    Panicked {
        /// The file's name on the wire.
        replica: &'static str,
    },
}

/// A replica, as the table has it.
pub struct ReplicaOf<H> {
    id: RouteId,
    handler: std::marker::PhantomData<fn() -> H>,
}

impl<H: ReplicaHandler> ReplicaOf<H> {
    /// Gives the replica its names.
    #[must_use]
    pub const fn new(id: RouteId) -> Self {
        Self { id, handler: std::marker::PhantomData }
    }
}

impl<H> fmt::Debug for ReplicaOf<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ReplicaOf").field(&self.id.cb).finish()
    }
}

impl<H: ReplicaHandler<Row: TableEntity<Page: ScopePage>>> Replica for ReplicaOf<H> {
    fn id(&self) -> &RouteId {
        &self.id
    }

    fn entity(&self) -> &'static str {
        H::Row::NAME
    }

    fn key(&self) -> &'static str {
        H::Row::KEY
    }

    fn table(&self) -> TableName {
        H::Row::TABLE
    }

    fn columns(&self) -> &'static [Column] {
        H::Row::COLUMNS
    }

    fn scope(&self) -> Pattern {
        <H::Row as Entity>::Page::PATTERN
    }

    fn shape(&self, model: &mut Model) -> Shape {
        H::Row::shape(model)
    }

    fn source(&self) -> &'static str {
        H::SOURCE
    }

    fn place(&self, json: &str) -> Result<PlacedRow, RowMistake> {
        let unreadable = |why: String| RowMistake::Unreadable { entity: H::Row::NAME, why };
        let row: H::Row = serde_json::from_str(json).map_err(|error| unreadable(error.to_string()))?;
        let id: Box<str> = row.key().into();
        if !is_key(&id) {
            return Err(RowMistake::Key);
        }
        // What a rule says of inputs is not asked: the database has the row.
        let data = encode(&row).map_err(|error| unreadable(format!("{error:?}")))?;
        if data.len() > LARGEST {
            return Err(RowMistake::TooLarge { bytes: data.len() });
        }
        let data = String::from_utf8(data).map_err(|error| unreadable(error.to_string()))?;
        let replica = self.id.cb;
        let mut scopes = contained(|| H::scopes(&row)).map_err(|_| RowMistake::Panicked { replica })?;
        scopes.sort_unstable();
        scopes.dedup();
        Ok(PlacedRow { id, data: data.into(), scopes })
    }
}
