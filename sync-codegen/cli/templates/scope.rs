use sync::{Access, SyncError};

/// Says who may read and change the data of the page `{{page}}`: here everybody who has signed in.
#[sync::scope("{{room}}-{id}")]
pub async fn access(_ctx: crate::RoomCtx<'_>, _id: &str) -> Result<Access, SyncError> {
    Ok(Access::Write)
}
