use super::{Todo, Tx};
use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Args {
    pub id: String,
}

/// Adds one.
#[sync::mutation]
pub fn main(tx: &mut Tx<'_>, _ctx: Ctx<'_>, args: &Args) -> Result<(), SyncError> {
    tx.create(&Todo { id: args.id.clone() })
}
