use sync::wire;

#[wire]
pub struct ClientOutput {
    pub mine: bool,
}
