// What is wrong here is said by the attribute; that the rule opens nothing is no second mistake.
#[sync::room("poll-{id}", presense)]
pub async fn join(_: crate::RoomCtx<'_>, _: &str) -> Result<(), sync::SyncError> {
    Ok(())
}
