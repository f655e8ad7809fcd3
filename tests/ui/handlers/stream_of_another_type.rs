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

#[allow(unused_imports)]
mod client {
    use crate::*;

    #[wire]
    pub struct ServerStream {
        pub percent: u8,
    }

    #[sync::client]
    pub fn main(member: Member<'_>) -> bool {
        member.stream(ServerStream { percent: 1 });
        true
    }
}

fn main() {}
