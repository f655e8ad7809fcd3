#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod room {
    use crate::*;

    #[sync::room("other-context-{id}")]
    pub async fn join(_ctx: Ctx<'_>, _id: &str) -> Result<(), SyncError> {
        Ok(())
    }
}

fn main() {}
