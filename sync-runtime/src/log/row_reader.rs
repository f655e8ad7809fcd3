//! Whoever reads rows of a database, as others see it.

use crate::log::ByStrategy;
use crate::route::BoxFuture;

/// Whoever reads rows into a log, as others see it.
pub trait RowReader: Send + Sync {
    /// Returns whether a scope is one of rows.
    fn is_of_rows(&self, scope: &str) -> bool;

    /// Returns whether all that is logged of rows is of one moment: until then, nobody reads it.
    fn is_live(&self) -> bool;

    /// Waits until it is.
    fn live(&self) -> BoxFuture<'_, ()>;

    /// Returns how it stands, as JSON, with what clients do next if that is known; and which rows are set aside, if that is to be shown.
    fn report(&self, clients: Option<ByStrategy>, shows_rows: bool) -> BoxFuture<'_, String>;

    /// Returns by how many bytes of what the database has written it is behind, and whether something is in its way.
    fn lag(&self) -> (u64, bool);
}
