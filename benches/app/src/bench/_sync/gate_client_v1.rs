use super::server::{ClientInput, ServerOutput};
use crate::Member;

/// Only active members hear of it.
#[sync::client]
pub fn main(member: Member<'_>, _input: &ClientInput, _output: &ServerOutput) -> bool {
    member.session().active
}
