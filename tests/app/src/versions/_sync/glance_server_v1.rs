use sync::wire;

#[wire]
pub struct ClientInput {
    pub at: u32,
}
