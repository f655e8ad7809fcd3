//! Whoever reads rows of a database, as others see it.

use crate::route::BoxFuture;

/// Whoever reads rows into a log, as others see it.
pub trait RowReader: Send + Sync {
    /// Returns whether a scope is one of rows.
    fn is_of_rows(&self, scope: &str) -> bool;

    /// Returns whether all that is logged of rows is of one moment: until then, nobody reads it.
    fn is_live(&self) -> bool;

    /// Waits until it is.
    fn live(&self) -> BoxFuture<'_, ()>;

    /// Returns how it stands, as JSON.
    fn report(&self) -> BoxFuture<'_, String>;
}
