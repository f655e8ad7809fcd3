//! Hearing what is committed, here and by other servers on the same database.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio_postgres::{AsyncMessage, Config, Error, NoTls};

use crate::clock::sleep;
use crate::log::store::{Committed, News, Watch};

/// Where commits are told.
const CHANNEL: &str = "sync_log";
/// How long it is waited before it is listened again.
const PAUSE: Duration = Duration::from_millis(500);

/// Listens for as long as it is there.
#[derive(Debug)]
pub(super) struct Listening(AbortHandle);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Listening {
    /// Tells what others commit; what `server` does, it tells itself.
    pub(super) fn begin(config: Config, watch: Watch, server: Arc<str>) -> Self {
        let listening = tokio::spawn(async move {
            loop {
                if let Err(error) = listen(&config, &watch, &server).await {
                    let error = crate::error::chain(&error);
                    tracing::warn!(error, "what other servers commit is not heard: it is listened again");
                }
                sleep(PAUSE).await;
            }
        });
        Self(listening.abort_handle())
    }
}

/// Tells what is heard until the connection is lost.
async fn listen(config: &Config, watch: &Watch, server: &str) -> Result<(), Error> {
    let (client, mut connection) = config.connect(NoTls).await?;
    let mut messages = std::pin::pin!(futures_util::stream::poll_fn(move |context| connection.poll_message(context)));
    let mut begun = std::pin::pin!(async {
        let command = format!("LISTEN {CHANNEL}");
        client.batch_execute(&command).await.inspect(|()| (watch)(News::Missed))
    });
    let mut has_begun = false;
    loop {
        tokio::select! {
            done = &mut begun, if !has_begun => {
                done?;
                has_begun = true;
            }
            message = futures_util::StreamExt::next(&mut messages) => match message.transpose()? {
                None => return Ok(()),
                Some(AsyncMessage::Notification(said)) if said.channel() == CHANNEL => tell(watch, server, said.payload()),
                Some(_) => {}
            }
        }
    }
}

/// Somebody else may say something there, which means nothing.
fn tell(watch: &Watch, server: &str, payload: &str) {
    let Some((of, rest)) = payload.split_once(' ').filter(|(of, _)| *of != server) else { return };
    if rest == "all" {
        return (watch)(News::Missed);
    }
    let Some((cursor, scope)) = rest.split_once(' ').filter(|_| !of.is_empty()) else { return };
    let Ok(cursor) = cursor.parse() else { return };
    (watch)(News::Committed(Committed { scope: Arc::from(scope), cursor, changes: Vec::new() }));
}
