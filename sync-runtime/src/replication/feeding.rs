//! What both sources do with a log: they feed it, hear why it takes no more, and say which calls have caused what they feed.

use serde::Deserialize;
use tokio_util::task::AbortOnDropHandle;

use super::error::Halt;
use crate::log::{LogError, Origin};

/// How many bytes a transaction may say of itself: a call takes as many as its scope, and some more.
const ORIGINS: usize = 1 << 20;

/// A log that stores what it is fed.
pub(super) type Storing = AbortOnDropHandle<Result<(), LogError>>;

/// A log that takes no more says why when it has [`ended`].
pub(super) fn fed(is_taken: bool) -> Result<(), Halt> {
    if is_taken { Ok(()) } else { Err(Halt::Log(LogError::Superseded)) }
}

/// Waits until a log has ended, which it does not by itself, and returns why.
pub(super) async fn ended(storing: &mut Storing) -> Halt {
    let stored = storing.await.unwrap_or(Err(LogError::Superseded));
    stored.err().unwrap_or(LogError::Superseded).into()
}

/// Reads which calls have caused a transaction. Anybody who writes to the database may say such a thing; of a call that does not wait it means
/// nothing.
pub(super) fn origins(content: &[u8]) -> impl Iterator<Item = Origin> + use<> {
    let calls = Some(content).filter(|content| content.len() <= ORIGINS);
    let calls = calls.and_then(|content| serde_json::from_slice::<Vec<OriginCall>>(content).ok()).unwrap_or_default();
    let is_plain = |text: &str| !text.chars().any(char::is_control);
    let calls = calls.into_iter().filter(move |OriginCall(client, _, scope)| is_plain(client) && is_plain(scope));
    calls.map(|OriginCall(client, number, scope)| Origin { client: client.into(), number, scope: scope.into() })
}

/// A call that has written rows: client, number, scope.
#[derive(Deserialize)]
struct OriginCall(String, u64, String);
