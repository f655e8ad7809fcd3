//! HTTP on the pipes that come in, with a limit of time for everything that a client can take its time with.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{ConnectInfo, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::clock::{Instant, Sleep, sleep_until, timeout};
use crate::config::{Config, ProxyNetworks};
use crate::transport::pipes::forwarded::client;
use crate::transport::pipes::listener::{PipeInfo, PipeListener};
use crate::transport::pipes::open_pipes::Busy;
use crate::transport::pipes::pipe::Pipe;
use crate::transport::pipes::pipe_io::PipeIo;

/// How many bytes of a body pay for another second: what is uploaded on purpose comes faster than this.
const SLOWEST: u64 = 16 * 1024;
/// How long a pipe on which nothing is asked may take to send what it was answered, when the server stops.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// After how many pipes others have their turn: tokio lets a task accept 128, and they would all be served before whoever is there already.
const ACCEPTED_TOGETHER: usize = 4;
/// The paths that are answered even if there is no room for anything else.
pub const HEALTH: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// How long a client may take, how much it may say before that, and who speaks for others.
#[derive(Debug, Clone)]
pub struct HttpLimits {
    /// For the head of a request, and between two requests.
    pub head: Duration,
    /// For the body, which gets a second more for each 16 KiB that have come.
    pub body: Duration,
    /// How large the head of a request may be, in bytes; what is longer is answered with 431.
    pub head_bytes: usize,
    /// The proxies that say truly where a request comes from.
    pub proxies: Arc<ProxyNetworks>,
}

impl From<&Config> for HttpLimits {
    fn from(config: &Config) -> Self {
        let (head_bytes, proxies) = (config.head_limit, Arc::new(config.proxies()));
        Self { head: config.head_timeout, body: config.body_timeout, head_bytes, proxies }
    }
}

/// When what comes in is no longer served.
#[derive(Debug, Clone)]
pub struct Stop {
    /// Whether pipes are accepted: if not, they wait for whoever accepts from the same socket next.
    pub accepting: watch::Sender<bool>,
    /// Nor are they here at all, and those that are open end with their requests.
    pub serving: CancellationToken,
}

impl Default for Stop {
    fn default() -> Self {
        Self { accepting: watch::Sender::new(true), serving: CancellationToken::default() }
    }
}

/// Serves pipes until `stop`, and then until those that are open have ended. Dropped before, it cuts them.
///
/// `before` are those that another process has had, each between two requests.
pub async fn serve(
    mut listener: PipeListener,
    before: Vec<(PipeIo, PipeInfo)>,
    router: Router,
    limits: HttpLimits,
    stop: Stop,
) {
    let Stop { accepting, serving: stop } = stop;
    let (mut serving, mut accepted) = (JoinSet::new(), 0_usize);
    for (io, info) in before {
        serving.spawn(serve_pipe(io, info, router.clone(), limits.clone(), stop.clone()));
    }
    let mut changes = accepting.subscribe();
    loop {
        let accepts = *accepting.borrow();
        tokio::select! {
            (io, info) = listener.accept(), if accepts => {
                serving.spawn(serve_pipe(io, info, router.clone(), limits.clone(), stop.clone()));
                accepted = accepted.wrapping_add(1);
                if accepted.is_multiple_of(ACCEPTED_TOGETHER) {
                    tokio::task::yield_now().await;
                }
            }
            Some(ended) = serving.join_next() => log_panic(ended),
            () = stop.cancelled() => break,
            // It is there as long as this waits.
            _ = changes.changed() => {}
        }
    }
    drop(listener);
    while let Some(ended) = serving.join_next().await {
        log_panic(ended);
    }
}

fn log_panic(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a connection was not served to its end");
    }
}

