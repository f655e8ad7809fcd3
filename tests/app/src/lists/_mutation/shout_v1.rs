use sync::wire;

#[wire]
pub struct Args {
    pub id: String,
    #[validate(length(max = 60))]
    pub text: String,
}
