#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod server {
    use crate::*;

    async fn may_move(_ctx: Ctx<'_>, _input: &ServerOutput) -> Result<(), SyncError> {
        Ok(())
    }

    #[sync::server(check = may_move)]
    pub async fn main(_ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
        Ok(ServerOutput { new_value: input.amount })
    }
}

fn main() {}
