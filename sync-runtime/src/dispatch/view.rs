//! What a handler, a check, a rule and a hook see of their caller.

use std::sync::Arc;

use crate::dispatch::Caller;
use crate::dispatch::parts::Parts;
use crate::route::{App, CallerView, NoStreams, People, States, Streams};
use crate::wire::Location;

/// What a view borrows from, where part of it is shared and may be replaced while a handler runs.
pub(super) struct ViewSource<'a, A: App> {
    app: &'a A,
    room: &'a str,
    session: &'a A::Session,
    locale: &'a str,
    location: Arc<Location>,
    streams: &'a dyn Streams,
    people: &'a dyn People<A>,
    states: &'a dyn States<A>,
}

/// Collects what a caller is shown as.
pub(super) fn view<'a, A: App>(
    parts: &'a Parts<A>,
    caller: &Caller<A>,
    session: &'a A::Session,
    room: &'a str,
) -> ViewSource<'a, A> {
    let location = caller.socket().map_or_else(Arc::default, |socket| socket.location());
    let locale = parts.catalog.name(caller.locale(&parts.catalog));
    let (people, states) = (&parts.presence, &parts.states);
    ViewSource { app: &parts.app, room, session, locale, location, streams: &NoStreams, people, states }
}

impl<'a, A: App> ViewSource<'a, A> {
    /// Gives what is seen a way out for chunks.
    pub(super) fn streaming(self, streams: Option<&'a dyn Streams>) -> Self {
        Self { streams: streams.unwrap_or(&NoStreams), ..self }
    }

    /// Has changes of values told together, when the handler has ended.
    pub(super) fn changing(self, states: &'a dyn States<A>) -> Self {
        Self { states, ..self }
    }

    pub(super) fn view(&self) -> CallerView<'_, A> {
        let Self { app, room, session, locale, location, streams, people, states } = self;
        CallerView { app, room, session, locale, location, streams: *streams, people: *people, states: *states }
    }
}
