use super::Tx;
use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Args {
    pub id: String,
}

pub fn upgrade(_old: super::other_v1::Args) -> bool {
    true
}

#[sync::mutation]
pub fn main(_tx: &mut Tx<'_>, _ctx: Ctx<'_>, _args: &Args) -> Result<(), SyncError> {
    Ok(())
}
