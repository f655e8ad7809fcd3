use super::server::{ClientInput, Own, ServerOutput};
use crate::Member;
use sync::wire;

#[wire]
pub struct ClientOutput {
    /// The member's number, or 0.
    pub seat: u32,
}

/// Gives each member what the caller asked for.
#[sync::client]
pub async fn main(member: Member<'_>, input: &ClientInput, _output: &ServerOutput) -> Option<ClientOutput> {
    match input.own {
        Own::Nobody => None,
        Own::Same => Some(ClientOutput { seat: 0 }),
        Own::Different => Some(ClientOutput { seat: member.session().seat }),
    }
}
