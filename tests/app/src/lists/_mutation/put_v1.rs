use super::{ListItem, Tx};
use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Args {
    pub id: String,
    #[validate(length(max = 100))]
    pub text: String,
}

/// Adds one, or writes another text into it.
#[sync::mutation]
pub fn main(tx: &mut Tx<'_>, _ctx: Ctx<'_>, args: &Args) -> Result<(), SyncError> {
    let is_there = tx.update(&args.id, |item: &mut ListItem| item.text.clone_from(&args.text))?;
    if is_there {
        return Ok(());
    }
    if tx.count::<ListItem>()? >= 5 {
        return Err(sync::error!("list-full", max = 5).status(409));
    }
    tx.create(&ListItem { id: args.id.clone(), text: args.text.clone(), count: 0 })
}
