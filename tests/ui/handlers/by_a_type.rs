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

    #[derive(PartialEq, Eq, Hash)]
    pub enum Role {
        Player,
        Watcher,
    }

    fn role(member: Member<'_>) -> Role {
        if member.is_sender() { Role::Player } else { Role::Watcher }
    }

    #[sync::client(by = Role)]
    pub fn main(role: &Role, _input: &ClientInput, _output: &ServerOutput) -> bool {
        *role == Role::Player
    }
}

fn main() {}
