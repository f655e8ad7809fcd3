//! Events that happened on other servers.

use std::sync::Arc;

use crate::contain::{Guarded, contained};
use crate::dispatch::Dispatcher;
use crate::dispatch::lanes::{EventText, Fanout, Found, Sender, Shown};
use crate::rooms::{NotPlaced, RemoteEvents, Submitted};
use crate::route::App;
use crate::wire::Position;

impl<A: App> RemoteEvents for Dispatcher<A> {
    fn place(&self, room: &str, at: Position, text: &str) -> Result<(), NotPlaced> {
        self.check_open().map_err(|_| NotPlaced::Stopping)?;
        let to = self.hub().room(room).ok_or(NotPlaced::NoRoom)?;
        let fanout = self.revive(room, text).ok_or(NotPlaced::Unreadable)?;
        let event = Submitted { caller: fanout.sender().key.session, delivery: Box::new(fanout), permit: None };
        to.place_at(event, at).map_err(|(why, _)| why)
    }
}

impl<A: App> Dispatcher<A> {
    /// Reads an event of a room that was written elsewhere, or in an earlier life of the server; `None` for one that is none of this app's.
    pub(super) fn revive(&self, room: &str, text: &str) -> Option<Fanout<A>> {
        let read: EventText<'_> = serde_json::from_str(text).ok()?;
        let EventText { name, version, key, sender, ignore_self, input, output } = read;
        let Found { route, metrics, .. } = self.lanes().event(&name, &version)?;
        // What is read is the app's: its `Deserialize` may panic.
        let typed = contained(|| {
            let public: A::Public = serde_json::from_str(sender.get()).ok()?;
            Some((Guarded::new(public), route.revive(input.get(), output.get())?))
        });
        let (public, event) = typed.ok()??;
        let sender = Sender { key, shown: Shown::Public(Arc::new(public)) };
        Some(Fanout::new(self.parts(), route, metrics, event, room, sender, ignore_self))
    }
}
