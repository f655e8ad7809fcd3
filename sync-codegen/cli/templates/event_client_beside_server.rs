{{uses}}
use crate::Member;
use sync::wire;

/// What a member gets for itself.
#[wire]
pub struct ClientOutput {
    /// Whether this member has called.
    pub mine: bool,
}

/// Runs for each member of the room: `None` if it is not to hear of `{{page}}/{{name}}`.
#[sync::client]
pub fn main(member: Member<'_>{{parameters}}) -> Option<ClientOutput> {
    Some(ClientOutput { mine: member.is_sender() })
}
