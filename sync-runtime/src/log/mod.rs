//! The durable data of scopes: what it is now, each change of it in order, and what the clients that asked for them were answered.
//!
//! A [`LogStore`] applies a push in one transaction with its changes, their cursors, and its outcome, and tells what it has committed in the
//! order of each scope. It knows neither routes, nor who may do what, nor who wants to hear of it.

mod kept;
mod overlay;
#[cfg(feature = "postgres")]
mod postgres;
mod registry;
#[cfg(any(test, feature = "postgres"))]
mod replica;
#[cfg(any(test, all(feature = "testing", feature = "postgres")))]
pub mod replica_suite;
mod row_reader;
mod settle;
#[cfg(feature = "postgres")]
mod split;
mod sqlite;
mod store;
#[cfg(any(test, feature = "testing"))]
pub mod suite;

#[cfg(feature = "postgres")]
pub(crate) use postgres::ALIVE;
#[cfg(feature = "postgres")]
pub use postgres::PostgresLog;
pub use registry::{ByStrategy, NewClient, Registered, Registration, ScopeAdvance, ScopePosition, Sign};
#[cfg(feature = "postgres")]
pub use replica::{
    Aside, AsideRow, Fed, Feed, Feeder, How, IsOfRows, Origin, PlacedRow, ReplicaLog, Row, RowTable, RowTables,
    SetAside,
};
pub use row_reader::RowReader;
#[cfg(feature = "postgres")]
pub use split::SplitLog;
pub use sqlite::SqliteLog;
#[cfg(test)]
pub(crate) use store::ChangeKind;
pub use store::{
    Change, ClientCall, Committed, Head, Known, LogError, LogStore, News, Page, PullFrom, Push, Pushed, Retention,
    Snapshot, SnapshotPlace, Watch, Work,
};
