use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {
    pub words: Vec<String>,
    pub to: To,
    /// Goes on until it is given up, when it has said all of them.
    #[serde(default)]
    pub endless: bool,
    /// Ends with a refusal.
    #[serde(default)]
    pub refuses: bool,
}

/// Who hears it.
#[wire]
pub enum To {
    Caller,
    Room,
    Users(Vec<String>),
}

#[wire]
pub struct ServerStream {
    pub word: String,
}

#[wire]
pub struct ServerOutput {
    pub said: u32,
}

/// Says words one by one.
#[sync::server(auth = public)]
pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    for word in &input.words {
        let chunk = ServerStream { word: word.clone() };
        match &input.to {
            To::Caller => ctx.stream(chunk).await?,
            To::Room => ctx.broadcast_stream(chunk).await?,
            To::Users(users) => {
                let users: Vec<&str> = users.iter().map(String::as_str).collect();
                ctx.stream_to(&users, chunk).await?;
            }
        }
    }
    if input.endless {
        ctx.app().note("goes on".to_owned());
        ctx.cancelled().await;
        ctx.app().note("given up".to_owned());
        return Err(SyncError::new("sync-cancelled"));
    }
    if input.refuses { Err(sync::error!("order-lost")) } else { Ok(ServerOutput { said: input.words.len() as u32 }) }
}
