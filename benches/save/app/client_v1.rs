use super::server::{ClientInput, ServerOutput};
use crate::Member;
use sync::wire;

#[wire]
pub struct ClientOutput {
    pub mine: bool,
}

#[sync::client]
pub fn main(member: Member<'_>, _input: &ClientInput, output: &ServerOutput) -> Option<ClientOutput> {
    (!output.items.is_empty()).then(|| ClientOutput { mine: member.is_sender() })
}
