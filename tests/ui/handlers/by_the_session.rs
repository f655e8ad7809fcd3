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

    fn user_id(session: &Session) -> String {
        session.user_id.clone()
    }

    #[sync::client(by = user_id)]
    pub fn main(user_id: &str, _input: &ClientInput, _output: &ServerOutput) -> bool {
        user_id == "ada"
    }
}

fn main() {}
