//! WebSocket frames, as far as both ends of a benchmark need them (RFC 6455 §5.2).
//!
//! A client masks what it sends; this one masks with zeros, which changes nothing.

use std::ops::Range;

/// The last frame of its message, and text.
const FINAL_TEXT: u8 = 0x81;
/// The last frame of its message, and bytes.
const FINAL_BINARY: u8 = 0x82;
/// The last frame of its connection.
const FINAL_CLOSE: u8 = 0x88;
/// The bit beside the length that says that a mask follows.
const MASKED: u8 = 0x80;

/// Where a frame lies in a buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Whether it is the whole of a text message.
    pub is_text: bool,
    /// Whether it is the whole of a message of bytes.
    pub is_binary: bool,
    /// Whether nothing comes after it.
    pub is_close: bool,
    /// The key of its mask, if it has one.
    pub mask: Option<[u8; 4]>,
    /// Its payload.
    pub payload: Range<usize>,
}

/// Finds the frame at the beginning of `bytes`; `None` if it is not all there.
#[must_use]
pub fn first_frame(bytes: &[u8]) -> Option<Frame> {
    let (&kind, &length) = (bytes.first()?, bytes.get(1)?);
    let (mut at, length) = match length & !MASKED {
        126 => (4, usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?))),
        127 => (10, usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)).ok()?),
        short => (2, usize::from(short)),
    };
    let mut mask = None;
    if bytes[1] & MASKED != 0 {
        mask = Some(bytes.get(at..at + 4)?.try_into().ok()?);
        at += 4;
    }
    let payload = at..at + length;
    let (is_text, is_binary, is_close) = (kind == FINAL_TEXT, kind == FINAL_BINARY, kind == FINAL_CLOSE);
    (payload.end <= bytes.len()).then_some(Frame { is_text, is_binary, is_close, mask, payload })
}

/// Appends a text message as a client sends it.
pub fn put_masked(to: &mut Vec<u8>, text: &[u8]) {
    put_head(to, FINAL_TEXT, text.len(), MASKED);
    to.extend_from_slice(&[0; 4]);
    to.extend_from_slice(text);
}

/// Appends a message of bytes as a client sends it.
pub fn put_masked_binary(to: &mut Vec<u8>, bytes: &[u8]) {
    put_head(to, FINAL_BINARY, bytes.len(), MASKED);
    to.extend_from_slice(&[0; 4]);
    to.extend_from_slice(bytes);
}

/// Appends the last frame of a connection as a client sends it: it goes as one who closes a page does (1001).
pub fn put_masked_close(to: &mut Vec<u8>) {
    to.extend_from_slice(&[FINAL_CLOSE, MASKED | 2, 0, 0, 0, 0]);
    to.extend_from_slice(&1001_u16.to_be_bytes());
}

/// Appends the head of a text message of so many bytes, as a server sends it.
pub fn put_head_of(to: &mut Vec<u8>, length: usize) {
    put_head(to, FINAL_TEXT, length, 0);
}

fn put_head(to: &mut Vec<u8>, kind: u8, length: usize, masked: u8) {
    to.push(kind);
    match length {
        0..126 => to.push(masked | length as u8),
        126..65_536 => {
            to.push(masked | 126);
            to.extend_from_slice(&(length as u16).to_be_bytes());
        }
        _ => {
            to.push(masked | 127);
            to.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
}
