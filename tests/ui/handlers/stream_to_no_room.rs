#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod request {
    use crate::*;

    #[wire]
    pub struct ServerStream {
        pub percent: u8,
    }

    #[sync::request]
    pub async fn main(ctx: Ctx<'_>) -> Result<(), SyncError> {
        ctx.broadcast_stream(ServerStream { percent: 1 }).await
    }
}

fn main() {}
