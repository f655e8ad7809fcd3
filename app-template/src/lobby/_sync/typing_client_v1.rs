use crate::Member;
use sync::wire;

#[wire]
pub struct ClientInput {
    /// Whether the caller is typing.
    pub active: bool,
}

/// Tells the others that somebody is typing.
#[sync::client(auth = login, volatile)]
pub fn main(member: Member<'_>, _input: &ClientInput) -> bool {
    !member.session().muted
}
