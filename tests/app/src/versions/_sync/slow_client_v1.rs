use sync::wire;

#[wire]
pub struct ClientInput {
    pub word: String,
}

#[wire]
pub struct ClientOutput {
    pub word: String,
}
