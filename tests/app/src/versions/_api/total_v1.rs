use sync::wire;

#[wire]
pub struct Input {}

#[wire]
pub struct Output {
    pub total: u32,
}
