use super::{Deed, Tx};
use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Args {
    pub id: String,
}

/// By the ledger of the page, it retires in a thousand years, nearly.
#[sync::mutation(auth = public)]
pub fn main(tx: &mut Tx<'_>, _ctx: Ctx<'_>, args: &Args) -> Result<(), SyncError> {
    tx.put(&Deed { id: args.id.clone() })
}
