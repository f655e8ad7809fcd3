#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod server {
    use crate::*;

    pub use crate::{ClientInput, ServerOutput};

    #[sync::server]
    pub async fn main(_ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
        Ok(ServerOutput { new_value: input.amount })
    }
}

#[allow(unused_imports)]
mod client {
    use crate::*;
    use super::server::{ClientInput, ServerOutput};

    #[wire]
    pub struct Other {
        pub amount: i32,
    }

    #[sync::client]
    pub fn main(_member: Member<'_>, input: &Other, _output: &ServerOutput) -> bool {
        input.amount > 0
    }
}

fn main() {}
