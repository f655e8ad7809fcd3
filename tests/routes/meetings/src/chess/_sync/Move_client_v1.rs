use super::server::{ClientInput, ServerOutput};
use crate::Member;

#[sync::client]
pub fn main(member: Member<'_>, input: &ClientInput, output: &ServerOutput) -> bool {
    true
}
