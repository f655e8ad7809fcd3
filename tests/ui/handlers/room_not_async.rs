#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod room {
    use crate::*;

    #[sync::room("not-async-{id}")]
    pub fn join(_ctx: RoomCtx<'_>, _id: &str) -> Result<(), SyncError> {
        Ok(())
    }
}

fn main() {}
