//! An answer over HTTP that comes piece by piece: server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::HeaderValue;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};

use crate::clock::sleep;
use crate::dispatch::{Answer, Chunks, Told};
use crate::route::BoxFuture;

/// How long it is waited for the first chunk, or for a refusal that has a status of its own, before the answer begins.
const SILENCE: Duration = Duration::from_secs(1);
/// How often something is sent where there is nothing to say, so that no proxy takes the connection for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// A call whose caller hears chunks; dropped, it tells the call that nobody listens any more.
pub(super) struct Streamed {
    pub(super) chunks: Chunks,
    /// The answer; `None` when there will be none, because of a bug of ours.
    pub(super) answer: BoxFuture<'static, Option<Answer>>,
}

/// What comes next.
enum Next {
    Chunk(Told),
    Answer(Option<Answer>),
}

impl Streamed {
    async fn next(&mut self) -> Next {
        match self.chunks.next().await {
            Some(chunk) => Next::Chunk(chunk),
            None => Next::Answer(self.answer.as_mut().await),
        }
    }

    /// Answers: by `stream` events and a last one, `final` with the envelope or `error` with that of a refusal. A call that is refused before
    /// it has streamed anything is answered by `refused`, as one whose caller hears no chunks.
    pub(super) async fn respond(mut self, refused: impl FnOnce(Option<Answer>) -> Response) -> Response {
        let first = tokio::select! {
            next = self.next() => Some(next),
            () = sleep(SILENCE) => None,
        };
        let events = match first {
            Some(Next::Answer(answer)) if answer.as_ref().is_none_or(|answer| answer.status != 200) => {
                return refused(answer);
            }
            first => self.events(first),
        };
        let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
        // Proxies that gather what they pass on would keep chunks back.
        response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
        response
    }

    fn events(self, first: Option<Next>) -> impl Stream<Item = Result<Event, Infallible>> + Send {
        stream::unfold((Some(self), first), async |(streamed, first)| {
            let mut streamed = streamed?;
            let next = match first {
                Some(first) => first,
                None => streamed.next().await,
            };
            let (event, goes_on) = match next {
                Next::Chunk(Told { json, id }) => {
                    let event = Event::default().event("stream").data(json.get());
                    (id.iter().fold(event, |event, id| event.id(id)), true)
                }
                Next::Answer(Some(answer)) => {
                    let name = if answer.status == 200 { "final" } else { "error" };
                    (Event::default().event(name).data(answer.json.get()), false)
                }
                Next::Answer(None) => return None,
            };
            Some((Ok(event), (goes_on.then_some(streamed), None)))
        })
    }
}
