use super::server::{ClientInput, ServerOutput};
use crate::Member;
use sync::wire;

#[wire]
pub struct ClientOutput {
    /// The member's own: no two frames are equal.
    pub user_id: String,
}

/// Only active members hear of it, each under its own name.
#[sync::client]
pub fn main(member: Member<'_>, _input: &ClientInput, _output: &ServerOutput) -> Option<ClientOutput> {
    let session = member.session();
    session.active.then(|| ClientOutput { user_id: session.user_id.clone() })
}
