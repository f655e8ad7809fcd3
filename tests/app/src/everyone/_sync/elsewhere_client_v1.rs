use crate::Member;

/// Is sent to rooms alone, though nobody need be there.
#[sync::client(auth = public, empty_room = allow)]
pub fn main(_member: Member<'_>) -> bool {
    true
}
