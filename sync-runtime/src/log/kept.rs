//! How numbers, kinds and times stand in a database, and how much is read or forgotten at once: the same in each.

use std::time::Duration;

use super::store::ChangeKind;

/// How many entities a part of a snapshot has at most, and of how many that have changed since it is looked what they were.
pub(super) const ENTITIES: usize = 1000;
/// How many bytes of JSON such a part has, about.
pub(super) const PART: usize = 512 << 10;
/// How many changes are forgotten at once.
pub(super) const FORGOTTEN: u64 = 500;
/// How many scopes are looked at at once, and found, for changes to be forgotten.
pub(super) const SCOPES: (i64, i64) = (10_000, 100);

/// Databases have no numbers without a sign; nothing is counted that far.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn number_of(kind: ChangeKind) -> i16 {
    match kind {
        ChangeKind::Create => 0,
        ChangeKind::Update => 1,
        ChangeKind::Delete => 2,
    }
}

pub(super) fn kind_of(number: i16) -> ChangeKind {
    match number {
        0 => ChangeKind::Create,
        1 => ChangeKind::Update,
        _ => ChangeKind::Delete,
    }
}

/// Returns when it was that long ago, in milliseconds since 1970.
pub(super) fn before(now: i64, age: Duration) -> i64 {
    now.saturating_sub(i64::try_from(age.as_millis()).unwrap_or(i64::MAX))
}
