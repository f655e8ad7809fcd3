use crate::Ctx;
use crate::app::Person;
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {
    /// How much to add.
    #[validate(range(min = 1, max = 100))]
    pub amount: i32,
    /// Why.
    #[validate(length(max = 80))]
    pub note: Option<String>,
}

#[wire]
pub struct ServerOutput {
    /// The counter after the addition.
    pub new_value: i32,
    /// Why, if the caller said so.
    pub note: Option<String>,
    /// Who added.
    pub by: Person,
}

/// Adds to the room's counter and says who did, and why.
#[sync::server]
pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    let new_value = ctx.app().counters.add(ctx.room(), input.amount).await?;
    Ok(ServerOutput { new_value, note: input.note.clone(), by: ctx.sender() })
}
