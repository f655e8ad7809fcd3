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

    #[sync::client(by = member.is_sender())]
    pub fn main(mine: &bool, _input: &ClientInput, _output: &ServerOutput) -> bool {
        *mine
    }
}

fn main() {}
