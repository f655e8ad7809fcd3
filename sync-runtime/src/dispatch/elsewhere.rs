//! Events that happened on other servers.

use std::sync::Arc;

use crate::contain::{Guarded, contained};
use crate::dispatch::Dispatcher;
use crate::dispatch::client_stage::{Fanout, Sender, Shown};
use crate::dispatch::event_text::EventText;
use crate::rooms::{Misplaced, Submitted};
use crate::route::App;
use crate::wire::{Call, Data, Position};

/// Why an event that happened elsewhere is not delivered here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotPlaced {
    /// It is none of this app's events, or another version of the app has written it.
    Unreadable,
    /// It cannot have the place.
    Misplaced(Misplaced),
}

impl<A: App> Dispatcher<A> {
    /// Delivers an event that happened on another server, [written](crate::rooms::Delivery::text) there, to the members of a room
    /// that are here. Its handler has run; its filter runs for each of them.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or its place is not the next one of the room.
    pub fn place(&self, room: &str, at: Position, text: &str) -> Result<(), NotPlaced> {
        let Some(to) = self.hub().room(room) else { return Err(NotPlaced::Misplaced(Misplaced::Gone)) };
        let fanout = self.revive(room, text).ok_or(NotPlaced::Unreadable)?;
        let event = Submitted { caller: fanout.sender().key.session, delivery: Box::new(fanout), permit: None };
        to.place_at(event, at).map_err(NotPlaced::Misplaced)
    }

    fn revive(&self, room: &str, text: &str) -> Option<Fanout<A>> {
        let read: EventText<'_> = serde_json::from_str(text).ok()?;
        let EventText { name, version, key, sender, ignore_self, input, output } = read;
        let call = Call { path: name, version, data: Data::Json("{}") };
        let route = self.lanes().find_event(&call)?;
        // What is read is the app's: its `Deserialize` may panic.
        let typed = contained(|| {
            let public: A::Public = serde_json::from_str(sender.get()).ok()?;
            Some((Guarded::new(public), route.revive(input.get(), output.get())?))
        });
        let (public, event) = typed.ok()??;
        let sender = Sender { key, shown: Shown::Public(Arc::new(public)) };
        Some(Fanout::new(self.parts(), route, event, room, sender, ignore_self))
    }
}
