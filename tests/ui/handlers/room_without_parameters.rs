#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod room {
    use crate::*;

    #[sync::room("alone")]
    pub async fn join(_ctx: RoomCtx<'_>, name: &str) -> Result<(), SyncError> {
        if name.is_empty() { Err(sync::error!("room-invalid")) } else { Ok(()) }
    }
}

fn main() {}
