use super::super::_state::board_v1::{Action, Note, State};
use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {
    pub id: String,
}

#[wire]
pub struct ServerOutput {
    pub notes: u32,
    pub version: u32,
}

/// Puts a note on the board of the room, and says so.
#[sync::server(auth = public, room = "shared-{id}", rate_limit = "off")]
pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    let board = ctx.state::<State>(ctx.room());
    let note = Note { text: String::new(), x: 0.0, y: 0.0, by: None };
    let version = board.act(Action::Put { id: input.id.clone(), note }).await?;
    // Others may act meanwhile.
    match input.id.as_str() {
        "held" => ctx.app().held().await,
        _ => tokio::task::yield_now().await,
    }
    let notes = board
        .update(|board| {
            board.locked = input.id == "last";
            Ok(board.notes.len())
        })
        .await?;
    Ok(ServerOutput { notes: notes.try_into().unwrap_or(u32::MAX), version: version.try_into().unwrap_or(u32::MAX) })
}
