use super::server::{ClientInput, ServerOutput};
use sync::wire;

#[wire]
pub struct ClientOutput {
    /// The group's name in place of a user's, and as long.
    pub user_id: String,
}

/// Every fourth member gets the same.
#[sync::client(by = |member| member.session().seat % 4)]
pub fn main(group: &u32, _input: &ClientInput, _output: &ServerOutput) -> Option<ClientOutput> {
    Some(ClientOutput { user_id: format!("team-{group:05}") })
}
