//! An app with nothing in it, for the tests of the layers above.

use std::any::{Any, TypeId};
use std::future::ready;

use crate::error::SyncError;
use crate::route::{App, BoxFuture, People, Present, States};
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

/// Nobody is anywhere, and no room has a value.
pub(crate) struct Nobody;

impl<A: App> States<A> for Nobody {
    fn read<'a>(
        &'a self,
        _: TypeId,
        _: &'a str,
        _: Box<dyn FnOnce(&dyn Any) + Send + 'a>,
    ) -> BoxFuture<'a, Result<(), SyncError>> {
        Box::pin(ready(Err(SyncError::new("room-invalid"))))
    }

    fn change<'a>(
        &'a self,
        _: TypeId,
        _: &'a str,
        _: Box<dyn FnMut(&mut dyn Any) -> Result<(), SyncError> + Send + 'a>,
    ) -> BoxFuture<'a, Result<u64, SyncError>> {
        Box::pin(ready(Err(SyncError::new("room-invalid"))))
    }
}

impl<A: App> People<A> for Nobody {
    fn people(&self, _: &str) -> Vec<Present<A>> {
        Vec::new()
    }
}
