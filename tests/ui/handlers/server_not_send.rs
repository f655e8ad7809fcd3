#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod server {
    use crate::*;

    #[sync::server]
    pub async fn main(_ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
        let counter = std::rc::Rc::new(input.amount);
        std::future::ready(()).await;
        Ok(ServerOutput { new_value: *counter })
    }
}

fn main() {}
