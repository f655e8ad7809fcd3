use super::server::{ClientInput, ServerOutput};
use crate::Member;
use sync::wire;

#[wire]
pub struct ClientOutput {
    /// Whether this member made the call.
    pub mine: bool,
}

/// Only tabs that show the page hear of it.
#[sync::client]
pub fn main(member: Member<'_>, _input: &ClientInput, _output: &ServerOutput) -> Option<ClientOutput> {
    if member.location().path_name != "/examples" {
        return None;
    }
    Some(ClientOutput { mine: member.is_sender() })
}
