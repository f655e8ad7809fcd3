#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod room {
    use crate::*;

    #[sync::room("other-error-{id}")]
    pub async fn join(_ctx: RoomCtx<'_>, _id: &str) -> Result<(), String> {
        Ok(())
    }
}

fn main() {}
