use super::{Note, Tx};
use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Args {
    pub id: String,
    pub text: String,
}

/// Reads a note, counts, and writes it.
#[sync::mutation(auth = public, rate_limit = "off")]
pub fn main(tx: &mut Tx<'_>, _ctx: Ctx<'_>, args: &Args) -> Result<(), SyncError> {
    let count = tx.get::<Note>(&args.id)?.map_or(0, |note| note.count);
    tx.put(&Note { id: args.id.clone(), text: args.text.clone(), count: count.wrapping_add(1) })
}
