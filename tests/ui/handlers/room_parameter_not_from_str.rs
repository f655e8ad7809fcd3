#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod room {
    use crate::*;

    pub struct Plate(pub u32);

    #[sync::room("parameter-not-from-str-{id}")]
    pub async fn join(_ctx: RoomCtx<'_>, id: Plate) -> Result<(), SyncError> {
        if id.0 == 0 { Err(sync::error!("room-invalid")) } else { Ok(()) }
    }
}

fn main() {}
