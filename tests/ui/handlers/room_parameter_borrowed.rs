#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod room {
    use crate::*;

    #[sync::room("parameter-borrowed-{id}")]
    pub async fn join(_ctx: RoomCtx<'_>, id: &u32) -> Result<(), SyncError> {
        if *id == 0 { Err(sync::error!("room-invalid")) } else { Ok(()) }
    }
}

fn main() {}
