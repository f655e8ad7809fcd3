use crate::ClientInput;


#[sync::client(by = |member| member.is_sender(), rate_limit = "off")]
pub fn main(mine: &bool, input: &ClientInput) -> bool {
    *mine
}
