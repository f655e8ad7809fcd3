#[sync::entity(table = "twice")]
pub struct Twice {
    #[key]
    pub id: String,
}
