use crate::Member;

#[sync::client]
pub fn main(member: Member<'_>) -> bool {
    true
}
