use super::server::{ClientInput, ServerOutput};
use crate::Member;

/// Only active members hear of it, and all of them hear the same.
#[sync::client]
pub fn main(member: Member<'_>, _input: &ClientInput, _output: &ServerOutput) -> bool {
    member.session().active
}
