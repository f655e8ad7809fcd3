use crate::Member;
use crate::ClientInput;


#[sync::client]
pub fn main(member: Member<'_>, input: &ClientInput) -> bool {
    true
}
