#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod room {
    use crate::*;

    #[sync::room("returns-bool-{id}")]
    pub async fn join(_ctx: RoomCtx<'_>, id: &str) -> bool {
        id.len() < 40
    }
}

fn main() {}
