#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod server {
    use crate::*;

    #[wire]
    pub struct Progress {
        pub percent: u8,
    }

    #[sync::server]
    pub async fn main(ctx: Ctx<'_>) -> Result<(), SyncError> {
        ctx.stream(Progress { percent: 1 }).await
    }
}

fn main() {}
