use sync::{Access, SyncError};

/// Whoever has signed in may read a list; its owner, and whoever has a name on the list, may change it. What is open is so for guests, too.
#[sync::scope("list-{owner}-{number}", auth = public)]
pub async fn access(ctx: crate::RoomCtx<'_>, owner: &str, number: u32) -> Result<Access, SyncError> {
    if ctx.session().user_id.is_empty() && owner != "open" {
        return Err(SyncError::new("auth-required"));
    }
    if number >= 1000 {
        return Err(SyncError::new("auth-forbidden").param("key", "list-closed"));
    }
    match ctx.app().banned(&ctx.session().user_id) {
        Some("unknown") => return Err(SyncError::new("sync-unavailable")),
        Some("failing") => return Err(sync::error!("list-refused").status(503)),
        Some(_) => return Err(SyncError::new("scope-forbidden")),
        None => {}
    }
    Ok(if ctx.session().user_id == owner || ["all", "open"].contains(&owner) { Access::Write } else { Access::Read })
}
