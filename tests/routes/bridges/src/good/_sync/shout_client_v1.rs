#[wire]
pub struct ClientInput {}
