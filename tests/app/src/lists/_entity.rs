/// One thing of a list.
#[sync::entity]
pub struct ListItem {
    #[key]
    pub id: String,
    #[validate(length(min = 1, max = 40))]
    pub text: String,
    #[serde(default)]
    pub count: u32,
}
