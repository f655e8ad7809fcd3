#[sync::entity]
pub struct Alone {
    #[key]
    pub id: String,
}
