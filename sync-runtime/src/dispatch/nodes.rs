//! What servers that have rooms in common tell each other besides what happens there.

use serde::{Deserialize, Serialize};

use crate::dispatch::Dispatcher;
use crate::route::App;
use crate::session::SessionNews;

/// What one server tells others. One of another version may not know it, and passes it over.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "camelCase")]
enum News {
    /// What has become of a session.
    Session(SessionNews),
}

impl<A: App> Dispatcher<A> {
    /// Tells other servers what has become of a session here.
    pub fn tell_of_session(&self, news: SessionNews) {
        self.tell(None, &News::Session(news));
    }

    fn tell(&self, room: Option<&str>, news: &News) {
        match serde_json::to_string(news) {
            Ok(text) => self.hub().tell_others(room, text),
            Err(error) => tracing::error!(%error, "what others have to know cannot be written"),
        }
    }

    pub(super) fn hear(&self, text: &str) {
        match serde_json::from_str(text) {
            Ok(News::Session(news)) => self.sessions().hear(news),
            Err(error) => tracing::debug!(%error, "another server has told what this one does not know"),
        }
    }

    /// Finds out what others may have told while nothing was heard.
    pub(super) fn look_again(&self) {
        self.sessions().look_at_all();
    }
}
