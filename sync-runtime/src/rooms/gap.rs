//! What members are told who miss something that nobody can show them any more.

use std::sync::Arc;
use std::time::Duration;

use crate::rooms::{Deferred, Delivery, Facts, Kept, Placed, Reach, Row};
use crate::route::App;
use crate::wire::{Packet, Position, PositionKey};

/// How many bytes a member gets of it, about.
const BYTES: usize = 128;

/// Something that is missing, which has its place among the events: who hears what comes after has been told before.
pub(super) struct Gap {
    pub(super) room: Arc<str>,
    pub(super) positions: Arc<PositionKey>,
}

impl<A: App> Delivery<A> for Gap {
    fn size(&self) -> usize {
        BYTES
    }

    /// What is missing here may be there elsewhere.
    fn text(&self) -> Option<String> {
        None
    }

    fn place(self: Box<Self>, position: Position) -> Box<dyn Placed<A>> {
        Box::new(Told(Packet::gap(&self.room, &self.positions.seal(position))))
    }
}

struct Told(Packet);

impl<A: App> Placed<A> for Told {
    fn reach(&mut self, _: &Row<A>, _: &Facts) -> Reach {
        Reach::Now(Some(self.0.clone()))
    }

    fn defer(&self, _: &Row<A>) -> Deferred {
        let packet = Box::pin(std::future::ready(Some(self.0.clone())));
        Deferred { topic: None, size: BYTES, packet }
    }

    fn kept(&self) -> Option<Arc<dyn Kept<A>>> {
        None
    }

    fn visited(&mut self, _: Duration) {}
}
