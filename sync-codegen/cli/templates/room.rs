/// Says who may be in a room of the page `{{page}}`: here everybody who has signed in.
#[sync::room("{{room}}-{id}")]
pub async fn join(_ctx: crate::RoomCtx<'_>, _id: &str) -> Result<(), sync::SyncError> {
    Ok(())
}
