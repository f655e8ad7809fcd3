//! What one member is sent at once.

use std::cell::{OnceCell, RefCell};

use crate::rooms::QueueFull;
use crate::wire::Packet;

/// Packets for one member, in their order, as one piece.
#[derive(Debug, Default)]
pub struct Bundle {
    packets: Vec<Packet>,
    /// How many bytes the last ones have that say one thing, where these are several.
    last: Option<usize>,
    /// All packets behind each other, as they are sent.
    written: OnceCell<Vec<u8>>,
    /// The memory of what was written before.
    spare: RefCell<Vec<u8>>,
}

impl Bundle {
    /// Returns the packets.
    #[must_use]
    pub fn packets(&self) -> &[Packet] {
        &self.packets
    }

    /// Returns all packets as `write` puts them behind each other. It is asked once, since all that a bundle is sent to write it alike.
    #[must_use]
    pub fn written(&self, write: fn(&[Packet], &mut Vec<u8>)) -> &[u8] {
        self.written.get_or_init(|| {
            let mut bytes = self.spare.take();
            write(&self.packets, &mut bytes);
            bytes
        })
    }

    /// Checks what waits for the socket with this bundle: one thing that is said may pass the limit, whatever its size.
    ///
    /// # Errors
    ///
    /// When more than `limit` bytes wait before the last packet.
    pub fn check(&self, waiting: usize, limit: usize) -> Result<(), QueueFull> {
        let last = self.last.or_else(|| Some(self.packets.last()?.size())).unwrap_or_default();
        if waiting > limit + last { Err(QueueFull) } else { Ok(()) }
    }

    /// Takes `packets` instead of what it holds; they are of no use then.
    ///
    /// Members mostly get the same packets as the member before them: these are not written again. A packet that is one member's alone
    /// is moved, since a second owner costs an allocation.
    pub(super) fn replace(&mut self, packets: &mut [Packet]) {
        if packets.iter().any(Packet::has_others) {
            let last = packets.last().map(Packet::size);
            let mut apart: Vec<_> = packets.iter_mut().flat_map(|packet| packet.take().apart()).collect();
            self.replace(&mut apart);
            self.last = last;
            return;
        }
        self.last = None;
        let same = self.packets.len() == packets.len()
            && self.packets.iter().zip(&*packets).all(|(held, packet)| held.is_same(packet));
        if same {
            return;
        }
        self.packets.clear();
        self.packets.extend(packets.iter_mut().map(Packet::take));
        if let Some(mut bytes) = self.written.take() {
            bytes.clear();
            self.spare.replace(bytes);
        }
    }
}

impl From<Packet> for Bundle {
    fn from(packet: Packet) -> Self {
        vec![packet].into()
    }
}

impl From<Vec<Packet>> for Bundle {
    fn from(packets: Vec<Packet>) -> Self {
        if !packets.iter().any(Packet::has_others) {
            return Self { packets, ..Self::default() };
        }
        let last = packets.last().map(Packet::size);
        Self { packets: packets.into_iter().flat_map(Packet::apart).collect(), last, ..Self::default() }
    }
}
