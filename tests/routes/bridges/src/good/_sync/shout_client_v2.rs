#[wire]
pub struct ClientInput {}

pub fn upgrade(old: super::v1::client::ClientInput) -> ClientInput {
    ClientInput {}
}

#[sync::client]
pub fn main(member: Member<'_>, input: &ClientInput) -> bool {
    true
}
