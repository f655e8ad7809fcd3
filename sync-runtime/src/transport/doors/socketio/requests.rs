//! `/socket.io`: what is seen of requests before engineioxide sees them.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{CONNECTION, CONTENT_TYPE, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, UPGRADE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, request};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use engineioxide::service::EngineIoService;
use futures_util::FutureExt;
use http_body_util::{BodyExt, Collected};
use hyper::service::Service;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::dispatch::Dispatcher;
use crate::route::App;
use crate::transport::doors::credentials::{self, IDENTIFYING};
use crate::transport::doors::http::Ready;
use crate::transport::doors::socketio::carrier::EngineSocket;
use crate::transport::doors::socketio::door::{Door, engine_config};
use crate::transport::doors::socketio::engine_sockets::EngineSockets;
use crate::transport::doors::socketio::handover::HandedSocket;
use crate::transport::doors::socketio::handshake;
use crate::transport::doors::socketio::moving::{Proved, prove};
use crate::transport::pipes::{Direct, Pipe, PipeInfo, PipeIo};

/// What tells a client that its poll brought nothing.
const NOOP: &str = "6";

/// What the requests to `/socket.io` need to know.
pub struct Doorway<A: App> {
    engine: TowerToHyperService<EngineIoService<Door<A>>>,
    sockets: Arc<EngineSockets>,
    /// How long a ping may stay unanswered.
    ping_timeout: Duration,
    /// Whether new sockets are let in.
    ready: Ready,
}

impl<A: App> Clone for Doorway<A> {
    fn clone(&self) -> Self {
        let Self { engine, sockets, ping_timeout, ready } = self;
        Self { engine: engine.clone(), sockets: sockets.clone(), ping_timeout: *ping_timeout, ready: ready.clone() }
    }
}

impl<A: App> Doorway<A> {
    /// Puts engineioxide before the pipeline.
    #[must_use]
    pub fn new(dispatcher: &Arc<Dispatcher<A>>, sockets: &Arc<EngineSockets>, ready: &Ready) -> Self {
        let config = engine_config(dispatcher.config());
        let ping_timeout = config.ping_timeout;
        let door = Arc::new(Door::new(dispatcher.clone(), sockets.clone()));
        let engine = TowerToHyperService::new(EngineIoService::with_config(door, config));
        Self { engine, sockets: sockets.clone(), ping_timeout, ready: ready.clone() }
    }

    /// Builds the routes below `/socket.io`.
    pub fn routes(&self) -> Router {
        Router::new()
            .route("/socket.io", any(enter::<A>))
            .route("/socket.io/", any(enter::<A>))
            .route("/socket.io/{*rest}", any(enter::<A>))
            .with_state(self.clone())
    }

    /// Goes on with a socket that another process has had; tells whether it is where it was.
    pub fn take_over(&self, io: PipeIo, info: PipeInfo, socket: HandedSocket) -> oneshot::Receiver<bool> {
        let (handshake, told) = socket.into_handshake(info);
        // What it asks for is what this expects: nothing is to be waited for.
        if let Some(Err(error)) = self.engine.call((io, handshake)).now_or_never() {
            tracing::error!(%error, "a socket could not be taken over");
        }
        told
    }
}

