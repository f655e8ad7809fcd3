//! Calls and events, as they are on the wire.

use std::io;

use harness::unexpected;
use serde::Deserialize;

/// An event as a member gets it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event<'a> {
    room: &'a str,
    pub(super) pos: &'a str,
    status: &'a str,
    server_output: Output,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    new_value: u64,
}

impl<'a> Event<'a> {
    /// Reads the packet of an event of this room.
    pub(super) fn read(packet: &'a [u8], room: &str) -> io::Result<Self> {
        let wrong = || unexpected(&format!("an event of `{room}`"), packet);
        let json = packet.strip_prefix(b"42").ok_or_else(wrong)?;
        let (name, event) = serde_json::from_slice::<(&str, Self)>(json).map_err(|_| wrong())?;
        let is_right = name == "sync" && event.room == room && event.status == "success";
        if is_right { Ok(event) } else { Err(wrong()) }
    }

    /// Returns its number; the route has added 1.
    pub(super) fn number(&self) -> u64 {
        self.server_output.new_value - 1
    }
}

/// Writes the packet of the call that causes the event of this number; its answer has the same number.
pub(super) fn call(room: &str, number: u64) -> String {
    format!(
        r#"42{number}["sync",{{"name":"bench/plain","version":"v1","data":{{"amount":{number},"pad":"what is said every second"}},"receiver":"{room}"}}]"#
    )
}

/// Checks that a packet is the answer of success to a call.
pub(super) fn check_answer(packet: &[u8]) -> io::Result<()> {
    const SUCCESS: &[u8] = br#"[{"status":"success""#;
    if packet.windows(SUCCESS.len()).any(|bytes| bytes == SUCCESS) {
        return Ok(());
    }
    Err(unexpected("an answer of success", packet))
}
