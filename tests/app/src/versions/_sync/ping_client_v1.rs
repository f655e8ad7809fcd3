use sync::wire;

#[wire]
pub struct ClientInput {}
