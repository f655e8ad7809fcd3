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
        let pos = self.positions.seal(position);
        Box::new(Placing { gap: *self, position, pos })
    }
}

/// A gap whose members are told.
struct Placing {
    gap: Gap,
    position: Position,
    pos: String,
}

impl Placing {
    /// Writes it for one member, which has been there up to here: what it was told when it joined may be of another history.
    fn packet<A: App>(&self, member: &Row<A>) -> Packet {
        let Gap { room, positions } = &self.gap;
        let key = member.socket().known_key();
        let membership = key.map(|key| key.seal_membership(positions, room, self.position));
        Packet::gap(room, &self.pos, membership.as_deref())
    }
}

impl<A: App> Placed<A> for Placing {
    fn reach(&mut self, member: &Row<A>, _: &Facts) -> Reach {
        Reach::Now(Some(self.packet(member)))
    }

    fn defer(&self, member: &Row<A>) -> Deferred {
        let packet = Box::pin(std::future::ready(Some(self.packet(member))));
        Deferred { topic: None, size: BYTES, packet }
    }

    fn kept(&self) -> Option<Arc<dyn Kept<A>>> {
        None
    }

    fn visited(&mut self, _: Duration) {}
}