/// Sorts requests: handshakes, WebSockets that sockets move to, polls and posts.
async fn enter<A: App>(State(doorway): State<Doorway<A>>, request: Request) -> Response {
    let is_websocket = query_value(request.uri(), "transport") == Some("websocket");
    let Some(sid) = query_value(request.uri(), "sid").map(ToOwned::to_owned) else {
        if !doorway.ready.load(Ordering::Acquire) {
            // A stock client takes a refused CONNECT for final, but tries again where there was no connection to be had.
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        return if is_websocket { doorway.open_websocket(request).await } else { doorway.pass_on(lean(request)).await };
    };
    let Some(socket) = doorway.sockets.find(&sid) else {
        return refused(r#"{"code":1,"message":"Session ID unknown"}"#);
    };
    match *request.method() {
        Method::GET if is_websocket => doorway.move_socket(socket, request).await,
        // It is on its WebSocket.
        _ if socket.data.has_moved() => refused(r#"{"code":3,"message":"Bad request"}"#),
        Method::POST => doorway.post(&socket, request).await,
        _ => doorway.poll(&socket, request).await,
    }
}

impl<A: App> Doorway<A> {
    async fn pass_on(&self, request: Request) -> Response {
        let answered: Result<_, Infallible> = self.engine.call(request).await;
        answered.map_or_else(|never| match never {}, |response| response.map(Body::new))
    }

    /// Opens a socket on a WebSocket.
    async fn open_websocket(&self, request: Request) -> Response {
        let (head, body) = request.into_parts();
        if let Some(mistake) = handshake::mistake(&head) {
            return handshake::refuse(mistake);
        }
        let pipe = pipe_of(&head);
        let response = self.pass_on(lean(Request::from_parts(head, body))).await;
        if let Some(pipe) = pipe.filter(|_| response.status() == StatusCode::SWITCHING_PROTOCOLS) {
            pipe.begin_frames();
        }
        response
    }

    /// Lets a socket try a WebSocket. If that comes to nothing, the socket polls on.
    async fn move_socket(&self, socket: Arc<EngineSocket>, request: Request) -> Response {
        let (mut head, _) = request.into_parts();
        if let Some(mistake) = handshake::mistake(&head) {
            return handshake::refuse(mistake);
        }
        if query_value(&head.uri, "EIO") != Some("4") {
            return refused(r#"{"code":5,"message":"Unsupported protocol version"}"#);
        }
        let (Some(pipe), Some(upgrade)) = (pipe_of(&head), head.extensions.remove::<OnUpgrade>()) else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        if !socket.data.begin_move() {
            return refused(r#"{"code":3,"message":"Bad request"}"#);
        }
        let accepted = accept(&head);
        pipe.begin_frames();
        let head = lean(Request::from_parts(head, Body::empty())).into_parts().0;
        let engine = self.engine.clone();
        // It ends with the pipe, or within the time of a move.
        tokio::spawn(async move {
            if let Some(stream) = tried(upgrade).await {
                let pipe: Arc<dyn Direct> = pipe;
                socket.data.set_pipe(&pipe);
                let handed_over = engine.call((stream, http::Request::from_parts(head, ()))).await;
                if let Err(error) = handed_over {
                    tracing::error!(%error, "a socket could not be moved");
                }
            }
            socket.data.end_move();
        });
        accepted
    }

    /// Takes the posts of a socket one at a time, and holds them back while its messages are not read.
    async fn post(&self, socket: &EngineSocket, request: Request) -> Response {
        let Some(outlet) = socket.data.outlet() else { return self.pass_on(request).await };
        let _turn = outlet.post().await;
        let response = self.pass_on(request).await;
        outlet.reading(self.ping_timeout / 2).await;
        response
    }

    /// Follows what polls take away, and does not let one hang while its socket moves.
    async fn poll(&self, socket: &EngineSocket, request: Request) -> Response {
        if let Some(outlet) = socket.data.outlet() {
            outlet.poll();
        }
        let response = tokio::select! {
            response = self.pass_on(request) => response,
            // engineioxide takes nothing away until it has all that it answers with: to give up a poll loses nothing.
            () = socket.data.asks_to_move() => return noop(),
        };
        let (parts, body) = response.into_parts();
        // engineioxide has the whole payload in memory.
        let Ok(payload) = body.collect().await.map(Collected::to_bytes) else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        if parts.status == StatusCode::OK {
            // The first poll of a socket mostly comes before there is an outlet, and takes the answer to CONNECT away.
            socket.data.passage().payload_left(&payload);
            if let Some(outlet) = socket.data.outlet() {
                outlet.polled();
            }
        }
        Response::from_parts(parts, Body::from(payload))
    }
}

/// Waits for a WebSocket to prove itself.
async fn tried(upgrade: OnUpgrade) -> Option<Proved<TokioIo<Upgraded>>> {
    let proving = async { prove(TokioIo::new(upgrade.await.map_err(std::io::Error::other)?)).await };
    proving.await.inspect_err(|error| tracing::debug!(%error, "a socket stays on polling")).ok()
}

/// Answers a handshake that was checked.
fn accept(head: &request::Parts) -> Response {
    let key = head.headers.get(SEC_WEBSOCKET_KEY).map_or(&b""[..], HeaderValue::as_bytes);
    let headers = [
        (UPGRADE, HeaderValue::from_static("websocket")),
        (CONNECTION, HeaderValue::from_static("Upgrade")),
        (SEC_WEBSOCKET_ACCEPT, derive_accept_key(key).parse().expect("base64 is a header value")),
    ];
    (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
}

/// Reduces a handshake to what is needed of it.
///
/// A socket keeps the head of its handshake as long as it lives. Its headers and its address are slices of the buffer that hyper
/// read them into: without copies, that buffer would live as long, 16 KiB for each idle socket.
fn lean(mut request: Request) -> Request {
    let whole = std::mem::take(request.headers_mut());
    let kept = IDENTIFYING.into_iter().chain([SEC_WEBSOCKET_KEY]);
    let values = kept.flat_map(|name| whole.get_all(&name).into_iter().map(move |value| (name.clone(), value)));
    let copied = values.filter_map(|(name, value)| credentials::copied(&name, value).map(|value| (name, value)));
    let copied: Vec<_> = copied.collect();
    let mut headers = HeaderMap::with_capacity(copied.len());
    headers.extend(copied.into_iter().map(|(name, value)| (Some(name), value)));
    *request.headers_mut() = headers;
    if let Ok(address) = request.uri().to_string().parse() {
        *request.uri_mut() = address;
    }
    request
}

fn pipe_of(head: &request::Parts) -> Option<Arc<Pipe>> {
    head.extensions.get::<ConnectInfo<PipeInfo>>()?.0.pipe.upgrade()
}

/// Returns the first value of a parameter: the one that counts for engineioxide.
fn query_value<'r>(address: &'r Uri, name: &str) -> Option<&'r str> {
    let pairs = address.query()?.split('&');
    pairs.filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
}

fn noop() -> Response {
    ([(CONTENT_TYPE, "text/plain; charset=UTF-8")], NOOP).into_response()
}

/// Answers as every server of Engine.IO does.
fn refused(why: &'static str) -> Response {
    (StatusCode::BAD_REQUEST, [(CONTENT_TYPE, "application/json")], why).into_response()
}
