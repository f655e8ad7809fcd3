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

    const PATIENCE: &str = "5 s";

    #[sync::request(timeout = PATIENCE)]
    pub async fn main(_ctx: Ctx<'_>, input: &Input) -> Result<Output, SyncError> {
        Ok(Output { new_value: input.amount })
    }
}

fn main() {}
