use crate::{ClientInput, ServerOutput};


#[sync::client(by = |member| member.is_sender())]
pub fn main(mine: &bool, input: &ClientInput, output: &ServerOutput) -> bool {
    *mine
}
