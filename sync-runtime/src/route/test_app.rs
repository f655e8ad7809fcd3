//! An app with nothing in it, for the tests of the layers above.

use crate::route::{App, People, Present};
use crate::schema::Empty;

pub(crate) struct TestApp;

impl App for TestApp {
    type Session = Empty;
    type Public = Empty;
    type Presence = Empty;

    fn guest() -> Empty {
        Empty {}
    }

    fn user_id(_: &Empty) -> Option<&str> {
        None
    }

    fn public(_: &Empty) -> Empty {
        Empty {}
    }

    fn locale(_: &Empty) -> Option<&str> {
        None
    }
}

/// Nobody is anywhere.
pub(crate) struct Nobody;

impl<A: App> People<A> for Nobody {
    fn people(&self, _: &str) -> Vec<Present<A>> {
        Vec::new()
    }
}
