#[sync::entity(table = "public.todos")]
pub struct Todo {
    #[key]
    pub id: String,
}

#[sync::entity(table = "public.never_placed")]
pub struct Unplaced {
    #[key]
    pub id: String,
}

#[sync::entity]
pub struct Own {
    #[key]
    pub id: String,
}
