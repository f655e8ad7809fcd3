#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod server {
    use crate::*;



    #[sync::server(room = al)]
    pub async fn main(_ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
        Ok(ServerOutput { new_value: input.amount })
    }
}

fn main() {}
