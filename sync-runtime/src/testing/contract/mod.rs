//! What holds of every route of every app, as tests that nobody writes.
//!
//! The generator writes a test of each kind for each route, room rule and language, in the module `contract` of the app's routes; what is
//! here is what they do. A failure says what was sent, what was answered, and what would put it right. A test that needs somebody, a room
//! or an input finds one by itself; where it cannot, it fails with what an app can add: [`App::test_sessions`], [`App::test_inputs`].
//!
//! A contract is about what the framework answers. Whether an input that it takes is refused by the app's own code is the app's business.

mod bridges;
mod delivery;
mod doors;
mod inputs;
mod limits;
mod login;
mod rooms;
mod subject;
mod words;

use crate::route::App;
use crate::schema::Lane;
use crate::testing::TestBuilder;

pub use bridges::{goes_through, reads_what_was_stored};
pub use delivery::{answers_a_repeat_once, delivers_what_it_answers};
pub use doors::{answers_alike_over_http, refuses_in_the_readers_language, refuses_other_versions};
pub use inputs::{keeps_to_its_bounds, refuses_malformed_input, refuses_too_large_input, survives_fuzzed_input};
pub use limits::is_limited;
pub use login::{needs_a_login, refuses_an_ended_session};
pub use rooms::{RoomUnderTest, keeps_to_its_pattern, keeps_to_its_rooms, lets_in_whom_it_says, needs_membership};
pub use words::{every_code_has_a_sentence, lists_what_there_is};

/// What all tests of an app share; written by the generator.
#[derive(Debug)]
pub struct Kit<A: App> {
    /// Makes the app.
    pub start: fn() -> TestBuilder<A>,
    /// The routes, and the patterns of room rules, that are open to those who have not signed in: `public` in
    /// `[package.metadata.sync]` of the app's `Cargo.toml`.
    pub public: &'static [&'static str],
    /// The routes whose handlers or filters panic on purpose: `may_panic`, likewise.
    pub may_panic: &'static [&'static str],
    /// Whether time passes as it does, since handlers wait for something outside of the process: `real_time`, likewise.
    pub real_time: bool,
    /// The error codes in the app's source, each with what its sentence may ask for: once for each use that gives something else.
    pub codes: &'static [(&'static str, &'static [&'static str])],
}

/// A route that is tested; written by the generator.
#[derive(Debug, Clone, Copy)]
pub struct RouteUnderTest {
    /// Its lane.
    pub lane: Lane,
    /// `<page>/<name>/<version>`.
    pub name: &'static str,
    /// The rule of its own page, as an index into those of the table.
    pub rule: Option<usize>,
}

impl<A: App> Kit<A> {
    /// Runs a test in a runtime of its own, whose time stands still while anything can run, unless it must be that of the machine.
    fn run(&self, test: impl Future<Output = ()>) {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().start_paused(!self.real_time);
        runtime.build().expect("a runtime").block_on(test);
    }
}

/// Writes tests, each of which is told the same.
#[doc(hidden)]
#[macro_export]
macro_rules! __contract_tests {
    ($told:tt $($test:ident)*) => {
        $(
            #[test]
            fn $test() {
                ::sync::testing::contract::$test $told;
            }
        )*
    };
}
