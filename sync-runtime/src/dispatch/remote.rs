//! Events that happened on other servers.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use crate::contain::{Guarded, contained};
use crate::dispatch::Dispatcher;
use crate::dispatch::lanes::{EventText, Fanout, Found, Sender, Shown};
use crate::dispatch::states::ChangeText;
use crate::id::Id;
use crate::rooms::{Deferred, Delivery, Facts, Kept, NotPlaced, Placed, Reach, RemoteEvents, Row, Submitted};
use crate::route::{App, Keep};
use crate::wire::{Position, Topic};

impl<A: App> RemoteEvents for Dispatcher<A> {
    fn place(&self, room: &str, at: Position, text: &str) -> Result<(), NotPlaced> {
        self.check_open().map_err(|_| NotPlaced::Stopping)?;
        if self.parts().gate.is_closed() {
            // Whoever goes on here takes it, which may be another process.
            return Err(NotPlaced::Full);
        }
        let to = self.hub().room(room).ok_or(NotPlaced::NoRoom)?;
        let event = match self.revive(room, text) {
            Some(fanout) => Submitted { caller: fanout.sender().key.session, delivery: Box::new(fanout), permit: None },
            None => Submitted { caller: Id::NOBODY, delivery: self.other(room, text), permit: None },
        };
        to.place_at(event, at).map_err(|(why, _)| why)
    }

    fn lose(&self, room: &str, behind: Position) {
        self.hub().lose(room, behind);
        self.parts().states.look_again(self.parts(), room);
    }

    fn end_of_order(&self, room: &str) -> Option<Position> {
        self.hub().end_of_order(room)
    }

    fn keep(&self, room: &str) -> Keep {
        self.keep(room)
    }

    fn told(&self, server: &str, news: &str) {
        self.hear(server, news);
    }

    fn missed(&self) {
        self.look_again();
    }

    fn gone(&self, server: &str) {
        self.forget_server(server);
    }
}

impl<A: App> Dispatcher<A> {
    /// Reads an event of a room that was written elsewhere, or in an earlier life of the server; `None` for one that is none of this app's.
    pub(super) fn revive(&self, room: &str, text: &str) -> Option<Fanout<A>> {
        let read: EventText<'_> = serde_json::from_str(text).ok()?;
        let EventText { name, version, key, sender, ignore_self, input, output, .. } = read;
        let Found { route, metrics, .. } = self.lanes().event(&name, &version)?;
        // What is read is the app's: its `Deserialize` may panic.
        let typed = contained(|| {
            let public: A::Public = serde_json::from_str(sender.get()).ok()?;
            Some((Guarded::new(public), route.revive(input, output)?))
        });
        let (public, event) = typed.ok()??;
        let sender = Sender { key, shown: Shown::Public(Arc::new(public)) };
        Some(Fanout::new(self.parts(), route, metrics, event, room, sender, ignore_self))
    }

    /// Makes something of what is no event: a change of a value, or what another version of the app has written.
    fn other(&self, room: &str, text: &str) -> Box<dyn Delivery<A>> {
        match serde_json::from_str::<ChangeText<'_>>(text) {
            Ok(told) => self.parts().states.hear(self.parts(), room, &told).unwrap_or_else(|| Box::new(Stranger)),
            Err(_) => self.stranger(room, text),
        }
    }

    /// Makes something of what cannot be read: where servers of two versions run side by side, it has its place in the order of both.
    fn stranger(&self, room: &str, text: &str) -> Box<dyn Delivery<A>> {
        #[derive(serde::Deserialize)]
        struct Names<'a> {
            #[serde(borrow)]
            name: Cow<'a, str>,
            #[serde(borrow)]
            version: Cow<'a, str>,
            #[serde(default)]
            older: Vec<String>,
        }
        // Clients of this build listen to an older version of it, if there is one here.
        let is_known = |Names { name, version, older }: Names<'_>| {
            let mut versions = std::iter::once(&*version).chain(older.iter().map(String::as_str));
            versions.any(|version| self.lanes().event(&name, version).is_some())
        };
        if serde_json::from_str::<Names<'_>>(text).is_ok_and(is_known) {
            tracing::warn!(room, "an event of another server cannot be read: its types are not those of this one");
            return self.hub().gap(room);
        }
        tracing::debug!(room, "an event of another server that this one does not know");
        Box::new(Stranger)
    }
}

/// An event that this version of the app does not have: its clients do not know it either.
struct Stranger;

impl<A: App> Delivery<A> for Stranger {
    fn size(&self) -> usize {
        0
    }

    fn text(&self) -> Option<String> {
        None
    }

    fn place(self: Box<Self>, _: Position) -> Box<dyn Placed<A>> {
        self
    }
}

impl<A: App> Placed<A> for Stranger {
    fn reach(&mut self, _: &Row<A>, _: &Facts) -> Reach {
        Reach::Now(None)
    }

    fn defer(&self, _: &Row<A>) -> Deferred {
        Deferred { topic: None, size: 0, packet: Box::pin(std::future::ready(None)) }
    }

    fn kept(&self) -> Option<Arc<dyn Kept<A>>> {
        Some(Arc::new(Self))
    }

    fn visited(&mut self, _: Duration) {}
}

impl<A: App> Kept<A> for Stranger {
    fn bytes(&self) -> usize {
        0
    }

    fn topic(&self) -> Option<&Arc<Topic>> {
        None
    }

    fn show(self: Arc<Self>, _: &Row<A>, _: &Facts) -> Reach {
        Reach::Now(None)
    }
}
