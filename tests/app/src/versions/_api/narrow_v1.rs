use sync::wire;

#[wire]
pub struct Input {
    #[validate(length(max = 9))]
    pub word: String,
}
