use super::server::{ClientInput, ServerOutput};

#[wire]
pub struct ClientOutput {}

pub fn downgrade(own: &ClientOutput) -> super::v2::client::ClientOutput {
    super::v2::client::ClientOutput {}
}

#[sync::client(by = |member| member.locale())]
pub fn main(group: &str, input: &ClientInput, output: &ServerOutput) -> Option<ClientOutput> {
    None
}
