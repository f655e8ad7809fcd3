//! HTTP on the connections that come in, with a limit of time for everything that a client can take its time with.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{ConnectInfo, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::time::{Instant, Sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::transport::connections::Busy;
use crate::transport::listener::{WireInfo, WireListener};
use crate::transport::wire_io::WireIo;

/// How many bytes of a body pay for another second: what is uploaded on purpose comes faster than this.
const SLOWEST: u64 = 16 * 1024;
/// The paths that are answered even if there is no room for anything else.
const HEALTH: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// How long a client may take.
#[derive(Debug, Clone, Copy)]
pub struct HttpLimits {
    /// For the head of a request, and between two requests.
    pub head: Duration,
    /// For the body, which gets a second more for each 16 KiB that have come.
    pub body: Duration,
}

/// Serves connections until `stop`, and then until those that are open have ended.
pub async fn serve(mut listener: WireListener, router: Router, limits: HttpLimits, stop: CancellationToken) {
    let connections = TaskTracker::new();
    loop {
        let (io, info) = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        connections.spawn(serve_connection(io, info, router.clone(), limits, stop.clone()));
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

async fn serve_connection(io: WireIo, info: WireInfo, router: Router, limits: HttpLimits, stop: CancellationToken) {
    let answer = service_fn(move |request| answer(request, info.clone(), router.clone(), limits));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.head);
    let serving = http.serve_connection(TokioIo::new(io), answer).with_upgrades();
    let mut serving = std::pin::pin!(serving);
    let ended = tokio::select! {
        ended = serving.as_mut() => ended,
        () = stop.cancelled() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = ended {
        tracing::trace!(%error, "a connection has ended");
    }
}

async fn answer(
    request: hyper::Request<Incoming>,
    info: WireInfo,
    router: Router,
    limits: HttpLimits,
) -> Result<Response, Infallible> {
    let _busy = info.wire.upgrade().map(Busy::new);
    if info.is_spare && !HEALTH.contains(&request.uri().path()) {
        return Ok((StatusCode::SERVICE_UNAVAILABLE, [(header::CONNECTION, "close")]).into_response());
    }
    let mut request: Request = request.map(|body| timed(body, limits.body));
    request.extensions_mut().insert(ConnectInfo(info));
    router.oneshot(request).await
}

fn timed(body: Incoming, limit: Duration) -> Body {
    if body.is_end_stream() { Body::empty() } else { Body::new(Timed::new(body, limit)) }
}

/// A body that has to come within its time.
#[derive(Debug)]
struct Timed<B> {
    body: B,
    since: Instant,
    limit: Duration,
    received: u64,
    end: Pin<Box<Sleep>>,
}

/// The body of a request came too slowly.
#[derive(Debug, thiserror::Error)]
#[error("the body of a request did not come within its time")]
struct TooSlow;

impl<B> Timed<B> {
    fn new(body: B, limit: Duration) -> Self {
        let since = Instant::now();
        Self { body, since, limit, received: 0, end: Box::pin(tokio::time::sleep_until(since + limit)) }
    }

    /// Looks whether the time is up; more of it was earned by what has come meanwhile.
    fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            ready!(self.end.as_mut().poll(context));
            let until = self.since + self.limit + Duration::from_secs(self.received / SLOWEST);
            if until <= Instant::now() {
                return Poll::Ready(());
            }
            self.end.as_mut().reset(until);
        }
    }
}

impl<B: HttpBody<Data = Bytes> + Unpin> HttpBody for Timed<B>
where
    B::Error: Into<axum::BoxError>,
{
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Ready(frame) => {
                let data = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref());
                self.received += data.map_or(0, |data| data.len() as u64);
                Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
            }
            Poll::Pending => {
                ready!(self.poll_end(context));
                Poll::Ready(Some(Err(TooSlow.into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
