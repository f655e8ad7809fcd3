#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod room {
    use crate::*;

    #[sync::room("not-send-{id}")]
    pub async fn join(_ctx: RoomCtx<'_>, id: &str) -> Result<(), SyncError> {
        let id = std::rc::Rc::new(id.len());
        std::future::ready(()).await;
        if *id > 40 { Err(sync::error!("room-invalid")) } else { Ok(()) }
    }
}

fn main() {}
