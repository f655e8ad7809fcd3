use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Input {
    pub words: Vec<String>,
    /// Goes on until it is given up, when it has said all of them.
    #[serde(default)]
    pub endless: bool,
}

#[wire]
pub struct ServerStream {
    pub word: String,
}

/// Says words one by one to its caller.
#[sync::request(auth = public)]
pub async fn main(ctx: Ctx<'_>, input: &Input) -> Result<(), SyncError> {
    for word in &input.words {
        ctx.stream(ServerStream { word: word.clone() }).await?;
    }
    if input.endless {
        ctx.app().note("goes on".to_owned());
        ctx.cancelled().await;
        ctx.app().note("given up".to_owned());
    }
    Ok(())
}
