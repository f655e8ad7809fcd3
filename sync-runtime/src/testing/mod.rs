//! Tests of an app, under plain `cargo test`: the feature `testing`, for `[dev-dependencies]`.
//!
//! [`TestBuilder`] starts the app, in the test's own process or over real sockets; a [`TestApp`] is the app with everybody who is there, a
//! [`Tab`] somebody at a screen. [`contract`] has the tests that are generated for every route, with no code by the user. A *recording* is
//! what has happened in a test, as a file that [`replay`] runs again.
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
