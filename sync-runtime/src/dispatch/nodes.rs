//! What is done about what other servers tell.

use std::sync::Arc;

use crate::dispatch::news::{News, tell};
use crate::dispatch::streams::send_chunks;
use crate::dispatch::{Dispatcher, attendance};
use crate::id::Id;
use crate::limits::Spent;
use crate::rooms::RemoteEvents;
use crate::route::App;
use crate::session::SessionNews;

impl<A: App> Dispatcher<A> {
    /// Has it hear what happens on other servers, and what they tell and ask.
    pub fn meet_others(self: &Arc<Self>) {
        self.this.get_or_init(|| Arc::downgrade(self));
        let remote: Arc<dyn RemoteEvents> = self.clone();
        self.hub().start(Arc::downgrade(&remote));
    }

    /// Tells other servers what has become of a session here.
    pub fn tell_of_session(&self, news: SessionNews) {
        tell(self.parts(), None, &News::Session(news));
    }

    /// Tells other servers what was taken from budgets here.
    pub fn tell_of_limits(&self, spent: Vec<Spent>) {
        tell(self.parts(), None, &News::Spent(spent));
    }

    /// Hears what another server has told.
    pub(super) fn hear(&self, server: &str, text: &str) {
        match serde_json::from_str(text) {
            Ok(News::Session(news)) => self.sessions().hear(news),
            Ok(News::Spent(spent)) => self.limits().hear(&spent),
            Ok(News::People { room, people }) => attendance::hear(self.parts(), name_of(server), &room, people),
            Ok(News::Chunks(chunks)) => send_chunks(self.parts(), chunks),
            Ok(News::Asked { id, question }) => self.answer_other(server, id, &question),
            Ok(News::Said { id, said }) => self.parts().asking.hear(server, id, said),
            Ok(News::WhoIsThere { room }) => attendance::tell_again(self.parts(), &room),
            Err(error) => tracing::debug!(%error, "another server has told what this one does not know"),
        }
    }

    /// Finds out what others may have told while nothing was heard.
    pub(super) fn look_again(&self) {
        self.sessions().look_at_all();
        attendance::ask_again(self.parts());
    }

    /// Forgets what a server has told that is gone.
    pub(super) fn forget_server(&self, server: &str) {
        tracing::info!(server, "another server is gone");
        self.parts().asking.forget(server);
        attendance::forget(self.parts(), name_of(server));
    }
}

/// Returns by what a server is known.
fn name_of(server: &str) -> Id {
    Id::of_texts(&["server", server])
}
