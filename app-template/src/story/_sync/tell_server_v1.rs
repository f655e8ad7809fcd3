use crate::Ctx;
use crate::app::Person;
use std::time::Duration;
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {
    /// What to tell.
    #[validate(length(min = 1, max = 2000))]
    pub text: String,
}

/// One word, while the story is told.
#[wire]
pub struct ServerStream {
    /// Who tells it.
    pub teller: Person,
    /// The next word.
    pub word: String,
}

#[wire]
pub struct ServerOutput {
    /// Who has told it.
    pub teller: Person,
    /// All that was told.
    pub text: String,
    /// Whether that is the whole story.
    pub is_whole: bool,
}

const PACE: Duration = Duration::from_millis(120);

/// Tells a story word by word to everybody in the room, to its end or until the caller stops it.
#[sync::server(timeout = 300, rate_limit = "1/s, burst 5")]
pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    let words: Vec<&str> = input.text.split_whitespace().collect();
    let teller = ctx.sender();
    let mut told = 0;
    for word in &words {
        let chunk = ServerStream { teller: teller.clone(), word: (*word).to_owned() };
        tokio::time::sleep(PACE).await;
        // Stopped, or gone: what was told until then is what happened.
        if ctx.broadcast_stream(chunk).await.is_err() {
            break;
        }
        told += 1;
    }
    Ok(ServerOutput { teller, text: words[..told].join(" "), is_whole: told == words.len() })
}
