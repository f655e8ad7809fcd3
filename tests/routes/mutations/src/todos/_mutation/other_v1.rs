use sync::wire;

#[wire]
pub struct Args {
    pub id: String,
}
