//! Where no file can be handed from one process to another: each server is the first, and the last.

use std::convert::Infallible;

use crate::config::Config;
use crate::dispatch::Estate;
use crate::route::App;
use crate::server::running::Running;
use crate::transport::{ClosedDoors, PipeListener};

/// Why a server could not take over from the one that runs: there is none to take over from.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TakeoverError(Infallible);

/// The server that runs.
#[derive(Debug)]
pub(super) struct Predecessor(Infallible);

/// What it hands over.
#[derive(Debug)]
pub(super) struct Handed {
    pub(super) estate: Box<Estate>,
    pub(super) connections: Connections,
}

/// Its connections.
#[derive(Debug)]
pub(super) struct Connections(Infallible);

impl Connections {
    pub(super) async fn bring_back<A: App>(self, _: &mut ClosedDoors<A>) -> (usize, usize) {
        match self.0 {}
    }
}

impl Predecessor {
    pub(super) async fn find(_: &Config) -> Result<Option<(Self, PipeListener)>, TakeoverError> {
        Ok(None)
    }

    pub(super) async fn ready(&mut self) -> Result<Option<Handed>, TakeoverError> {
        match self.0 {}
    }

    pub(super) async fn taken(self) -> Result<(), TakeoverError> {
        match self.0 {}
    }
}

impl<A: App> Running<A> {
    pub(super) async fn unless_handed_over(self, stopped: impl Future<Output = ()>) -> Option<Self> {
        stopped.await;
        Some(self)
    }
}
