#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

mod room {
    use crate::*;

    #[sync::room("hook-not-there-{id}", empty = all_lft)]
    pub async fn join(_ctx: RoomCtx<'_>, _id: &str) -> Result<(), SyncError> {
        Ok(())
    }

    #[allow(dead_code)]
    async fn left(_ctx: RoomCtx<'_>, _id: u32) -> Result<(), SyncError> {
        Ok(())
    }

    #[allow(dead_code)]
    async fn all_left(_ctx: RoomCtx<'_>, _id: &str) -> Result<(), SyncError> {
        Ok(())
    }
}

fn main() {}
