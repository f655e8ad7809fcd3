//! An app with nothing in it, for the tests of the layers above.

use crate::route::App;
use crate::schema::Empty;

pub(crate) struct TestApp;

impl App for TestApp {
    type Session = Empty;
    type Public = Empty;

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
