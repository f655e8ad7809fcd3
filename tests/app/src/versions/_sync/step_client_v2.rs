use super::v1::client::ClientOutput as Older;
use sync::wire;

#[wire]
pub struct ClientOutput {
    pub sender: String,
    pub is_mine: bool,
}

pub fn downgrade(own: &ClientOutput) -> Older {
    Older { mine: own.is_mine }
}
