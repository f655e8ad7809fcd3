//! Who is there, as a handler sees it.

use crate::Ctx;
use crate::app::{Mood, Person};
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {}

/// Somebody.
#[wire]
pub struct Somebody {
    /// Who.
    pub user: Person,
    /// Whether they are away.
    pub away: bool,
    /// What they say of themselves.
    pub mood: Option<Mood>,
}

#[wire]
pub struct ServerOutput {
    /// In the order in which they came.
    pub people: Vec<Somebody>,
}

/// Lists the people of the room.
#[sync::server(auth = public)]
pub async fn main(ctx: Ctx<'_>, _input: &ClientInput) -> Result<ServerOutput, SyncError> {
    let people = ctx.people().into_iter();
    Ok(ServerOutput { people: people.map(|one| Somebody { user: one.user, away: one.away, mood: one.data }).collect() })
}
