use sync::{Access, SyncError};

#[sync::scope("aged-{number}", auth = public)]
pub async fn access(_ctx: crate::RoomCtx<'_>, _number: u32) -> Result<Access, SyncError> {
    Ok(Access::Write)
}
