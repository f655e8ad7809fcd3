//! One finished message to a client, as it stands on a WebSocket.

use std::sync::Arc;

use bytes::{BufMut, Bytes};
use serde_json::value::RawValue;

use crate::wire::event;

/// A Socket.IO packet inside a final, unmasked WebSocket text frame. Clones share one buffer.
///
/// A frame is made of a head of 2, 4 or 10 bytes and the packet's text (RFC 6455 §5.2); a door that is no WebSocket takes
/// the [text](Packet::text).
///
/// # Examples
///
/// ```
/// # use sync::__private::Packet;
/// let answer: Box<serde_json::value::RawValue> = serde_json::value::to_raw_value(&true)?;
/// let packet = Packet::acknowledgement(7, &answer);
/// assert_eq!(packet.text(), "437[true]");
/// assert_eq!(&packet.websocket()[..], b"\x81\x09437[true]");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Packet {
    frame: Bytes,
    topic: Option<Arc<Topic>>,
}

/// What the packets of a volatile route are about: of two with equal topics that wait for one member, the newer replaces the older.
#[derive(Debug, PartialEq, Eq)]
pub struct Topic {
    /// `<page>/<name>/<version>`.
    pub cb: &'static str,
    /// The room of the event.
    pub room: Box<str>,
}

impl Packet {
    /// Puts the parts of a packet's text together.
    pub(super) fn new(parts: &[&[u8]], topic: Option<Arc<Topic>>) -> Self {
        let length = parts.iter().map(|part| part.len()).sum();
        let mut frame = Vec::with_capacity(head_length(length) + length);
        put_head(&mut frame, length);
        parts.iter().for_each(|part| frame.extend_from_slice(part));
        Self { frame: frame.into(), topic }
    }

    /// Writes the acknowledgement of the message with this number.
    #[must_use]
    pub fn acknowledgement(id: i64, answer: &RawValue) -> Self {
        Self::new(&[b"43", id.to_string().as_bytes(), b"[", answer.get().as_bytes(), b"]"], None)
    }

    /// Writes what a client is told before the server ends its connection: `{ reason }`.
    ///
    /// Source: `tests/wire/closing.json`.
    #[must_use]
    pub fn closing(reason: &str) -> Self {
        let payload = serde_json::json!([event::CLOSING, { "reason": reason }]).to_string();
        Self::new(&[b"42", payload.as_bytes()], None)
    }

    /// Writes the answer to a CONNECT that lets the client in; `sid` is the id of its socket.
    #[must_use]
    pub fn connected(sid: &str) -> Self {
        Self::new(&[b"40", serde_json::json!({ "sid": sid }).to_string().as_bytes()], None)
    }

    /// Writes the answer to a CONNECT that is refused; a namespace of its own is named before it.
    #[must_use]
    pub fn refused(namespace: &str, message: &str) -> Self {
        let namespace = if namespace == "/" { String::new() } else { format!("{namespace},") };
        let payload = serde_json::json!({ "message": message }).to_string();
        Self::new(&[b"44", namespace.as_bytes(), payload.as_bytes()], None)
    }

    /// Writes the packet that ends a client's stay.
    #[must_use]
    pub fn disconnect() -> Self {
        Self::new(&[b"41"], None)
    }

    /// Returns the whole WebSocket frame.
    #[must_use]
    pub fn websocket(&self) -> &Bytes {
        &self.frame
    }

    /// Returns the packet as text, beginning with the packet types of Engine.IO and Socket.IO: `42["sync",{…}]`.
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(self.text_bytes()).expect("packets are made of JSON")
    }

    pub(super) fn text_bytes(&self) -> &[u8] {
        let head = match self.frame[1] {
            0..126 => 2,
            126 => 4,
            _ => 10,
        };
        &self.frame[head..]
    }

    /// Returns what the packet is about, if it is of a volatile route.
    #[must_use]
    pub fn topic(&self) -> Option<&Arc<Topic>> {
        self.topic.as_ref()
    }

    /// Moves the packet out; what is left is no packet, and must not be read.
    pub(crate) fn take(&mut self) -> Self {
        Self { frame: std::mem::take(&mut self.frame), topic: self.topic.take() }
    }

    /// Returns whether both are the same buffer.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        std::ptr::eq(self.frame.as_ptr(), other.frame.as_ptr())
    }
}

fn head_length(length: usize) -> usize {
    match length {
        0..126 => 2,
        126..65_536 => 4,
        _ => 10,
    }
}

fn put_head(frame: &mut Vec<u8>, length: usize) {
    /// The last frame of its message, and text.
    const FINAL_TEXT: u8 = 0x81;
    frame.put_u8(FINAL_TEXT);
    match head_length(length) {
        2 => frame.put_u8(length as u8),
        4 => {
            frame.put_u8(126);
            frame.put_u16(length as u16);
        }
        _ => {
            frame.put_u8(127);
            frame.put_u64(length as u64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_says_how_long_the_text_is() {
        for (length, head) in [
            (0, &[0x81, 0][..]),
            (125, &[0x81, 125]),
            (126, &[0x81, 126, 0, 126]),
            (65_535, &[0x81, 126, 0xff, 0xff]),
            (65_536, &[0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let text = "x".repeat(length);
            let packet = Packet::new(&[text.as_bytes()], None);
            assert_eq!(&packet.websocket()[..head.len()], head, "of {length} bytes");
            assert_eq!(packet.text(), text);
        }
    }
}
