//! WebSocket frames: the head that a packet gets, and where one message ends and the next begins in the bytes of one direction.
//!
//! Something can be put in between there and nowhere else. Source: RFC 6455 §5.2.

use std::ops::Deref;

use crate::wire::Packet;

/// The answer to a ping of Engine.IO, as a client would send it: a final text frame `3`, masked with zeros.
pub(super) const PONG: [u8; 7] = [0x81, 0x81, 0, 0, 0, 0, b'3'];

/// A ping of Engine.IO, as a server sends it: a final text frame `2`.
pub(super) const PING: [u8; 3] = [0x81, 1, b'2'];

/// The longest header of a frame: two bytes, eight of length, four of mask.
const HEADER: usize = 14;

/// Returns whether a packet of Engine.IO that begins like this is a message. Source: the Engine.IO protocol, revision 4, "Packet encoding".
pub(super) fn is_message(first: u8) -> bool {
    first == b'4'
}

/// The head of a final, unmasked text frame: 2, 4 or 10 bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    bytes: [u8; 10],
    length: u8,
}

impl Head {
    /// Writes the head of a packet's frame.
    pub(super) fn of(packet: &Packet) -> Self {
        /// The last frame of its message, and text.
        const FINAL_TEXT: u8 = 0x81;
        let mut bytes = [0; 10];
        bytes[0] = FINAL_TEXT;
        let length = match packet.bytes().len() {
            short @ ..126 => {
                bytes[1] = short as u8;
                2
            }
            medium @ 126..65_536 => {
                bytes[1] = 126;
                bytes[2..4].copy_from_slice(&(medium as u16).to_be_bytes());
                4
            }
            long => {
                bytes[1] = 127;
                bytes[2..].copy_from_slice(&(long as u64).to_be_bytes());
                10
            }
        };
        Self { bytes, length }
    }
}

impl Deref for Head {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

/// Writes packets as frames, one behind the other.
pub(super) fn put_frames(packets: &[Packet], frames: &mut Vec<u8>) {
    for packet in packets {
        frames.extend_from_slice(&Head::of(packet));
        frames.extend_from_slice(packet.bytes());
    }
}

/// Follows the frames of one direction of a WebSocket pipe.
#[derive(Debug, Default)]
pub(super) struct FrameTracker {
    /// The current header so far, or the last one.
    header: [u8; HEADER],
    /// How much of the header there is; 0 when it is whole.
    header_filled: usize,
    /// The length of the current payload.
    payload: u64,
    /// How much of it is still to come.
    left: u64,
    /// The first byte of the payload.
    first: u8,
    /// Whether the last data frame was not the final one of its message.
    fragmented: bool,
}

/// A frame that has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PassedFrame {
    /// Whether it is a text frame, or the first part of one.
    pub(super) is_text: bool,
    /// The first byte of its payload as it was, masked or not; 0 where there is none.
    pub(super) first: u8,
    /// The length of its payload.
    pub(super) payload: u64,
}

impl PassedFrame {
    /// Returns whether it carries a message of Engine.IO: what is sent to a client, whatever it says. A pong may hold anything.
    pub(super) fn is_message(&self) -> bool {
        self.is_text && is_message(self.first)
    }

    /// Returns whether it is a ping of Engine.IO.
    pub(super) fn is_ping(&self) -> bool {
        self.is_text && self.payload == 1 && self.first == b'2'
    }
}

impl FrameTracker {
    /// Returns whether a message may begin here.
    pub(super) fn is_between_messages(&self) -> bool {
        self.header_filled == 0 && self.left == 0 && !self.fragmented
    }

    /// Returns how many bytes can be read without passing the end of the current frame; at least 1.
    pub(super) fn until_boundary(&self) -> usize {
        if self.left > 0 {
            return usize::try_from(self.left).unwrap_or(usize::MAX);
        }
        self.header_length().saturating_sub(self.header_filled).max(1)
    }

