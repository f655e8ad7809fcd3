//! What one client does, which follows from its number.

use std::net::Ipv4Addr;

use crate::clients::{address, chance};

/// How one goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// Before the WebSocket is there.
    BeforeUpgrade,
    /// On a WebSocket, before Socket.IO's CONNECT.
    BeforeConnect,
    /// Leaves the room, and closes.
    Leave,
    /// Closes, as a page does.
    Close,
    /// Says Socket.IO's DISCONNECT, and closes.
    Disconnect,
    /// Is there no more: TCP says RST.
    Reset,
    /// TCP is closed, without a word of WebSocket.
    Vanish,
}

/// Of sixteen clients, so many go in each way.
const ENDINGS: [(Ending, usize); 7] = [
    (Ending::BeforeUpgrade, 1),
    (Ending::BeforeConnect, 1),
    (Ending::Leave, 5),
    (Ending::Close, 3),
    (Ending::Disconnect, 1),
    (Ending::Reset, 3),
    (Ending::Vanish, 2),
];

/// Which kinds of rooms there are: with a history, with a list of people, with neither.
const KINDS: [&str; 3] = ["bench", "people", "brief"];
/// How many rooms are in use at once, and after how many clients others are.
const ROOMS: u64 = 24;
const GENERATION: u64 = 2048;

/// What one client does.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) number: u64,
    pub(super) from: Ipv4Addr,
    /// Whether it has a session; the others are guests.
    pub(super) is_user: bool,
    /// What its page is called, if it says so.
    pub(super) tab: Option<String>,
    pub(super) room: String,
    /// Whether it asks who is in the room.
    pub(super) asks_who: bool,
    /// Whether it says something that all members hear; guests may not.
    pub(super) calls: bool,
    pub(super) ending: Ending,
}

impl Plan {
    pub(super) fn of(number: u64) -> Self {
        let chance = chance(number);
        let is_user = chance & 1 == 0;
        let room = number % ROOMS;
        let kind = KINDS[(room % 3) as usize];
        Self {
            number,
            from: address(number),
            is_user,
            tab: (chance & 2 == 0).then(|| format!("{:032x}", u128::from(chance) << 64 | u128::from(number))),
            room: format!("{kind}-{}-{room}", number / GENERATION),
            asks_who: kind == "people" && chance & 4 == 0,
            calls: is_user && chance & 0b1_1000 == 0,
            ending: ending((chance >> 6) as usize % 16),
        }
    }
}

fn ending(mut place: usize) -> Ending {
    for (ending, count) in ENDINGS {
        if place < count {
            return ending;
        }
        place -= count;
    }
    Ending::Close
}
