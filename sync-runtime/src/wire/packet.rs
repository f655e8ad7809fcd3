//! One finished message to a client, as Socket.IO writes it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::value::RawValue;

use crate::wire::event;

/// The text of a Socket.IO packet, with the types of Engine.IO and Socket.IO before it. Clones share one buffer.
///
/// Each thing that there is to say has a function that makes the packet of it; what stands around the text on its way, such as the head
/// of a WebSocket frame, is the business of whoever sends it.
///
/// # Examples
///
/// ```
/// # use sync::__private::Packet;
/// let answer: Box<serde_json::value::RawValue> = serde_json::value::to_raw_value(&true)?;
/// let packet = Packet::acknowledgement(7, &answer);
/// assert_eq!(packet.text(), "437[true]");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Packet {
    text: Bytes,
    topic: Option<Arc<Topic>>,
    /// Those that go out with it, right behind it.
    others: Option<Arc<Vec<Self>>>,
}

/// What the packets of a volatile route are about: of two with equal topics that wait for one member, the newer replaces the older.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Topic {
    /// `<page>/<name>/<version>`.
    pub cb: &'static str,
    /// The room of the event.
    pub room: Box<str>,
}

impl Packet {
    /// Puts the parts of a packet's text together.
    pub(super) fn new(parts: &[&[u8]], topic: Option<Arc<Topic>>) -> Self {
        Self { text: parts.concat().into(), topic, others: None }
    }

    /// Returns the packet of a text that another server has written.
    #[must_use]
    pub fn written(text: String) -> Self {
        Self { text: text.into(), topic: None, others: None }
    }

    /// Writes the acknowledgement of the message with this number.
    #[must_use]
    pub fn acknowledgement(id: i64, answer: &RawValue) -> Self {
        Self::new(&[b"43", id.to_string().as_bytes(), b"[", answer.get().as_bytes(), b"]"], None)
    }

    /// Writes an event that is about nothing that would replace it; its payload is JSON.
    pub(super) fn event(name: &str, payload: &[u8]) -> Self {
        Self::new(&[b"42[\"", name.as_bytes(), b"\",", payload, b"]"], None)
    }

    /// Writes what a client is told before the server ends its connection: `{ reason }`.
    ///
    /// Source: `tests/wire/closing.json`.
    #[must_use]
    pub fn closing(reason: &str) -> Self {
        Self::event(event::CLOSING, serde_json::json!({ "reason": reason }).to_string().as_bytes())
    }

    /// Writes what a client is told by a server that stops: `{ reason, reconnectInMs }`, so that not all of them come back at once.
    ///
    /// Source: `tests/wire/closing_for_restart.json`.
    #[must_use]
    pub fn stopping(reconnect_in: Duration) -> Self {
        let payload =
            serde_json::json!({ "reason": "server-stopping", "reconnectInMs": reconnect_in.as_millis() as u64 });
        Self::event(event::CLOSING, payload.to_string().as_bytes())
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

    /// Returns the packet as text, beginning with the packet types of Engine.IO and Socket.IO: `42["sync",{…}]`.
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.text).expect("packets are made of JSON")
    }

    /// Returns the bytes of the text.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.text
    }

    /// Returns what the packet is about, if it is of a volatile route.
    #[must_use]
    pub fn topic(&self) -> Option<&Arc<Topic>> {
        self.topic.as_ref()
    }

    /// Moves the packet out; what is left is no packet, and must not be read.
    pub(crate) fn take(&mut self) -> Self {
        Self { text: std::mem::take(&mut self.text), topic: self.topic.take(), others: self.others.take() }
    }

    /// Sends others with it, right behind it.
    #[must_use]
    pub(crate) fn with(self, others: Vec<Self>) -> Self {
        Self { others: if others.is_empty() { None } else { Some(Arc::new(others)) }, ..self }
    }

    /// Returns how many bytes it has, with those that go out with it.
    pub(crate) fn size(&self) -> usize {
        self.text.len()
            + self.others.iter().flat_map(|others| others.iter()).map(|other| other.text.len()).sum::<usize>()
    }

    /// Returns whether others go out with it.
    pub(crate) fn has_others(&self) -> bool {
        self.others.is_some()
    }

    /// Returns it, and then those that go out with it.
    pub(crate) fn apart(mut self) -> Vec<Self> {
        let others = self.others.take();
        std::iter::once(self).chain(others.iter().flat_map(|others| others.iter().cloned())).collect()
    }

    /// Returns whether both are the same buffer.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        std::ptr::eq(self.text.as_ptr(), other.text.as_ptr())
    }
}
