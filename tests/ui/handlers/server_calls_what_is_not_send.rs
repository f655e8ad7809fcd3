#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod server {
    use crate::*;

    async fn ask(amount: i32) -> i32 {
        let counter = std::cell::Cell::new(amount);
        let borrowed = &counter;
        std::future::ready(()).await;
        borrowed.get()
    }

    #[sync::server]
    pub async fn main(_ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
        Ok(ServerOutput { new_value: ask(input.amount).await })
    }
}

fn main() {}
