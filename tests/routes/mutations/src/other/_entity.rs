/// Something to do.
#[sync::entity]
pub struct Todo {
    #[key]
    pub id: String,
}

/// What it is filed under.
#[sync::entity]
pub struct TodoLabel {
    #[key]
    pub name: String,
}
