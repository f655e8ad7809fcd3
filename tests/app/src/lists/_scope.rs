use sync::{Access, SyncError};

/// Everybody may read a list; its owner, and whoever has a name on the list, may change it.
#[sync::scope("list-{owner}-{number}")]
pub async fn access(ctx: crate::RoomCtx<'_>, owner: &str, number: u32) -> Result<Access, SyncError> {
    if number >= 1000 {
        return Err(SyncError::new("auth-forbidden").param("key", "list-closed"));
    }
    match ctx.app().banned(&ctx.session().user_id) {
        Some("unknown") => return Err(SyncError::new("sync-unavailable")),
        Some("failing") => return Err(sync::error!("list-refused").status(503)),
        Some(_) => return Err(SyncError::new("scope-forbidden")),
        None => {}
    }
    Ok(if ctx.session().user_id == owner || owner == "all" { Access::Write } else { Access::Read })
}
