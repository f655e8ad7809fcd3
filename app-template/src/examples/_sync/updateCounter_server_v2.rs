use super::super::_state::counter_v1::{Action, Addition, State};
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
    let counter = ctx.state::<State>(ctx.room());
    counter.act(Action::Add(Addition { amount: input.amount })).await?;
    let new_value = counter.read(|counter| counter.value).await?;
    Ok(ServerOutput { new_value, note: input.note.clone(), by: ctx.sender() })
}
