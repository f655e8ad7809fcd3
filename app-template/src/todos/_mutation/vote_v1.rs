use super::{Todo, Tx};
use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Args {
    pub id: String,
}

/// Asks for it once more. What is sent is what was done, not what came of it, so that no vote is lost when several are cast at once.
#[sync::mutation]
pub fn main(tx: &mut Tx<'_>, _ctx: Ctx<'_>, args: &Args) -> Result<(), SyncError> {
    let is_there = tx.update(&args.id, |todo: &mut Todo| todo.votes = todo.votes.saturating_add(1))?;
    if is_there { Ok(()) } else { Err(sync::error!("todo-gone").status(409)) }
}
