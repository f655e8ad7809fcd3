use super::{ListItem, Tx};
use crate::Ctx;
use sync::SyncError;

/// Takes all away.
#[sync::mutation]
pub fn main(tx: &mut Tx<'_>, _ctx: Ctx<'_>) -> Result<(), SyncError> {
    for item in tx.list::<ListItem>()? {
        tx.delete::<ListItem>(&item.id)?;
    }
    Ok(())
}
