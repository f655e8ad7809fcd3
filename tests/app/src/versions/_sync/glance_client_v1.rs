use sync::wire;

#[wire]
pub struct ClientOutput {
    pub lang: String,
}
