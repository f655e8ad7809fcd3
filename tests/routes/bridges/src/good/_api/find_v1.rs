#[wire]
pub struct Input {}
