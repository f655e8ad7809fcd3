use crate::Ctx;
use sync::SyncError;

/// By the ledger of the page, it retires in a thousand years, nearly.
#[sync::server(auth = public)]
pub async fn main(_ctx: Ctx<'_>) -> Result<u32, SyncError> {
    Ok(2)
}
