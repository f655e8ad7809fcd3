#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

mod request {
    use crate::*;

    #[sync::request(room = "chess-{game_id}")]
    pub async fn main(_ctx: Ctx<'_>) -> Result<(), SyncError> {
        Ok(())
    }
}

fn main() {}
