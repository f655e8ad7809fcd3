//! The texts that go over the wire, the same for every server.
//!
//! A *number* counts the requests of one room from 0. It travels as `amount`, comes back as `newValue`, and is how the generator knows
//! which request a frame belongs to. Everything has a fixed length, so that every server puts frames of the same length on the wire.

use std::io;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::unexpected;

/// `amount` of the request with number 0: all amounts have nine digits.
const FIRST_AMOUNT: u64 = 100_000_000;

/// What stands before the number in a frame.
pub const NUMBER_KEY: &[u8] = b"\"newValue\":";

/// How many digits the number in a frame has.
pub const NUMBER_DIGITS: usize = 9;

/// A place in the order of a room, as long as ours.
pub const POSITION: &str = "AAAAAAAAAAAAAAAAAAAAAA";

/// What answers [`crate::WEBSOCKET_KEY`].
pub const WEBSOCKET_ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// What is asked of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Route {
    /// All members get the same and no filter is asked.
    Plain,
    /// A filter is asked for each member, and all that pass get the same.
    Equal,
    /// A filter is asked for each member, and no two members get the same.
    Named,
    /// A filter is asked for each of four groups, and each group gets something else.
    Group,
}

impl Route {
    /// Returns `<page>/<name>`, equally long for all routes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "bench/plain",
            Self::Equal => "bench/equal",
            Self::Named => "bench/named",
            Self::Group => "bench/group",
        }
    }

    /// Returns the `clientOutput` of a member.
    pub fn own(self, member: usize) -> String {
        match self {
            Self::Plain | Self::Equal => "{}".to_owned(),
            Self::Named => format!("{{\"userId\":\"{}\"}}", user(member)),
            Self::Group => format!("{{\"userId\":\"team-{:05}\"}}", member % 4),
        }
    }
}

/// Returns the name of a room.
pub fn room(number: usize) -> String {
    format!("bench-{number:04}")
}

/// Returns the id of the user that a member is.
pub fn user(member: usize) -> String {
    format!("user-{member:05}")
}

/// Returns which members are in a room.
pub fn members_of(room: usize, members: usize, rooms: usize) -> Range<usize> {
    let size = members / rooms;
    room * size..(room + 1) * size
}

/// Returns a text of so many bytes.
pub fn pad(bytes: usize) -> String {
    "the quick brown fox jumps over the lazy dog ".chars().cycle().take(bytes).collect()
}

/// Writes the packet of a request; its acknowledgement is asked for under the request's number.
pub fn request(route: Route, room: &str, number: u64, pad: &str) -> String {
    let (name, amount) = (route.name(), FIRST_AMOUNT + number);
    format!(
        r#"42{number}["sync",{{"name":"{name}","version":"v1","data":{{"amount":{amount},"pad":"{pad}"}},"receiver":"{room}"}}]"#
    )
}

/// Reads the number of the request out of the digits behind [`NUMBER_KEY`].
pub fn number(digits: &[u8]) -> Option<u64> {
    let digits = std::str::from_utf8(digits).ok()?;
    digits.parse::<u64>().ok()?.checked_sub(FIRST_AMOUNT + 1)
}

/// Writes the packet that a member gets.
pub fn event(route: Route, room: &str, number: u64, pad: &str, own: &str) -> String {
    let (name, value) = (route.name(), FIRST_AMOUNT + number + 1);
    format!(
        r#"42["sync",{{"cb":"{name}/v1","room":"{room}","pos":"{POSITION}","status":"success","serverOutput":{{"newValue":{value},"pad":"{pad}"}},"clientOutput":{own}}}]"#
    )
}

/// Looks whether something that was asked for was done.
///
/// # Errors
///
/// If it was not.
pub fn check_success(answer: &[u8]) -> io::Result<()> {
    const SUCCESS: &[u8] = br#""status":"success""#;
    let is_done = answer.windows(SUCCESS.len()).any(|bytes| bytes == SUCCESS);
    if is_done { Ok(()) } else { Err(unexpected("an acknowledgement of success", answer)) }
}
