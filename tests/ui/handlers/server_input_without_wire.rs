#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod server {
    use crate::*;

    pub struct Input {
        pub amount: i32,
    }

    #[sync::server]
    pub async fn main(_ctx: Ctx<'_>, input: &Input) -> Result<ServerOutput, SyncError> {
        Ok(ServerOutput { new_value: input.amount })
    }
}

fn main() {}
