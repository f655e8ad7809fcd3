use super::server::{ClientInput, ServerOutput};
use crate::Member;
use sync::wire;

#[wire]
pub struct ClientOutput {
    /// Whether this member said it.
    pub mine: bool,
    /// Whether this tab shows the chat.
    pub place: Place,
    /// The language in which this member reads.
    pub locale: String,
}

/// Where a member's tab is.
#[wire]
pub enum Place {
    /// On the page of the chat.
    Here,
    /// On another page.
    Elsewhere,
}

/// Passes by those who do not want to be disturbed, and tells the others where they are.
#[sync::client]
pub async fn main(member: Member<'_>, _input: &ClientInput, _output: &ServerOutput) -> Option<ClientOutput> {
    if member.session().muted && !member.is_sender() {
        return None;
    }
    let place = if member.location().path_name == "/chat" { Place::Here } else { Place::Elsewhere };
    // A real app would look something up for this member here.
    Some(ClientOutput { mine: member.is_sender(), place, locale: member.locale().to_owned() })
}
