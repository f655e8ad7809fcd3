#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod room {
    use crate::*;

    #[sync::room("without-context-{id}")]
    pub async fn join() -> Result<(), SyncError> {
        Ok(())
    }
}

fn main() {}
