#[wire]
pub struct ClientOutput {}

pub fn downgrade(own: &ClientOutput) -> super::v1::client::ClientOutput {
    super::v1::client::ClientOutput {}
}
