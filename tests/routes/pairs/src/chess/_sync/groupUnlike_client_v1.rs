use crate::ClientInput;


#[sync::client(by = |member| member.is_sender(), empty_room = allow)]
pub fn main(mine: &bool, input: &ClientInput) -> bool {
    *mine
}
