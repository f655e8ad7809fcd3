use super::{{entity}};
use super::Tx;
use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Args {
    pub id: String,
}

/// Runs once for each `mutate("{{page}}/{{name}}", "{{version}}", …)`, also of those who were offline: here, it deletes one.
#[sync::mutation(auth = login)]
pub fn main(tx: &mut Tx<'_>, _ctx: Ctx<'_>, args: &Args) -> Result<(), SyncError> {
    tx.delete::<{{entity}}>(&args.id)?;
    Ok(())
}
