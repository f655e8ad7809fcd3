use super::server::{ClientInput, ServerOutput};

#[wire]
pub struct ClientOutput {}

fn downgrade(own: &ClientOutput) -> super::v1::client::ClientOutput {
    super::v1::client::ClientOutput {}
}

#[sync::client]
pub fn main(member: Member<'_>, input: &ClientInput, output: &ServerOutput) -> Option<ClientOutput> {
    None
}
