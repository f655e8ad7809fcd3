//! The HTTP door: `POST /sync/{page}/{name}/{version}`, `/api/…`, `/state/…`, `/_sync/{push, pull, snapshot}`, `GET /_sync/pull`, and whether the server is well.

use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::header::{ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_TYPE, ETAG, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::clock::{Instant, http_date_after, soon};
use crate::dispatch::{Answer, Caller, Chunks, Dispatcher, Turn};
use crate::error::SyncError;
use crate::rooms::Identity;
use crate::route::App;
use crate::transport::doors::arrival::address;
use crate::transport::doors::credentials;
use crate::transport::doors::leftovers::{Leftovers, Running, RunningPlace};
use crate::transport::doors::origin::Origins;
use crate::transport::doors::sse::Streamed;
use crate::wire::{Call, Data, HttpCall, Message, PullCall, StateAct, StateOpen, SyncCall, bad_request, event};

/// How long it may take to find out who calls before it is looked whether the call is wrong whoever it is: in good time, that is told in
/// the caller's own language.
const IN_TIME: Duration = Duration::from_millis(200);

/// Whether the server has started and does not stop.
pub type Ready = Arc<AtomicBool>;

/// Builds the routes of this door.
pub fn routes<A: App>(dispatcher: Arc<Dispatcher<A>>, ready: Ready) -> Router {
    let mut router = Router::new();
    for lane in LANES {
        // Also without a name: that is a call of no route.
        for path in [lane.path.to_owned(), format!("{}/", lane.path), format!("{}/{{*route}}", lane.path)] {
            let called = async move |State(state): State<DoorState<A>>, path: CalledPath, request: Request| {
                let is_read = [Method::GET, Method::HEAD].contains(request.method());
                // A path without a route, or one that is not UTF-8, is that of no route.
                let route = path.map(|Path(route)| route).unwrap_or_default();
                uncached(call(lane, state, route, request).await, is_read)
            };
            router = router.route(&path, any(called));
        }
    }
    router
        .with_state((dispatcher, Arc::default()))
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(async move || readiness(&ready)))
}

/// When something is not answered any more. Source: RFC 8594.
const SUNSET: HeaderName = HeaderName::from_static("sunset");

/// A lane as it is called over HTTP.
#[derive(Debug)]
struct HttpLane {
    /// What its paths begin with.
    path: &'static str,
    /// Whether it may be asked by `GET`, with a query.
    gets: Gets,
    /// Reads a call.
    read: Read,
}

/// What the rest of a path says, and how the call is read.
#[derive(Debug, Clone, Copy)]
enum Read {
    /// A route and its version.
    Route(for<'a> fn(HttpCall<'a>, Data<'a>) -> Result<Message<'a>, SyncError>),
    /// A verb, of which there are these; its JSON is that of the event of its name.
    Verb(&'static [&'static str]),
}

static LANES: &[HttpLane] = &[
    HttpLane {
        path: "/sync",
        gets: Gets::Never,
        read: Read::Route(|http, data| match data {
            Data::Json(body) => SyncCall::from_http(http, body).map(Message::Sync),
            Data::Query(_) => Err(SyncError::new("sync-method-not-allowed")),
        }),
    },
    HttpLane {
        path: "/api",
        gets: Gets::AsRouteSays,
        read: Read::Route(|http, data| Call::from_http(http, data).map(Message::Request)),
    },
    HttpLane {
        path: "/state",
        gets: Gets::Always,
        read: Read::Route(|http, data| match data {
            Data::Json(body) => StateAct::from_http(http, body).map(Message::StateAct),
            Data::Query(query) => StateOpen::from_http(http, query).map(Message::StateOpen),
        }),
    },
    HttpLane {
        path: "/_sync",
        gets: Gets::Verb(event::PULL),
        read: Read::Verb(&[event::PUSH, event::PULL, event::SNAPSHOT]),
    },
];

/// Which routes of a lane may be asked by `GET`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gets {
    Never,
    AsRouteSays,
    Always,
    /// This one alone.
    Verb(&'static str),
}

type DoorState<A> = (Arc<Dispatcher<A>>, Arc<Leftovers>);
type CalledPath = Result<Path<String>, PathRejection>;

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
    Ok(Caller::http(credentials::identify(dispatcher, headers, None).await?))
}

