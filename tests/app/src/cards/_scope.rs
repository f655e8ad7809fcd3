use sync::{Access, SyncError};

/// Whoever has signed in may read a board that is not somebody's own.
#[sync::scope("cards-{board}")]
pub async fn access(ctx: crate::RoomCtx<'_>, board: &str) -> Result<Access, SyncError> {
    match board.strip_prefix("of-") {
        Some(owner) if owner != ctx.session().user_id => Err(SyncError::new("scope-forbidden")),
        _ => Ok(Access::Write),
    }
}
