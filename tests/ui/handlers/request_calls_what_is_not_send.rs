#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod request {
    use crate::*;

    #[wire]
    pub struct Input {
        pub amount: i32,
    }

    #[wire]
    pub struct Output {
        pub new_value: i32,
    }

    async fn ask(amount: i32) -> i32 {
        let counter = std::cell::Cell::new(amount);
        let borrowed = &counter;
        std::future::ready(()).await;
        borrowed.get()
    }

    #[sync::request]
    pub async fn main(_ctx: Ctx<'_>, input: &Input) -> Result<Output, SyncError> {
        Ok(Output { new_value: ask(input.amount).await })
    }
}

fn main() {}
