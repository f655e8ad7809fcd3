//! Where one WebSocket message ends and the next begins, in the bytes that a client sends.
//!
//! Reading is held back between two messages only: there, and nowhere else, something can be put in between. Source: RFC 6455 §5.2.

/// The answer to a ping of Engine.IO, as a client would send it: a final text frame `3`, masked with zeros.
pub(super) const PONG: [u8; 7] = [0x81, 0x81, 0, 0, 0, 0, b'3'];

/// Follows the frames of one direction of a WebSocket connection.
#[derive(Debug, Default)]
pub(super) struct FrameTracker {
    /// The bytes of the current header so far; at most 2 + 8 + 4.
    header: Vec<u8>,
    /// How much of the current payload is still to come.
    payload: u64,
    /// Whether the last data frame was not the final one of its message.
    fragmented: bool,
}

impl FrameTracker {
    /// Returns whether a message may begin here.
    pub(super) fn is_between_messages(&self) -> bool {
        self.header.is_empty() && self.payload == 0 && !self.fragmented
    }

    /// Returns how many bytes can be read without passing the end of the current frame; at least 1.
    pub(super) fn until_boundary(&self) -> usize {
        if self.payload > 0 {
            return usize::try_from(self.payload).unwrap_or(usize::MAX);
        }
        self.header_length().saturating_sub(self.header.len()).max(1)
    }

    /// Takes note of bytes that were read.
    pub(super) fn advance(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let skipped = bytes.len().min(usize::try_from(self.payload).unwrap_or(usize::MAX));
            self.payload -= skipped as u64;
            bytes = &bytes[skipped..];
            if let Some((next, rest)) = bytes.split_first() {
                self.header.push(*next);
                bytes = rest;
                if self.header.len() == self.header_length() {
                    self.begin_payload();
                }
            }
        }
    }

    fn header_length(&self) -> usize {
        let Some(second) = self.header.get(1) else { return 2 };
        let extended = match second & 0x7f {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        2 + extended + if second & 0x80 == 0 { 0 } else { 4 }
    }

    fn begin_payload(&mut self) {
        let big_endian = |bytes: &[u8]| bytes.iter().fold(0, |length, byte| length << 8 | u64::from(*byte));
        self.payload = match self.header[1] & 0x7f {
            126 => big_endian(&self.header[2..4]),
            127 => big_endian(&self.header[2..10]),
            short => u64::from(short),
        };
        // Control frames (opcodes from 8) may stand inside a fragmented message and do not end it.
        if self.header[0] & 0x08 == 0 {
            self.fragmented = self.header[0] & 0x80 == 0;
        }
        self.header.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(first: u8, payload: usize) -> Vec<u8> {
        let mut bytes = vec![first];
        match payload {
            0..126 => bytes.push(0x80 | payload as u8),
            126..65536 => {
                bytes.push(0x80 | 126);
                bytes.extend((payload as u16).to_be_bytes());
            }
            _ => {
                bytes.push(0x80 | 127);
                bytes.extend((payload as u64).to_be_bytes());
            }
        }
        bytes.extend([1, 2, 3, 4]);
        bytes.extend(std::iter::repeat_n(0xff, payload));
        bytes
    }

    /// Feeds `bytes` in pieces as large as the tracker allows and no larger than `piece`.
    fn boundaries(bytes: &[u8], piece: usize) -> Vec<usize> {
        let mut tracker = FrameTracker::default();
        let (mut at, mut found) = (0, Vec::new());
        while at < bytes.len() {
            let take = tracker.until_boundary().min(piece).min(bytes.len() - at);
            tracker.advance(&bytes[at..at + take]);
            at += take;
            if tracker.is_between_messages() {
                found.push(at);
            }
        }
        found
    }

    #[test]
    fn messages_end_where_their_last_frame_ends() {
        let parts = [
            frame(0x81, 0),
            frame(0x81, 5),
            frame(0x81, 126),
            frame(0x81, 70_000),
            // A message in three frames with a ping in between.
            [frame(0x01, 3), frame(0x89, 2), frame(0x00, 3), frame(0x80, 3)].concat(),
            PONG.to_vec(),
        ];
        let ends: Vec<usize> = parts
            .iter()
            .scan(0, |end, part| {
                *end += part.len();
                Some(*end)
            })
            .collect();
        let bytes = parts.concat();
        for piece in [1, 2, 7, 4096, usize::MAX] {
            assert_eq!(boundaries(&bytes, piece), ends, "in pieces of {piece}");
        }
        let mut whole = FrameTracker::default();
        whole.advance(&bytes);
        assert!(whole.is_between_messages());
    }
}
