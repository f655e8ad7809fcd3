#[wire]
pub struct ClientInput {}

#[wire]
pub struct ServerOutput {}

#[wire]
pub struct ServerStream {}
