//! What lives in the lists.

/// Something to do: a row of a table, where the server is told of a database, and else kept by the server itself.
#[sync::entity(table = "public.todos")]
pub struct Todo {
    /// Made up by the page, so that it has one before the server has heard of it.
    #[key]
    pub id: String,
    /// The list that it is in.
    pub list: String,
    #[validate(length(min = 1, max = 200))]
    pub title: String,
    pub done: bool,
    /// How many times somebody has asked for it.
    pub votes: u32,
    /// Its place in the list, as a text between those of its neighbours: whoever moves one writes one place, and no other.
    #[validate(length(min = 1, max = 100))]
    pub place: String,
    /// The name of whoever has added it.
    pub author: String,
}
