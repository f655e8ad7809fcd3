use sync::wire;

#[wire]
pub struct ClientInput {}

#[sync::client(by = |member| member.is_sender())]
pub fn main(mine: &bool, input: &ClientInput) -> bool {
    *mine
}
