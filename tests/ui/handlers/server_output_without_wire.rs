#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod server {
    use crate::*;

    pub struct Output {
        pub new_value: i32,
    }

    #[sync::server]
    pub async fn main(_ctx: Ctx<'_>, input: &ClientInput) -> Result<Output, SyncError> {
        Ok(Output { new_value: input.amount })
    }
}

fn main() {}
