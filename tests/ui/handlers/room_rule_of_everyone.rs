#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod room {
    use crate::*;

    #[sync::room("all")]
    pub async fn join(_ctx: RoomCtx<'_>) -> Result<(), SyncError> {
        Ok(())
    }
}

fn main() {}
