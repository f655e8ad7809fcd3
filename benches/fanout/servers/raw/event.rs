//! A request, and the frames that come of it.

use std::borrow::Cow;

use harness::frames::put_head_of;
use serde::{Deserialize, Serialize};

use harness::protocol::{POSITION, Route};

/// What a `sync` packet asks for.
#[derive(Deserialize)]
pub(super) struct Call<'a> {
    name: &'a str,
    version: &'a str,
    #[serde(borrow)]
    data: Input<'a>,
    receiver: &'a str,
}

#[derive(Deserialize)]
struct Input<'a> {
    amount: i32,
    #[serde(borrow)]
    pad: Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Output<'a> {
    new_value: i32,
    pad: &'a str,
}

/// What the members of a room get.
pub(super) struct Event {
    pub(super) room: String,
    /// Whether each member's output holds its user.
    pub(super) is_named: bool,
    /// The packet up to the value of `clientOutput`.
    before_own: Vec<u8>,
}

impl Call<'_> {
    /// Runs the handler: returns the packet that answers the caller, and the event.
    pub(super) fn handle(&self, number: &str) -> serde_json::Result<(String, Event)> {
        let output = Output { new_value: self.data.amount + 1, pad: &self.data.pad };
        let output = serde_json::to_string(&output)?;
        let answer = format!(r#"43{number}[{{"status":"success","result":{output}}}]"#);
        let (name, version, room) = (self.name, self.version, self.receiver);
        let before_own = format!(
            r#"42["sync",{{"cb":"{name}/{version}","room":"{room}","pos":"{POSITION}","status":"success","serverOutput":{output},"clientOutput":"#
        );
        let is_named = name == Route::Named.name();
        Ok((answer, Event { room: room.to_owned(), is_named, before_own: before_own.into_bytes() }))
    }
}

impl Event {
    /// Appends the frame of one member.
    pub(super) fn put(&self, to: &mut Vec<u8>, user: Option<&str>) {
        const BEFORE: &[u8] = b"{\"userId\":\"";
        const BEHIND: &[u8] = b"\"}}]";
        match user.filter(|_| self.is_named) {
            Some(user) => {
                put_head_of(to, self.before_own.len() + BEFORE.len() + user.len() + BEHIND.len());
                for part in [&self.before_own, BEFORE, user.as_bytes(), BEHIND] {
                    to.extend_from_slice(part);
                }
            }
            None => {
                put_head_of(to, self.before_own.len() + b"{}}]".len());
                to.extend_from_slice(&self.before_own);
                to.extend_from_slice(b"{}}]");
            }
        }
    }
}

/// Puts a packet into a frame.
pub(super) fn message(packet: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(packet.len() + 10);
    put_head_of(&mut frame, packet.len());
    frame.extend_from_slice(packet);
    frame
}
