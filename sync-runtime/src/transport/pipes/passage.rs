//! What was handed to engineioxide and has not come out of it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::transport::pipes::websocket::PassedFrame;

/// How many bytes stand between two messages in the answer to a poll.
const SEPARATOR: usize = 1;

/// Counts the messages of one socket that are on their way through engineioxide.
///
/// As long as there are any, nothing may be written past them. Messages are what begins with `42` (an event), `43` (an
/// acknowledgement) or `40` (the answer to CONNECT, counted from the start); pings and the handshake of the transport do not count.
#[derive(Debug)]
pub struct Passage {
    messages: AtomicUsize,
    bytes: AtomicUsize,
    connected: AtomicBool,
}

impl Default for Passage {
    fn default() -> Self {
        Self { messages: AtomicUsize::new(1), bytes: AtomicUsize::new(0), connected: AtomicBool::new(false) }
    }
}

impl Passage {
    /// Returns whether nothing is on its way.
    pub(in crate::transport) fn is_clear(&self) -> bool {
        self.messages.load(Ordering::Acquire) == 0
    }

    /// Returns how many bytes are on their way, counted as in the answer to a poll: text, and a separator for each message.
    pub(in crate::transport) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Acquire)
    }

    /// Counts in a message of so many bytes; called before it is handed over.
    pub(in crate::transport) fn enter(&self, bytes: usize) {
        self.bytes.fetch_add(bytes + SEPARATOR, Ordering::AcqRel);
        self.messages.fetch_add(1, Ordering::AcqRel);
    }

    /// Counts out a message that has left, or was not accepted.
    pub(in crate::transport) fn leave(&self, bytes: usize) {
        subtract(&self.bytes, bytes + SEPARATOR);
        subtract(&self.messages, 1);
    }

    /// Counts out what a frame on a WebSocket has carried.
    pub(in crate::transport) fn frame_left(&self, frame: PassedFrame) {
        // A pong may hold anything.
        if !frame.is_text {
            return;
        }
        self.left(frame.opening, usize::try_from(frame.payload).unwrap_or(usize::MAX));
    }

    /// Counts out what the answer to a poll carries: packets with U+001E between them.
    pub(in crate::transport) fn payload_left(&self, payload: &[u8]) {
        for packet in payload.split(|byte| *byte == 0x1e) {
            if let [first, second, ..] = packet {
                self.left([*first, *second], packet.len());
            }
        }
    }

    fn left(&self, opening: [u8; 2], bytes: usize) {
        match &opening {
            // A client that connects twice is answered twice.
            b"40" if !self.connected.swap(true, Ordering::AcqRel) => subtract(&self.messages, 1),
            b"42" | b"43" => self.leave(bytes),
            _ => {}
        }
    }
}

/// Counts down to 0 and no further: what we tell a client that is not let in was never counted in.
fn subtract(counter: &AtomicUsize, count: usize) {
    let subtracted = |value: usize| Some(value.saturating_sub(count));
    counter.fetch_update(Ordering::AcqRel, Ordering::Acquire, subtracted).unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_is_clear_when_everything_has_come_out() {
        let passage = Passage::default();
        passage.payload_left(b"0{\"sid\":1}\x1e40{}\x1e40{}");
        assert!(passage.is_clear());
        passage.enter(4);
        passage.enter(5);
        assert_eq!((passage.is_clear(), passage.bytes()), (false, 11));
        passage.payload_left(b"2\x1e42[]");
        assert_eq!((passage.is_clear(), passage.bytes()), (false, 6));
        passage.frame_left(PassedFrame { is_text: true, opening: *b"43", payload: 5 });
        assert_eq!((passage.is_clear(), passage.bytes()), (true, 0));
    }
}
