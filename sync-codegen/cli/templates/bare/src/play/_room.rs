/// Says who may be in a room of the page `play`: here everybody who has signed in.
#[sync::room("play-{id}")]
pub async fn join(_ctx: crate::RoomCtx<'_>, _id: &str) -> Result<(), sync::SyncError> {
    Ok(())
}
