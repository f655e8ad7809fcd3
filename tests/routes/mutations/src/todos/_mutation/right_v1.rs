use super::Tx;
use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Args {
    pub id: String,
}

pub async fn prepare(_ctx: Ctx<'_>, args: Args) -> Prepared {
    Ok(args)
}

type Prepared = Result<Args, SyncError>;

#[sync::mutation]
pub fn main(_tx: &mut Tx<'_>, _ctx: Ctx<'_>, _args: &Args) -> Result<(), SyncError> {
    Ok(())
}
