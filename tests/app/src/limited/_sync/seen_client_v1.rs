use crate::Member;
use sync::wire;

#[wire]
pub struct ClientInput {}

/// Twice at once, and then once in an hour, though nothing of it has to arrive.
#[sync::client(auth = public, volatile, empty_room = allow, rate_limit = "1/h, burst 2")]
pub fn main(_member: Member<'_>, _input: &ClientInput) -> bool {
    true
}
