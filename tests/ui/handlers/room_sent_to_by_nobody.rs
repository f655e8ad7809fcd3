#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod room {
    use crate::*;

    #[sync::room("sent-to-by-nobody-{id}", send = nobody)]
    pub async fn join(_ctx: RoomCtx<'_>, _id: &str) -> Result<(), SyncError> {
        Ok(())
    }
}

fn main() {}
