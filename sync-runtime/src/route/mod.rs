//! What an app consists of: its types, its handlers, and the table that generated code fills.
//!
//! A *route* is one version of one name; its *handler* runs once for a call, its *filter* once for each member of the room, or
//! once for each *group* of members that it cannot tell apart.
//! Attributes implement [`ServerHandler`], [`ClientHandler`] and [`RoomRule`]; the generator combines them into a [`Table`];
//! `dispatch` sees only the erased [`Route`]. This module runs nothing and knows neither rooms nor doors.

mod app;
mod auth;
mod context;
mod entry;
mod expect;
mod handler;
mod table;
#[cfg(test)]
mod test_app;

pub use app::App;
pub use auth::{Auth, Denied};
pub use context::{CallerView, Ctx, LateFacts, Member, MemberView, RoomCtx};
pub use entry::{ClientOnly, Paired, ServerOnly};
pub use expect::{GroupKey, IntoGroup, OfServer, RoomParameter, answered, group_of};
pub use handler::{
    BoxFuture, ClientHandler, FilterKind, Filtered, IntoVerdict, RoomRule, RouteOptions, ServerHandler, Verdict,
};
pub use table::{Call, Event, Judged, Judgement, Pattern, Route, RouteId, Segment, Table};
#[cfg(test)]
pub(crate) use test_app::TestApp;
