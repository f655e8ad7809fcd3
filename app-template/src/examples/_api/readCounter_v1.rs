use super::super::_state::counter_v1::State;
use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Input {
    /// The room whose counter it is: `game-room-123`.
    pub room: String,
}

#[wire]
pub struct Output {
    /// The counter; 0 where nobody has added to it.
    pub value: i32,
}

/// Tells where a room's counter stands, also to those who are not there, and nobody else hears of it.
#[sync::request(method = GET)]
pub async fn main(ctx: Ctx<'_>, input: &Input) -> Result<Output, SyncError> {
    Ok(Output { value: ctx.state::<State>(&input.room).read(|counter| counter.value).await? })
}
