#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod server {
    use crate::*;

    #[sync::server]
    pub async fn main<T: sync::Wire>(_ctx: Ctx<'_>, _input: &T) -> Result<ServerOutput, SyncError> {
        Ok(ServerOutput { new_value: 1 })
    }
}

fn main() {}
