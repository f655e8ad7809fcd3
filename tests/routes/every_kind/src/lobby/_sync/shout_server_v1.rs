use crate::Ctx;
use sync::SyncError;

#[sync::server(room = all)]
pub async fn main(ctx: Ctx<'_>) -> Result<(), SyncError> {
    Ok(())
}
