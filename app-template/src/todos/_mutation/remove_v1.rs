use super::{Todo, Tx};
use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Args {
    pub id: String,
}

/// Removes it; that it is gone already is no reason to complain.
#[sync::mutation]
pub fn main(tx: &mut Tx<'_>, _ctx: Ctx<'_>, args: &Args) -> Result<(), SyncError> {
    tx.delete::<Todo>(&args.id).map(drop)
}
