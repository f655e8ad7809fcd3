use crate::Member;
use sync::wire;

#[wire]
pub struct ClientInput {}

#[sync::client]
pub fn main(member: Member<'_>, input: &ClientInput) -> bool {
    true
}
