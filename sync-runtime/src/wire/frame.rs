//! What a member gets: one JSON object for one event.

use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::error::SyncError;
use crate::wire::packet::{Packet, Topic};

/// What stands before the JSON object of a frame, and behind it.
const AROUND: (&str, &str) = ("42[\"sync\",", "]");
/// How long everything is that stands before the value of `clientOutput`, without the values that differ.
const NAMES: usize =
    r#"42["sync",{"cb":"","room":"","pos":"","status":"success","serverOutput":,"clientOutput":"#.len();
/// What stands behind `clientOutput` in the frame of a success; it ends with what stands behind the JSON object.
const BEHIND_OWN: &[u8] = b"}]";

/// The part of an event that all members share: everything but `clientOutput`.
///
/// `serverOutput` is encoded before an envelope is made and is copied into each distinct frame as it is.
/// Source: `tests/wire/sync_event_success.json` and `tests/wire/sync_event_error.json`.
#[derive(Debug)]
pub struct Envelope {
    /// The frame of a success up to the value of `clientOutput`.
    before_own: Vec<u8>,
    cb: &'static str,
    room: Box<str>,
    pos: String,
    topic: Option<Arc<Topic>>,
}

impl Envelope {
    /// Writes what is the same for all members.
    ///
    /// `cb` is `<page>/<name>/<version>`, resolved by the server; `pos` the event's place in the order of the room. Packets of a
    /// `volatile` route replace older ones of the same route and room.
    #[must_use]
    pub fn new(cb: &'static str, room: &str, pos: String, server_output: &RawValue, volatile: bool) -> Self {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Success<'a> {
            cb: &'a str,
            room: &'a str,
            pos: &'a str,
            status: &'static str,
            server_output: &'a RawValue,
        }
        let success = Success { cb, room, pos: &pos, status: "success", server_output };
        let parts = [cb, room, &pos, server_output.get()].map(str::len);
        // As much as it takes: it is kept as long as the event.
        let mut before_own = Vec::with_capacity(NAMES + parts.into_iter().sum::<usize>());
        before_own.extend_from_slice(AROUND.0.as_bytes());
        serde_json::to_writer(&mut before_own, &success).expect("frames always have a JSON form");
        before_own.pop();
        before_own.extend_from_slice(b",\"clientOutput\":");
        before_own.shrink_to_fit();
        let topic = volatile.then(|| Arc::new(Topic { cb, room: room.into() }));
        Self { before_own, cb, room: room.into(), pos, topic }
    }

    /// Returns what the packets are about, if the route is volatile.
    #[must_use]
    pub fn topic(&self) -> Option<&Arc<Topic>> {
        self.topic.as_ref()
    }

    /// Returns how many bytes of memory it takes besides itself, about.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.before_own.capacity() + self.room.len() + self.pos.len()
    }

    /// Writes the frame of a member that gets `own`, a JSON text; an empty one stands for `{}`.
    #[must_use]
    pub fn success(&self, own: &[u8]) -> Packet {
        Packet::new(&[&self.before_own, or_object(own), BEHIND_OWN], self.topic.clone())
    }

    /// Returns whether `packet`, which must be of this envelope, is that of a success.
    #[must_use]
    pub fn is_success(&self, packet: &Packet) -> bool {
        packet.bytes().starts_with(&self.before_own)
    }

    /// Returns whether `packet`, which must be of this envelope's [`success`](Envelope::success), is the one for `own`.
    #[must_use]
    pub fn is_success_of(&self, packet: &Packet, own: &[u8]) -> bool {
        let (text, own) = (packet.bytes(), or_object(own));
        // The lengths first: that is enough to tell most outputs apart.
        text.len() == self.before_own.len() + own.len() + BEHIND_OWN.len()
            && text[self.before_own.len()..].starts_with(own)
    }

    /// Returns what a packet of this envelope's [`success`](Envelope::success) has as `clientOutput`; `None` for that of an error.
    #[must_use]
    pub fn own_of<'p>(&self, packet: &'p Packet) -> Option<&'p [u8]> {
        packet.bytes().strip_prefix(&*self.before_own)?.strip_suffix(BEHIND_OWN)
    }

    /// Writes the error that a packet of the envelope `other` tells as one of this route.
    #[must_use]
    pub fn error_of(&self, other: &Self, packet: &Packet) -> Packet {
        let begins = |cb: &str| format!("{}{{\"cb\":{}", AROUND.0, serde_json::Value::from(cb)).into_bytes();
        let rest = packet.bytes().strip_prefix(&*begins(other.cb)).expect("a packet of that envelope");
        Packet::new(&[&begins(self.cb), rest], self.topic.clone())
    }

    /// Writes the frame of a member whose filter returned an error; `message` is the sentence for it.
    #[must_use]
    pub fn error(&self, error: &SyncError, message: &str) -> Packet {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Failure<'a> {
            cb: &'a str,
            room: &'a str,
            pos: &'a str,
            status: &'static str,
            error_code: &'a str,
            error_params: &'a std::collections::BTreeMap<std::borrow::Cow<'static, str>, serde_json::Value>,
            message: &'a str,
        }
        let Self { cb, room, pos, .. } = self;
        let (error_code, error_params) = (error.code(), error.params());
        let failure = Failure { cb, room, pos, status: "error", error_code, error_params, message };
        let json = serde_json::to_vec(&failure).expect("frames always have a JSON form");
        Packet::new(&[AROUND.0.as_bytes(), &json, AROUND.1.as_bytes()], self.topic.clone())
    }
}

fn or_object(own: &[u8]) -> &[u8] {
    if own.is_empty() { b"{}" } else { own }
}

/// Returns the JSON object of a frame; `None` for packets that are none.
#[cfg(test)]
pub(crate) fn frame_json(packet: &Packet) -> Option<&str> {
    packet.text().strip_prefix(AROUND.0)?.strip_suffix(AROUND.1)
}
