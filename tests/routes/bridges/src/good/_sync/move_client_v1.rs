#[wire]
pub struct ClientOutput {}
