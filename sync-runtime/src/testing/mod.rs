//! Tests of an app, under plain `cargo test`: the feature `testing`, for `[dev-dependencies]`.
//!
//! [`TestBuilder`] starts the app, in the test's own process or over real sockets; a [`TestApp`] is the app with everybody who is there, a
//! [`Tab`] somebody at a screen. [`contract`] has the tests that are generated for every route, with no code by the user. A *recording* is
//! what has happened in a test, as a file that [`replay`] runs again.
//!
//! What an app sees of this is in `docs/testing.md`.
//!
//! ```
//! # use sync::wire;
//! # #[sync::session] pub struct Session { pub user_id: String }
//! # #[wire] pub struct Person {}
//! # pub struct Chess;
//! # impl sync::App for Chess {
//! #     type Session = Session;
//! #     type Public = Person;
//! #     type Presence = sync::Empty;
//! #     fn guest() -> Session { Session { user_id: String::new() } }
//! #     fn user_id(session: &Session) -> Option<&str> { Some(session.user_id.as_str()).filter(|id| !id.is_empty()) }
//! #     fn public(_: &Session) -> Person { Person {} }
//! #     fn locale(_: &Session) -> Option<&str> { None }
//! # }
//! # static TABLE: sync::__private::Table<Chess> = sync::__private::Table::EMPTY;
//! # mod app {
//! #     pub fn test() -> sync::testing::TestBuilder<super::Chess> {
//! #         sync::testing::TestBuilder::new(sync::Server::new(async |_config| Ok(super::Chess)), &super::TABLE)
//! #     }
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let app = app::test().start().await;
//! let ada = app.log_in(Session { user_id: "ada".to_owned() }).await;
//! let refused = ada.join("chess-7").await.expect_err("no rule opens this room");
//! assert_eq!((refused.code.as_str(), refused.status), ("room-forbidden", 403));
//! # }
//! ```
//!
//! This module is the top of the house: it uses everything below, and nothing uses it.

mod app;
mod builder;
mod call;
pub mod contract;
mod frame;
mod inputs;
mod line;
mod people;
mod recording;
mod rules;
mod tab;
pub mod values;

pub use app::TestApp;
pub use builder::TestBuilder;
pub use call::{Call, HttpReply, Refusal, Reply};
pub use frame::{Frame, Heard};
pub use recording::{Recording, replay};
pub use tab::{Pending, Tab};
