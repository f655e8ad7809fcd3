//! The database underneath the durable data, for mutations of an app with tables of its own.

use std::fmt;

use crate::error::SyncError;
use crate::route::Rows;

/// A value that goes into a statement, or comes out of one.
///
/// A Postgres gives each place of a statement a type: whole numbers go into `smallint`, `integer`, `bigint` and `boolean`, texts also into `json`
/// and `jsonb`. Another type is made of a text there: `$1::text::uuid`, `created::text`.
#[derive(Debug, Clone, PartialEq)]
pub enum SqlValue {
    /// Nothing.
    Null,
    /// A whole number, or `1` and `0` for true and false.
    Integer(i64),
    /// Another number.
    Real(f64),
    /// A text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl SqlValue {
    /// Returns the number, if it is a whole one.
    #[must_use]
    pub fn integer(&self) -> Option<i64> {
        if let Self::Integer(number) = self { Some(*number) } else { None }
    }

    /// Returns the text, if it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

macro_rules! value_from {
    ($($kind:ident: $($from:ty),+;)+) => {
        $($(impl From<$from> for SqlValue {
            fn from(value: $from) -> Self {
                Self::$kind(value.into())
            }
        })+)+
    };
}

value_from! {
    Integer: i64, i32, u32, i16, u16, bool;
    Real: f64;
    Text: &str, String;
    Blob: &[u8], Vec<u8>;
}

impl<T: Into<Self>> From<Option<T>> for SqlValue {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// What a statement has come to.
#[derive(Debug, Default)]
pub struct SqlAnswer {
    /// How many rows it has changed.
    pub changed: u64,
    /// What it has read, a value for each column.
    pub rows: Vec<Vec<SqlValue>>,
}

/// A statement that was not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlError {
    pub(crate) is_conflict: bool,
    pub(crate) message: String,
}

impl SqlError {
    /// Returns whether a rule of a table has refused it, such as `UNIQUE`.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.is_conflict
    }
}

impl fmt::Display for SqlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SqlError {}

impl From<SqlError> for SyncError {
    /// A mistake of the app's: it is logged, and whoever has asked is told `sync-server-failed`.
    fn from(error: SqlError) -> Self {
        tracing::error!(error = error.message, "a statement of a mutation was not carried out");
        Self::new("sync-server-failed")
    }
}

/// The database that the durable data is in, inside of the transaction of one mutation: an SQLite, or a Postgres where `log_url` says so.
///
/// What is written here is kept with what the mutation writes through [`Tx`](crate::Tx), or not at all. It is neither logged nor told to anybody:
/// it is for tables of the app's own, which mutations look things up in, or keep what nobody's copy is to have. The tables `sync_…`, other
/// transactions and settings of the connection are refused.
pub struct Sql<'t> {
    rows: &'t mut dyn Rows,
}

impl<'t> Sql<'t> {
    pub(crate) fn new(rows: &'t mut dyn Rows) -> Self {
        Self { rows }
    }

    /// Carries out one statement, and returns how many rows it has changed. The values take the places `$1`, `$2` and so on.
    ///
    /// # Errors
    ///
    /// What the database says; nothing of the statement is kept then, and the mutation may go on.
    pub fn execute(&mut self, statement: &str, values: &[SqlValue]) -> Result<u64, SqlError> {
        Ok(self.rows.sql(statement, values)?.changed)
    }

    /// As [`execute`](Sql::execute), and returns what it reads, a value for each column.
    ///
    /// # Errors
    ///
    /// As [`execute`](Sql::execute).
    pub fn query(&mut self, statement: &str, values: &[SqlValue]) -> Result<Vec<Vec<SqlValue>>, SqlError> {
        Ok(self.rows.sql(statement, values)?.rows)
    }
}

impl fmt::Debug for Sql<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sql")
    }
}
