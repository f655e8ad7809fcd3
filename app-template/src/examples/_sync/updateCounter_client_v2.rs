use super::server::{ClientInput, ServerOutput};
use sync::wire;

#[wire]
pub struct ClientOutput {
    /// Whether this member made the call.
    pub mine: bool,
}

/// Only tabs that show the page hear of it.
///
/// As version 1, but for each group of members: those who show the page or not, those who called or not.
#[sync::client(by = |member| (member.location().path_name == "/examples", member.is_sender()))]
pub fn main(&(shown, mine): &(bool, bool), _input: &ClientInput, _output: &ServerOutput) -> Option<ClientOutput> {
    shown.then_some(ClientOutput { mine })
}