/// Makes a caller who is nobody, to be answered in the language that the request asks for.
pub fn stranger<A: App>(dispatcher: &Dispatcher<A>, headers: &HeaderMap) -> Caller<A> {
    Caller::http(Identity::nobody(credentials::language(headers, dispatcher.catalog())))
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

async fn call<A: App>(
    lane: &'static HttpLane,
    (dispatcher, leftovers): DoorState<A>,
    route: String,
    request: Request,
) -> Response {
    let address = address(&request);
    let (head, body) = request.into_parts();
    let (hears, reads) = (hears(&head), [Method::GET, Method::HEAD].contains(&head.method));
    let methods = methods(&dispatcher, lane, &route);
    let received = Received::read(&head, body, lane, dispatcher.config().message_limit).await;
    let check = || match &received {
        Ok(received) => dispatcher.find(&received.message(lane, &route)?),
        Err(error) => Err(error.clone()),
    };
    let identified = identify(&dispatcher, &head.headers, address, check).await;
    let (caller, unidentified) = match identified {
        Ok(identity) => (Caller::http(identity), None),
        Err(error) => (stranger(&dispatcher, &head.headers), Some(error)),
    };
    let received = match received {
        Ok(received) => received,
        Err(error) => return naming(methods, error_response(&dispatcher, &caller, error)),
    };
    let (caller, chunks) = if hears {
        let (sender, chunks) = Chunks::new();
        (caller.hearing(sender), Some(chunks))
    } else {
        (caller, None)
    };
    // In a task of its own: a client that hangs up must not cut a handler in half.
    let (calling, bytes, place) = (dispatcher.clone(), received.input.len(), RunningPlace::default());
    let own = place.clone();
    // Outside of that task: what waits here is not what anybody waits for.
    let passing = if reads { None } else { Some(dispatcher.pass(&caller).await) };
    let answered = dispatcher.calls().spawn(async move {
        let _passing = passing;
        let answer = match received.message(lane, &route) {
            Ok(message) => match unidentified {
                None => calling.handle(&caller, message, &Turn::default()).await,
                Some(error) => calling.refuse_unidentified(&caller, &message, error),
            },
            Err(error) => calling.refuse(&caller, error),
        };
        own.end();
        answer
    });
    let running = Running::new(leftovers, address, bytes, answered.abort_handle(), place);
    let answer = async move {
        let _running = running;
        answered.await.inspect_err(|error| tracing::error!(%error, "a call ended without an answer")).ok()
    };
    let told = move |answer: Option<Answer>| match answer {
        Some(answer) => naming(methods, respond(answer)),
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    match chunks {
        Some(chunks) => Streamed { chunks, answer: Box::pin(answer) }.respond(told).await,
        None => told(answer.await),
    }
}

/// Returns whether the caller wants to hear what is streamed to it: it accepts server-sent events, or says `?stream=true`, which is no part
/// of the input of a `POST`.
fn hears(head: &Parts) -> bool {
    let accepts = head.headers.get_all(ACCEPT).iter().filter_map(|accepted| accepted.to_str().ok());
    let mut kinds = accepts.flat_map(|accepted| accepted.split(',')).filter_map(|kind| kind.split(';').next());
    let asks = || head.uri.query().is_some_and(|query| query.split('&').any(|pair| pair == "stream=true"));
    kinds.any(|kind| kind.trim().eq_ignore_ascii_case("text/event-stream")) || (head.method == Method::POST && asks())
}

/// Says who calls. Where that takes its time, what is wrong whoever calls, by `check`, is said without waiting for it.
async fn identify<A: App>(
    dispatcher: &Dispatcher<A>,
    headers: &HeaderMap,
    address: Option<IpAddr>,
    check: impl FnOnce() -> Result<(), SyncError>,
) -> Result<Identity<A>, SyncError> {
    let mut identifying = pin!(credentials::identify(dispatcher, headers, address));
    match soon(Instant::now() + IN_TIME, identifying.as_mut()).await {
        Some(identified) => identified,
        None => {
            check()?;
            identifying.await
        }
    }
}

/// A call as far as HTTP goes.
struct Received {
    /// The body, or the query of a `GET`.
    input: Bytes,
    is_get: bool,
    id: Option<String>,
    if_match: Option<String>,
    if_none_match: Option<String>,
    last_event_id: Option<String>,
}

impl Received {
    async fn read(head: &Parts, body: Body, lane: &HttpLane, limit: usize) -> Result<Self, SyncError> {
        let is_get = lane.gets != Gets::Never && [Method::GET, Method::HEAD].contains(&head.method);
        if !is_get && head.method != Method::POST {
            return Err(SyncError::new("sync-method-not-allowed"));
        }
        if !is_get && !is_json(&head.headers) {
            return Err(SyncError::new("sync-unsupported-media-type"));
        }
        let header = |name: &str, subject: &'static str| match head.headers.get(name) {
            None => Ok(None),
            Some(value) => value.to_str().map(|text| Some(text.to_owned())).map_err(|_| bad_request(subject)),
        };
        let id = header("idempotency-key", "id")?;
        let if_match = header("if-match", "if-match")?;
        // One that cannot be read is none that we have given.
        let if_none_match = header("if-none-match", "").unwrap_or_default();
        let last_event_id = header("last-event-id", "last-event-id")?;
        let input = match is_get {
            true => Bytes::copy_from_slice(head.uri.query().unwrap_or_default().as_bytes()),
            false => read_body(body, limit).await?,
        };
        Ok(Self { input, is_get, id, if_match, if_none_match, last_event_id })
    }

    fn message<'a>(&'a self, lane: &HttpLane, route: &'a str) -> Result<Message<'a>, SyncError> {
        let input = || std::str::from_utf8(&self.input).map_err(|_| bad_request("utf-8"));
        let not_found = || SyncError::new("sync-not-found");
        let read = match lane.read {
            Read::Route(read) => read,
            Read::Verb(verbs) => {
                let verb = verbs.iter().find(|verb| **verb == route).ok_or_else(not_found)?;
                if self.is_get {
                    let gets = lane.gets == Gets::Verb(verb);
                    gets.then_some(()).ok_or_else(|| SyncError::new("sync-method-not-allowed"))?;
                    return PullCall::from_query(input()?, self.last_event_id.as_deref()).map(Message::Pull);
                }
                return Message::read(verb, input()?).map_err(|misread| misread.error);
            }
        };
        let (path, version) = route.rsplit_once('/').ok_or_else(not_found)?;
        let data = if self.is_get { Data::Query(input()?) } else { Data::Json(input()?) };
        let (if_match, if_none_match) = (self.if_match.as_deref(), self.if_none_match.as_deref());
        read(HttpCall { path, version, id: self.id.as_deref(), if_match, if_none_match }, data)
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
    let mut response = if answer.is_unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let body: Box<str> = answer.json.into();
        let mut response = (status, String::from(body)).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    };
    if let Some(tag) = answer.version.and_then(|version| HeaderValue::try_from(format!("\"{version}\"")).ok()) {
        response.headers_mut().insert(ETAG, tag);
    }
    if let Some(ends) = answer.retires.and_then(|day| HeaderValue::try_from(http_date_after(day)).ok()) {
        response.headers_mut().insert(SUNSET, ends);
    }
    if let Some(seconds) = answer.retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Keeps the answer to a `GET` out of caches: it is its caller's, and was true when it was asked for.
fn uncached(mut response: Response, is_read: bool) -> Response {
    if is_read {
        // One that can be asked whether it is still so may be kept by the caller.
        let kept = if response.headers().contains_key(ETAG) { "private, no-cache" } else { "no-store" };
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(kept));
    }
    response
}

/// Returns the methods that a route takes; one that is not there takes what every route does.
fn methods<A: App>(dispatcher: &Dispatcher<A>, lane: &HttpLane, route: &str) -> &'static str {
    let takes_get = match lane.gets {
        Gets::Never => false,
        Gets::Always => true,
        Gets::Verb(verb) => route == verb,
        Gets::AsRouteSays => route.rsplit_once('/').is_some_and(|(path, version)| dispatcher.takes_get(path, version)),
    };
    if takes_get { "GET, HEAD, POST" } else { "POST" }
}

/// Names the methods of a route in the answer to another one. An app's own routes have methods of their own.
fn naming(methods: &'static str, mut response: Response) -> Response {
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
    }
    response
}