async fn serve_pipe(io: PipeIo, info: PipeInfo, router: Router, limits: HttpLimits, stop: CancellationToken) {
    let (router, pipe) = (TowerToHyperService::new(router), info.pipe.clone());
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.head).max_buf_size(limits.head_bytes);
    let answer = service_fn(move |request| answer(request, info.clone(), router.clone(), limits.clone()));
    let serving = http.serve_connection(TokioIo::new(io), answer).with_upgrades();
    let mut serving = std::pin::pin!(serving);
    let ended = tokio::select! {
        ended = serving.as_mut() => ended,
        () = stop.cancelled() => {
            serving.as_mut().graceful_shutdown();
            // Half a head is no request: nobody is to be answered.
            match pipe.upgrade().is_none_or(|pipe| pipe.slot().quiet_since().is_some()) {
                true => timeout(LAST_WORDS, serving).await.unwrap_or(Ok(())),
                false => serving.await,
            }
        }
    };
    if let Err(error) = ended {
        tracing::trace!(%error, "a connection has ended");
    }
}

async fn answer(
    request: hyper::Request<Incoming>,
    mut info: PipeInfo,
    router: TowerToHyperService<Router>,
    limits: HttpLimits,
) -> Result<Response, Infallible> {
    info.address = client(info.address, request.headers(), &limits.proxies);
    let pipe = info.pipe.clone();
    let busy = pipe.upgrade().map(Busy::new);
    if request.body().is_end_stream() {
        pipe.upgrade().iter().for_each(|pipe| pipe.has_read_all());
    }
    if info.is_spare && !HEALTH.contains(&request.uri().path()) {
        return Ok((StatusCode::SERVICE_UNAVAILABLE, [(header::CONNECTION, "close")]).into_response());
    }
    let mut request: Request = request.map(|body| timed(body, limits.body, pipe.clone()));
    request.extensions_mut().insert(ConnectInfo(info));
    let response = router.call(request).await?;
    if pipe.upgrade().is_some_and(|pipe| pipe.has_unread()) {
        // hyper reads what has come of the rest, or gives up reading: in its next turn, and the answer is to say whether this was the last.
        tokio::task::yield_now().await;
    }
    if response.status() == StatusCode::SWITCHING_PROTOCOLS
        && let Some(pipe) = pipe.upgrade()
    {
        // It is no HTTP any more, whoever speaks on it.
        pipe.slot().leave();
    }
    Ok(response.map(|body| Body::new(Sent { body, busy })))
}

/// The body of an answer, which keeps its pipe busy until it has been sent or given up.
#[derive(Debug)]
struct Sent {
    body: Body,
    busy: Option<Busy>,
}

impl HttpBody for Sent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if frame.is_none() {
            self.busy = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

fn timed(body: Incoming, limit: Duration, pipe: Weak<Pipe>) -> Body {
    if body.is_end_stream() { Body::empty() } else { Body::new(Timed::new(body, limit, pipe)) }
}

/// A body that has to come within its time. Its pipe is told if nobody reads it to its end.
#[derive(Debug)]
struct Timed<B> {
    body: B,
    pipe: Weak<Pipe>,
    is_read: bool,
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
    fn new(body: B, limit: Duration, pipe: Weak<Pipe>) -> Self {
        let since = Instant::now();
        Self { body, pipe, is_read: false, since, limit, received: 0, end: Box::pin(sleep_until(since + limit)) }
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
                self.is_read = frame.is_none() || self.body.is_end_stream();
                if self.is_read {
                    self.pipe.upgrade().iter().for_each(|pipe| pipe.has_read_all());
                }
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

impl<B> Drop for Timed<B> {
    fn drop(&mut self) {
        if !self.is_read
            && let Some(pipe) = self.pipe.upgrade()
        {
            pipe.leave_unread();
        }
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::transport::pipes::open_pipes::Slot;
    use crate::transport::pipes::pipe::PipeLimits;

    #[tokio::test]
    async fn a_pipe_is_busy_until_its_answer_has_been_sent() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (client, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
        let (stream, _) = accepted.expect("a client");
        let io = PipeIo::new(stream, PipeLimits::patient(), tokio_util::task::TaskTracker::new(), Slot::alone());
        for is_given_up in [false, true] {
            let busy = Some(Busy::new(io.pipe().clone()));
            let mut sent = Sent { body: Body::from("a download"), busy };
            assert!(sent.frame().await.is_some());
            assert_eq!(io.pipe().slot().quiet_since(), None);
            if is_given_up {
                drop(sent);
            } else {
                assert!(sent.frame().await.is_none());
            }
            assert!(io.pipe().slot().quiet_since().is_some());
        }
        drop(client);
    }
}
