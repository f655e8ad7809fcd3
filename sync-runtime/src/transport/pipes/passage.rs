//! What was handed to the protocol stack and has not come out of it.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::transport::pipes::websocket::{PassedFrame, is_message};

/// How many bytes stand between two messages in the answer to a poll.
const SEPARATOR: usize = 1;

/// Counts the messages of one socket that are on their way through engineioxide, from its handshake to its end.
///
/// As long as there are any, nothing may be written past them. Whoever hands one over counts it in, whatever it says; it is told from what
/// Engine.IO says by itself (pings, the handshake of the transport) by the type that Engine.IO puts before it.
#[derive(Debug, Default)]
pub struct Passage {
    messages: AtomicUsize,
    bytes: AtomicUsize,
}

impl Passage {
    /// Returns whether nothing is on its way.
    pub fn is_clear(&self) -> bool {
        self.messages.load(Ordering::Acquire) == 0
    }

    /// Returns how many bytes are on their way, counted as in the answer to a poll: text, and a separator for each message.
    pub fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Acquire)
    }

    /// Counts in a message of so many bytes; called before it is handed over.
    pub fn enter(&self, bytes: usize) {
        self.bytes.fetch_add(bytes + SEPARATOR, Ordering::AcqRel);
        self.messages.fetch_add(1, Ordering::AcqRel);
    }

    /// Counts out a message that has left, or was not accepted.
    pub fn leave(&self, bytes: usize) {
        subtract(&self.bytes, bytes + SEPARATOR);
        subtract(&self.messages, 1);
    }

    /// Counts out what a frame on a WebSocket has carried.
    pub(super) fn frame_left(&self, frame: PassedFrame) {
        if frame.is_message() {
            self.leave(usize::try_from(frame.payload).unwrap_or(usize::MAX / 2));
        }
    }

    /// Counts out what the answer to a poll carries: packets of Engine.IO with U+001E between them.
    pub fn payload_left(&self, payload: &[u8]) {
        for packet in payload.split(|byte| *byte == 0x1e) {
            if packet.first().is_some_and(|first| is_message(*first)) {
                self.leave(packet.len());
            }
        }
    }
}

/// Counts down to 0 and no further.
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
        assert!(passage.is_clear());
        passage.enter(4);
        passage.payload_left(b"0{\"sid\":1}\x1e2");
        assert_eq!((passage.is_clear(), passage.bytes()), (false, 5));
        passage.payload_left(b"2\x1e40{}");
        assert_eq!((passage.is_clear(), passage.bytes()), (true, 0));
        passage.enter(4);
        passage.enter(5);
        assert_eq!((passage.is_clear(), passage.bytes()), (false, 11));
        passage.payload_left(b"2\x1e42[]");
        assert_eq!((passage.is_clear(), passage.bytes()), (false, 6));
        passage.frame_left(PassedFrame { is_text: true, first: b'2', payload: 1 });
        passage.frame_left(PassedFrame { is_text: false, first: b'4', payload: 5 });
        assert_eq!((passage.is_clear(), passage.bytes()), (false, 6));
        passage.frame_left(PassedFrame { is_text: true, first: b'4', payload: 5 });
        assert_eq!((passage.is_clear(), passage.bytes()), (true, 0));
    }

    #[test]
    fn a_message_counts_whatever_it_says() {
        let said = ["40{}", "41", "42[\"presence\",{}]", "42[\"syncStream\",{}]", "431[true]", "44{}", "451-[]", "4"];
        let passage = Passage::default();
        said.iter().for_each(|text| passage.enter(text.len()));
        let (polled, framed) = said.split_at(4);
        passage.payload_left(polled.join("\u{1e}").as_bytes());
        assert!(!passage.is_clear());
        for text in framed {
            passage.frame_left(PassedFrame { is_text: true, first: text.as_bytes()[0], payload: text.len() as u64 });
        }
        assert_eq!((passage.is_clear(), passage.bytes()), (true, 0));
    }
}
