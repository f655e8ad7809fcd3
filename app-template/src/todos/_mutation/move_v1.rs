use super::{Todo, Tx};
use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Args {
    pub id: String,
    pub place: String,
}

/// Puts it somewhere else in the list; one that is gone meanwhile stays gone.
#[sync::mutation]
pub fn main(tx: &mut Tx<'_>, _ctx: Ctx<'_>, args: &Args) -> Result<(), SyncError> {
    tx.update(&args.id, |todo: &mut Todo| todo.place.clone_from(&args.place)).map(drop)
}
