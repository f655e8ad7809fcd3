use crate::Ctx;
use sync::{SyncError, wire};

/// Where to, and how.
#[wire]
pub struct ClientInput {
    pub target: Target,
    #[validate(range(min = 1, max = 9))]
    pub speed: u8,
}

#[wire]
pub struct Target {
    #[validate(length(max = 20))]
    pub place: String,
}

#[wire]
pub struct ServerOutput {
    pub target: Target,
    pub speed: u8,
    pub room: String,
}

pub fn upgrade(old: super::v2::server::ClientInput) -> ClientInput {
    ClientInput { target: Target { place: old.to }, speed: old.speed }
}

pub fn downgrade(output: &ServerOutput) -> super::v2::server::ServerOutput {
    assert_ne!(output.target.place, "downgrade-panic", "a test was asked to panic");
    super::v2::server::ServerOutput { place: output.target.place.clone(), speed: output.speed }
}

/// Steps somewhere.
#[sync::server(auth = public, room = "versions-{number}")]
pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    if input.target.place == "nowhere" {
        return Err(sync::error!("step-nowhere"));
    }
    Ok(ServerOutput {
        target: Target { place: input.target.place.clone() },
        speed: input.speed,
        room: ctx.room().to_owned(),
    })
}
