#[wire]
pub struct ClientInput {}

#[wire]
pub struct ServerOutput {}
