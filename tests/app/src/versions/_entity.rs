/// Something that was done once.
#[sync::entity]
pub struct Deed {
    #[key]
    pub id: String,
}
