use super::Tx;
use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Args {
    pub id: String,
}

pub async fn prepare(args: Args) -> Result<Args, SyncError> {
    Ok(args)
}

#[sync::mutation]
pub fn main(_tx: &mut Tx<'_>, _ctx: Ctx<'_>, _args: &Args) -> Result<(), SyncError> {
    Ok(())
}
