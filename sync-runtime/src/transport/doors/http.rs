//! The HTTP door: `POST /sync/{page}/{name}/{version}`, and whether the server is well.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use parking_lot::Mutex;
use tokio::task::AbortHandle;

use crate::dispatch::{Answer, Caller, Dispatcher};
use crate::error::SyncError;
use crate::route::App;
use crate::session::LiveSession;
use crate::transport::doors::credentials;
use crate::transport::doors::leftovers::{Leftover, Leftovers, Sender};
use crate::transport::doors::origin::Origins;
use crate::transport::pipes::PipeInfo;
use crate::wire::{SyncCall, bad_request};

/// Whether the server has started and does not stop.
pub type Ready = Arc<AtomicBool>;

/// Builds the routes of this door.
pub fn routes<A: App>(dispatcher: Arc<Dispatcher<A>>, ready: Ready) -> Router {
    Router::new()
        .route("/sync", any(sync::<A>))
        .route("/sync/", any(sync::<A>))
        .route("/sync/{*route}", any(sync::<A>))
        .with_state((dispatcher, Arc::default()))
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(async move || readiness(&ready)))
}

/// Answers with an error envelope in the reader's language.
pub fn error_response<A: App>(dispatcher: &Dispatcher<A>, caller: &Caller<A>, error: SyncError) -> Response {
    respond(dispatcher.refuse(caller, error))
}

/// Says who a request is from. A token that is not valid (any more) gives a caller whose calls are `auth-required`.
///
/// # Errors
///
/// `session-unavailable` when the session store does not answer.
pub async fn caller<A: App>(dispatcher: &Dispatcher<A>, headers: &HeaderMap) -> Result<Caller<A>, SyncError> {
    let language = credentials::language(headers, dispatcher.catalog());
    let credential = credentials::credential(headers, dispatcher.config());
    Ok(Caller::http(credentials::session_of(dispatcher, credential).await?, language))
}

/// Makes a caller who is nobody, to be answered in the language that the request asks for.
pub fn stranger<A: App>(dispatcher: &Dispatcher<A>, headers: &HeaderMap) -> Caller<A> {
    Caller::http(LiveSession::anonymous(), credentials::language(headers, dispatcher.catalog()))
}

/// Refuses web pages of other origins before any layer below does anything.
pub async fn check_origin<A: App>(
    State((dispatcher, origins)): State<(Arc<Dispatcher<A>>, Arc<Origins>)>,
    request: Request,
    next: Next,
) -> Response {
    if origins.allow(request.headers()) {
        return next.run(request).await;
    }
    // The session is not looked at: a foreign page must not even learn whether its visitor has one.
    error_response(&dispatcher, &stranger(&dispatcher, request.headers()), SyncError::new("origin-forbidden"))
}

fn readiness(ready: &AtomicBool) -> Response {
    if ready.load(Ordering::Acquire) {
        "ok".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "stopping").into_response()
    }
}

async fn sync<A: App>(
    State((dispatcher, leftovers)): State<(Arc<Dispatcher<A>>, Arc<Leftovers>)>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let address = request.extensions().get::<ConnectInfo<PipeInfo>>().map(|ConnectInfo(info)| info.host());
    let caller = match caller(&dispatcher, request.headers()).await {
        Ok(caller) => caller,
        Err(error) => return error_response(&dispatcher, &stranger(&dispatcher, request.headers()), error),
    };
    // A path without a route, or one that is not UTF-8, is that of no route.
    let route = path.map(|Path(route)| route).unwrap_or_default();
    let posted = match Posted::read(request, dispatcher.config().message_limit).await {
        Ok(posted) => posted,
        Err(error) => return naming_post(error_response(&dispatcher, &caller, error)),
    };
    // In a task of its own: a client that hangs up must not cut a handler in half.
    let (calling, bytes, left) = (dispatcher.clone(), posted.body.len(), Left::default());
    let own = left.clone();
    let answered = dispatcher.calls().spawn(async move {
        let call = posted.call(&route);
        let answer = calling.call(&caller, call).await;
        own.lock().take();
        answer
    });
    let _waiting = Waiting { leftovers, address, bytes, call: answered.abort_handle(), left };
    match answered.await {
        Ok(answer) => respond(answer),
        Err(error) => {
            tracing::error!(%error, "a call ended without an answer");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// What the call of a caller who has hung up takes.
type Left = Arc<Mutex<Option<Leftover>>>;

/// A caller who waits for the answer. If it is dropped before, the call goes on only where there is room for what is left of callers.
struct Waiting {
    leftovers: Arc<Leftovers>,
    address: Option<IpAddr>,
    bytes: usize,
    call: AbortHandle,
    left: Left,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if self.call.is_finished() {
            return;
        }
        let sender = Sender { socket: 0, caller: None, address: self.address };
        match self.leftovers.take(&sender, std::iter::once(self.bytes)) {
            (0, _) => self.call.abort(),
            (_, leftover) => *self.left.lock() = Some(leftover),
        }
    }
}

/// A request to `/sync` as far as HTTP goes.
struct Posted {
    body: Bytes,
    id: Option<String>,
}

impl Posted {
    async fn read(request: Request, limit: usize) -> Result<Self, SyncError> {
        if request.method() != Method::POST {
            return Err(SyncError::new("sync-method-not-allowed"));
        }
        if !is_json(request.headers()) {
            return Err(SyncError::new("sync-unsupported-media-type"));
        }
        let id = match request.headers().get("idempotency-key") {
            None => None,
            Some(id) => Some(id.to_str().map_err(|_| bad_request("id"))?.to_owned()),
        };
        let body = read_body(request.into_body(), limit).await?;
        Ok(Self { body, id })
    }

    fn call<'a>(&'a self, route: &'a str) -> Result<SyncCall<'a>, SyncError> {
        let (path, version) = route.rsplit_once('/').ok_or_else(|| SyncError::new("sync-not-found"))?;
        let text = std::str::from_utf8(&self.body).map_err(|_| bad_request("utf-8"))?;
        SyncCall::from_http(text, path, version, self.id.as_deref())
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    value.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

async fn read_body(body: Body, limit: usize) -> Result<Bytes, SyncError> {
    let too_large = || SyncError::new("sync-too-large").param("limit", limit);
    match Limited::new(body, limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(_) => Err(bad_request("body")),
    }
}

fn respond(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body: Box<str> = answer.json.into();
    let mut response = (status, String::from(body)).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(seconds) = answer.retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Names the method of `/sync` in the answer to another one. An app's own routes have methods of their own.
fn naming_post(mut response: Response) -> Response {
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
    }
    response
}
