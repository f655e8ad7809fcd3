//! What a reader is told.

/// Where changes come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SourceKind {
    /// A replication slot: what the database writes for itself.
    Slot,
    /// A table of changes that triggers write.
    Outbox,
}

/// What a reader is told.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) source: SourceKind,
    pub(super) slot: String,
    pub(super) publication: String,
    /// Whether the log is in the same database, where servers share it.
    pub(super) shares_log: bool,
    /// Whether mutations can write rows: the log is in the same database.
    pub(super) writes_rows: bool,
}
