use crate::Member;

/// May be said though nobody is connected.
#[sync::client(auth = public, room = all, empty_room = allow)]
pub fn main(_member: Member<'_>) -> bool {
    true
}
