use super::server::{ClientInput, Kind};
use crate::Member;
use sync::SyncError;

/// Goes wrong for each member in the way that the caller asked for.
#[sync::client]
pub fn main(_member: Member<'_>, input: &ClientInput) -> Result<bool, SyncError> {
    match input.kind {
        Kind::FilterError => Err(sync::error!("example-filtered")),
        Kind::FilterPanic => panic!("the example filter was asked to panic"),
        _ => Ok(true),
    }
}
