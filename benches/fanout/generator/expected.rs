//! What a frame must look like.

use std::io;

use harness::unexpected;
use serde_json::Value;

use crate::control::Load;
use harness::protocol::{self, NUMBER_DIGITS, NUMBER_KEY, POSITION, Route};

/// Reads the number out of frames, and notices those that are not what was asked for.
#[derive(Debug)]
pub(super) struct Expected {
    route: Route,
    pad: String,
    /// The length of every packet.
    length: usize,
    /// Where the number stood in the last packet: it stands there in the next one.
    at: usize,
    /// Whether the next packet of a member is compared field by field.
    check: Vec<bool>,
}

impl Expected {
    pub(super) fn new(load: &Load, pad: &str, members: usize) -> Self {
        let own = load.route.own(0);
        let length = protocol::event(load.route, &protocol::room(0), 0, pad, &own).len();
        Self { route: load.route, pad: pad.to_owned(), length, at: 0, check: vec![load.is_warm_up; members] }
    }

    /// Returns the number of the request that `packet` belongs to.
    ///
    /// # Errors
    ///
    /// If it is none, or one of another length or with other contents than every server must send.
    pub(super) fn number(&mut self, member: usize, room: &str, packet: &[u8]) -> io::Result<u64> {
        if packet.len() != self.length {
            return Err(unexpected(&format!("an event of {} bytes", self.length), packet));
        }
        if !packet[self.at..].starts_with(NUMBER_KEY) {
            let at = packet.windows(NUMBER_KEY.len()).position(|bytes| bytes == NUMBER_KEY);
            self.at = at.ok_or_else(|| unexpected("an event with a number", packet))?;
        }
        let digits = self.at + NUMBER_KEY.len();
        let number = packet.get(digits..digits + NUMBER_DIGITS).and_then(protocol::number);
        let number = number.ok_or_else(|| unexpected("an event with a number", packet))?;
        if std::mem::take(&mut self.check[member]) {
            self.compare(member, room, number, packet)?;
        }
        Ok(number)
    }

    /// Compares all fields; their order is free.
    fn compare(&self, member: usize, room: &str, number: u64, packet: &[u8]) -> io::Result<()> {
        let own = self.route.own(member);
        let expected = protocol::event(self.route, room, number, &self.pad, &own);
        let read = |text: &[u8]| serde_json::from_slice::<Value>(text.get(2..).unwrap_or_default()).ok();
        let mut got = read(packet).ok_or_else(|| unexpected("JSON", packet))?;
        let pos = got.pointer_mut("/1/pos").ok_or_else(|| unexpected("a `pos`", packet))?;
        if pos.as_str().is_some_and(|pos| pos.len() == POSITION.len()) {
            *pos = POSITION.into();
        }
        let is_right = read(expected.as_bytes()).is_some_and(|expected| expected == got);
        if is_right { Ok(()) } else { Err(unexpected(&expected, packet)) }
    }
}
