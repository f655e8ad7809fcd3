use super::Tx;
use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Args {
    pub id: String,
}

pub async fn upgrade(_old: super::waiting_v1::Args) -> Args {
    Args { id: String::new() }
}

#[sync::mutation]
pub fn main(_tx: &mut Tx<'_>, _ctx: Ctx<'_>, _args: &Args) -> Result<(), SyncError> {
    Ok(())
}
