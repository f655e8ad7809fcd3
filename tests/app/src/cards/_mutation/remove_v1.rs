use super::{Card, Tx};
use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Args {
    #[wire(number)]
    pub id: i64,
}

/// Removes a card.
#[sync::mutation]
pub fn main(tx: &mut Tx<'_>, _ctx: Ctx<'_>, args: &Args) -> Result<(), SyncError> {
    if tx.delete::<Card>(&args.id)? { Ok(()) } else { Err(sync::error!("list-gone")) }
}
