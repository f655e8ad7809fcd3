//! What crosses the network: envelopes, event names, positions, finished packets.
//!
//! What a caller sends is read here, what a member gets is written here, and `tests/wire` holds one example of each.
//! This module knows no routes, no sessions and no sockets.

mod answer;
mod call;
mod fields;
mod frame;
mod location;
mod log;
mod message;
mod notice;
mod packet;
mod position;
mod room_name;
mod state;

pub use answer::{
    Answered, ErrorAnswer, JoinedRoom, Known, Report, answer_listen, answer_plain, answer_rooms, answer_rooms_joined,
};
pub use call::{Call, Data, HttpCall, IgnoreSelf, SyncCall};
pub(crate) use fields::bad_request;
pub use frame::Envelope;
#[cfg(test)]
pub(crate) use frame::frame_json;
pub use location::Location;
pub use log::{
    Asker, ChangeLine, MutationCall, MutationResult, PullCall, PushCall, Refusal, ScopeStatus, ScopesCall,
    SnapshotCall, Strategy, SubscribedScope, answer_pull, answer_push, answer_scopes, answer_snapshot, answer_status,
    pulled, stored,
};
pub use message::{Message, Misread, PresenceUpdate};
pub use notice::{PresenceChange, PresenceKind, PresentPerson, Roster};
pub use packet::{Packet, Topic};
pub use position::{Position, PositionKey};
pub use room_name::RoomName;
pub use state::{StateAct, StateOpen, StatePlace, StateUpdate, answer_state};

/// The names of the Socket.IO events.
pub mod event {
    /// A call from a client, and an event to a member.
    pub const SYNC: &str = "sync";
    /// A call of the request lane.
    pub const REQUEST: &str = "request";
    /// Enters a room.
    pub const JOIN_ROOM: &str = "joinRoom";
    /// Leaves a room.
    pub const LEAVE_ROOM: &str = "leaveRoom";
    /// Asks for the rooms of this socket.
    pub const JOINED_ROOMS: &str = "joinedRooms";
    /// Tells which page the socket shows.
    pub const UPDATE_LOCATION: &str = "updateLocation";
    /// Tells whether the socket's person is away, and what they say of themselves in a room.
    pub const UPDATE_PRESENCE: &str = "updatePresence";
    /// Tells of which routes a socket hears events.
    pub const LISTEN: &str = "listen";
    /// Gives up a call; not offered yet.
    pub const SYNC_CANCEL: &str = "syncCancel";
    /// Tells a client why the server is about to end its connection.
    pub const CLOSING: &str = "closing";
    /// A chunk of a running call, to its caller.
    pub const SYNC_STREAM: &str = "syncStream";
    /// Tells what has become of the people in a room.
    pub const PRESENCE: &str = "presence";
    /// Tells a member that it has missed something.
    pub const GAP: &str = "gap";
    /// Tells a socket that it was taken out of a room.
    pub const ROOM_LOST: &str = "roomLost";
    /// Follows the value of a room.
    pub const STATE_OPEN: &str = "stateOpen";
    /// Follows it no longer.
    pub const STATE_CLOSE: &str = "stateClose";
    /// Acts on it.
    pub const STATE_ACT: &str = "stateAct";
    /// Tells a follower what has changed.
    pub const STATE: &str = "state";
    /// Asks for mutations.
    pub const PUSH: &str = "push";
    /// Reads what has changed in a scope.
    pub const PULL: &str = "pull";
    /// Reads what is so in a scope.
    pub const SNAPSHOT: &str = "snapshot";
    /// Wants to be poked about scopes.
    pub const SUBSCRIBE: &str = "subscribe";
    /// Wants to be poked no more.
    pub const UNSUBSCRIBE: &str = "unsubscribe";
    /// Asks how a client stands to scopes.
    pub const SYNC_STATUS: &str = "syncStatus";
    /// Tells that there is more of a scope.
    pub const POKE: &str = "poke";
    pub const UNSUBSCRIBED: &str = "unsubscribed";
}
