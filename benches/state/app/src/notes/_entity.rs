/// About a hundred bytes of JSON.
#[sync::entity]
pub struct Note {
    #[key]
    pub id: String,
    pub text: String,
    pub count: u32,
}
