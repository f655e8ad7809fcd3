use sync::wire;

#[wire]
pub struct Input {
    pub word: String,
}

#[wire]
pub struct Output(pub String);
