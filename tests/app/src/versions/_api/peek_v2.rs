use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Input {
    pub word: String,
    #[serde(default)]
    pub is_loud: bool,
}

#[wire]
pub struct ServerStream {
    pub part: String,
}

#[wire]
pub struct Output(pub String);

pub fn downgrade(output: &Output) -> super::peek_v1::Output {
    super::peek_v1::Output(output.0.clone())
}

pub fn upgrade(old: super::peek_v1::Input) -> Input {
    Input { word: old.word, is_loud: true }
}

/// Says it in parts before it answers, which callers of the first version do not hear.
#[sync::request(auth = public, method = GET)]
pub async fn main(ctx: Ctx<'_>, input: &Input) -> Result<Output, SyncError> {
    ctx.stream(ServerStream { part: input.word.clone() }).await?;
    Ok(Output(if input.is_loud { input.word.to_uppercase() } else { input.word.clone() }))
}
