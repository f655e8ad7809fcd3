//! Dates and times of chrono, and UUIDs.

use chrono::{DateTime, FixedOffset, Local, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use uuid::Uuid;

use super::{Patch, PatchWriter, diff_whole};

macro_rules! formats {
    ($($format:ty: |$one:ident, $other:ident| $is_same:expr;)*) => { $(
        impl Patch for $format {
            fn is_same(&self, other: &Self) -> bool {
                let ($one, $other) = (self, other);
                $is_same
            }

            fn diff(old: &mut Self, new: &Self, out: &mut PatchWriter) {
                diff_whole(old, new, old.is_same(new), out);
            }
        }
    )* };
}

// One moment is written in two ways where its offsets are two.
formats! {
    DateTime<Utc>: |one, other| one == other;
    DateTime<FixedOffset>: |one, other| one == other && one.offset() == other.offset();
    DateTime<Local>: |one, other| one == other && one.offset() == other.offset();
    NaiveDate: |one, other| one == other;
    NaiveDateTime: |one, other| one == other;
    NaiveTime: |one, other| one == other;
    Uuid: |one, other| one == other;
}
