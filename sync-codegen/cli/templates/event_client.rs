use crate::Member;
use sync::wire;

/// What a caller sends.
#[wire]
pub struct ClientInput {
    /// Whether it is so now.
    pub active: bool,
}

/// Runs for each member of the room: who is to hear of `{{page}}/{{name}}`?
#[sync::client]
pub fn main(member: Member<'_>, _input: &ClientInput) -> bool {
    !member.is_sender()
}
