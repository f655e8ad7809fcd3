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

    #[sync::request]
    pub async fn main(context: Ctx<'_>, input: &Input) -> Result<Output, SyncError> {
        Err(sync::error!("game-full", room = format!("{}", context.room())))
    }
}

fn main() {}
