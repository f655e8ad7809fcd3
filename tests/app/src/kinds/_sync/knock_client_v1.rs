use crate::Member;

/// Knocks on a table.
#[sync::client(auth = public, room = "table-{number}-{seat}")]
pub fn main(_member: Member<'_>) -> bool {
    true
}
