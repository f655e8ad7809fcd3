use crate::Member;
use sync::wire;

#[wire]
pub struct ClientInput {
    pub user: String,
}

/// Tells one of all who are connected; login is required.
#[sync::client(room = all)]
pub fn main(member: Member<'_>, input: &ClientInput) -> bool {
    member.session().user_id == input.user
}