    /// Takes note of bytes, and tells which frames end in them.
    pub(super) fn advance(&mut self, mut bytes: &[u8], mut passed: impl FnMut(PassedFrame)) {
        while let Some(first) = bytes.first() {
            if self.left > 0 {
                bytes = self.skip_payload(bytes);
            } else {
                self.header[self.header_filled] = *first;
                self.header_filled += 1;
                bytes = &bytes[1..];
                if self.header_filled < self.header_length() {
                    continue;
                }
                self.begin_payload();
            }
            if self.left == 0 {
                let is_text = self.header[0] & 0x0f == 1;
                passed(PassedFrame { is_text, first: self.first, payload: self.payload });
            }
        }
    }

    /// Passes over what belongs to the payload, and returns what is behind it.
    fn skip_payload<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let count = bytes.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if self.left == self.payload {
            self.first = bytes[0];
        }
        self.left -= count as u64;
        &bytes[count..]
    }

    fn header_length(&self) -> usize {
        if self.header_filled < 2 {
            return 2;
        }
        let extended = match self.header[1] & 0x7f {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        2 + extended + if self.header[1] & 0x80 == 0 { 0 } else { 4 }
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
        self.left = self.payload;
        self.first = 0;
        self.header_filled = 0;
    }
}

/// Looks for the empty line at the end of an HTTP head.
#[derive(Debug, Default)]
pub(super) struct HeadEnd {
    /// How many bytes of `\r\n\r\n` have just passed.
    matched: usize,
}

impl HeadEnd {
    const END: &'static [u8] = b"\r\n\r\n";

    /// One that was found.
    pub(super) fn passed() -> Self {
        Self { matched: Self::END.len() }
    }

    /// Returns whether it was found.
    pub(super) fn is_passed(&self) -> bool {
        self.matched == Self::END.len()
    }

    /// Returns what of `bytes` is behind the head.
    pub(super) fn skip<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let mut rest = bytes;
        while let Some((byte, behind)) = rest.split_first().filter(|_| !self.is_passed()) {
            self.matched = match *byte {
                byte if byte == Self::END[self.matched] => self.matched + 1,
                b'\r' => 1,
                _ => 0,
            };
            rest = behind;
        }
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_says_how_long_the_text_is() {
        /// What stands around the text of the answer.
        const AROUND: usize = "430[\"\"]".len();
        for (length, head) in [
            (AROUND, &[0x81, AROUND as u8][..]),
            (125, &[0x81, 125]),
            (126, &[0x81, 126, 0, 126]),
            (65_535, &[0x81, 126, 0xff, 0xff]),
            (65_536, &[0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let answer = serde_json::value::to_raw_value(&"x".repeat(length - AROUND)).expect("JSON");
            let packet = Packet::acknowledgement(0, &answer);
            let mut frame = Vec::new();
            put_frames(std::slice::from_ref(&packet), &mut frame);
            assert_eq!(&frame[..head.len()], head, "of {length} bytes");
            assert_eq!(&frame[head.len()..], packet.bytes());
        }
    }

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
            tracker.advance(&bytes[at..at + take], |_| ());
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
        let (mut whole, mut payloads) = (FrameTracker::default(), Vec::new());
        whole.advance(&bytes, |frame| payloads.push(frame.payload));
        assert!(whole.is_between_messages());
        assert_eq!(payloads, [0, 5, 126, 70_000, 3, 2, 3, 3, 1]);
    }

    #[test]
    fn the_first_byte_of_a_payload_is_told_however_it_is_cut() {
        let frames = [&b"\x81\x0242"[..], b"\x81\x00", b"\x81\x012", b"\x81\x0443[]"].concat();
        for piece in [1, 2, 3, 100] {
            let (mut tracker, mut firsts) = (FrameTracker::default(), Vec::new());
            for bytes in frames.chunks(piece) {
                tracker.advance(bytes, |frame| firsts.push(frame.first));
            }
            assert_eq!(firsts, [b'4', 0, b'2', b'4'], "in pieces of {piece}");
        }
    }
}
