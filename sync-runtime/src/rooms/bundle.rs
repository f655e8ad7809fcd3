//! What one member is sent at once.

use crate::rooms::QueueFull;
use crate::wire::Packet;

/// Packets for one member, in their order, as one piece.
#[derive(Debug, Default)]
pub struct Bundle {
    packets: Vec<Packet>,
    /// All packets behind each other; unused for a single one.
    joined: Vec<u8>,
}

impl Bundle {
    /// Returns the packets.
    #[must_use]
    pub fn packets(&self) -> &[Packet] {
        &self.packets
    }

    /// Returns all packets as WebSocket frames, one behind the other.
    #[must_use]
    pub fn websocket(&self) -> &[u8] {
        match &*self.packets {
            [single] => single.websocket(),
            _ => &self.joined,
        }
    }

    /// Checks what waits for the socket with this bundle: one packet may pass the limit, whatever its size.
    ///
    /// # Errors
    ///
    /// When more than `limit` bytes wait before the last packet.
    pub fn check(&self, waiting: usize, limit: usize) -> Result<(), QueueFull> {
        let last = self.packets.last().map_or(0, |packet| packet.websocket().len());
        if waiting > limit + last { Err(QueueFull) } else { Ok(()) }
    }

    /// Takes `packets` instead of what it holds; they are of no use then.
    ///
    /// Members mostly get the same packets as the member before them: these are not joined again. A packet that is one member's alone
    /// is moved, since a second owner costs an allocation.
    pub(super) fn replace(&mut self, packets: &mut [Packet]) {
        let same = self.packets.len() == packets.len()
            && self.packets.iter().zip(&*packets).all(|(held, packet)| held.is_same(packet));
        if same {
            return;
        }
        self.packets.clear();
        self.packets.extend(packets.iter_mut().map(Packet::take));
        self.joined.clear();
        if self.packets.len() > 1 {
            self.packets.iter().for_each(|packet| self.joined.extend_from_slice(packet.websocket()));
        }
    }
}

impl From<Packet> for Bundle {
    fn from(packet: Packet) -> Self {
        Self { packets: vec![packet], joined: Vec::new() }
    }
}
