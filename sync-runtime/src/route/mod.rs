//! What an app consists of: its types, its handlers, and the table that generated code fills.
//!
//! A *route* is one version of one name; its *handler* runs once for a call, its *filter* once for each member of the room, or
//! once for each *group* of members that it cannot tell apart. The *lane* of a route says what its handler is for; what follows from a
//! run for others than the caller is a value, the *effect*.
//! Attributes implement [`ServerHandler`], [`ClientHandler`], [`SharedState`] and [`RoomRule`]; the generator combines them into a [`Table`];
//! `dispatch` sees only the erased [`Route`]. This module runs nothing and knows neither rooms nor doors.

mod app;
mod auth;
mod bridge;
mod context;
mod event;
mod expect;
mod handler;
mod mutation;
mod pattern;
mod published;
mod replica;
mod request;
mod run;
mod scope;
mod sql;
mod state;
mod stream;
mod table;
#[cfg(test)]
mod test_app;

pub use app::{App, Presence, Present};
pub use auth::{Auth, Denied};
pub(crate) use bridge::told;
pub use bridge::{Bridged, Newest, OlderForm, Untellable};
pub use context::{CallerView, Ctx, LateFacts, Member, MemberView, People, RoomCtx};
pub use event::{ClientOnly, Event, Paired, ServerOnly};
pub use expect::{GroupKey, IntoGroup, OfServer, RoomParameter, answered, group_of};
pub use handler::{
    BoxFuture, ClientHandler, FilterKind, Filtered, IntoVerdict, Keep, Method, RoomKind, RoomRule, RouteOptions,
    ServerHandler, Verdict,
};
pub use mutation::{Mutate, MutationHandler, MutationOnly, Rows, Tx, upgraded};
pub(crate) use pattern::longest;
pub use pattern::{Pattern, Segment};
pub use published::{AnyRoom, EventRoute, Everyone, RequestRoute, RoomOf};
pub use replica::{
    Column, EntityKey, NoRow, Replica, ReplicaHandler, ReplicaOf, Scope, TableEntity, TableName, scopes_of,
};
pub use request::RequestOnly;
pub use scope::{Access, Entity, EntityOf, EntityType, ScopePage, ScopeRule};
pub use sql::{Sql, SqlAnswer, SqlError, SqlValue};
pub use state::{
    Act, CellPlace, ChangeValue, GroupChange, NoOlder, OlderState, ReadValue, SaidOfState, Save, SharedState, Shown,
    State, StateCell, StateChange, StateKey, StateOf, StateParts, StateRoute, StateValue, States, StoreKind, Stored,
    StoredValue, Update,
};
pub(crate) use stream::NoStreams;
pub use stream::{ChunkType, ClientChunk, NoStream, Sent, ServerChunk, StreamTo, Streams};
pub use table::{Done, Effect, Route, RouteId, Routes, Table, TypedCall, day};
#[cfg(test)]
pub(crate) use test_app::{Nobody, TestApp};
