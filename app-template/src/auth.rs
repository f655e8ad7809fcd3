//! How people sign in: by name, so that a first app needs no provider. A real app replaces this file.
//!
//! `POST /auth/login {"name": "Ada", "locale": "en"}` starts a session, `GET /auth/session` shows it, `PATCH /auth/session` changes its
//! language and its switches, `POST /auth/logout` ends it. The same name is the same user.
//!
//! Answers that show a session say in `Session-Ask-Again-Ms` when its page should ask again: only answers to requests keep its cookie
//! young, and a page may use its socket alone.

use sync::axum::body::Bytes;
use sync::axum::extract::rejection::BytesRejection;
use sync::axum::extract::{DefaultBodyLimit, State};
use sync::axum::http::header::SET_COOKIE;
use sync::axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use sync::axum::response::{IntoResponse, Response};
use sync::axum::routing::{get, post};
use sync::axum::{Json, Router};
use sync::serde_json::{Value, json};
use sync::{App as _, Handle, SyncError};

use crate::app::{App, Session, Switch};

/// The longest name, in characters.
const NAME_LIMIT: usize = 40;
/// The longest body, in bytes.
const BODY_LIMIT: usize = 16 * 1024;

/// In how many milliseconds to ask for the session again.
const ASK_AGAIN: HeaderName = HeaderName::from_static("session-ask-again-ms");

/// What was sent, unless it is longer than `BODY_LIMIT`.
type Body = Result<Bytes, BytesRejection>;

/// The routes under `/auth`.
pub fn routes(handle: Handle<App>) -> Router {
    Router::new()
        .route("/auth/login", post(login))
        .route("/auth/logout", post(logout))
        .route("/auth/session", get(show).patch(change))
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(handle)
}

async fn login(State(handle): State<Handle<App>>, headers: HeaderMap, body: Body) -> Response {
    let started = async {
        let fields = read(body)?;
        let name = name(&fields)?;
        let locale = locale(&fields)?.flatten();
        let session = Session { user_id: user_id(&name), name, locale, ..App::guest() };
        let token = handle.sign_in(&headers, session.clone()).await?;
        let body = json!({ "token": token.as_str(), "session": shown(&session) });
        Ok(with_cookie(&handle, token.as_str(), with_time(&handle, body)))
    };
    answer(&handle, &headers, started.await).await
}

async fn logout(State(handle): State<Handle<App>>, headers: HeaderMap) -> Response {
    let ended = handle.sign_out(&headers).await.map(|()| Json(json!({ "status": "success" })).into_response());
    // The browser forgets the session even if the server could not forget all of it.
    with_cookie(&handle, "", answer(&handle, &headers, ended).await)
}

async fn show(State(handle): State<Handle<App>>, headers: HeaderMap) -> Response {
    let found = handle.session(&headers).await;
    let found = found.map(|session| with_time(&handle, json!({ "session": shown(&session.get()) })));
    answer(&handle, &headers, found).await
}

async fn change(State(handle): State<Handle<App>>, headers: HeaderMap, body: Body) -> Response {
    let changed = async {
        let session = handle.session(&headers).await?;
        if session.get().user_id.is_empty() {
            return Err(SyncError::new("auth-required"));
        }
        let fields = read(body)?;
        let (locale, switches) = (locale(&fields)?, switches(&fields)?);
        let update = move |session: &mut Session| {
            session.locale = locale.unwrap_or(session.locale.take());
            switches.iter().for_each(|(switch, is_on)| *switch(session) = *is_on);
        };
        let session = handle.sessions().update(&session, update).await?;
        Ok(with_time(&handle, json!({ "session": shown(&session) })))
    };
    answer(&handle, &headers, changed.await).await
}

async fn wrong_method(State(handle): State<Handle<App>>, headers: HeaderMap) -> Response {
    handle.error(&headers, SyncError::new("sync-method-not-allowed")).await
}

async fn answer(handle: &Handle<App>, headers: &HeaderMap, outcome: Result<Response, SyncError>) -> Response {
    match outcome {
        Ok(response) => response,
        Err(error) => handle.error(headers, error).await,
    }
}

fn with_cookie(handle: &Handle<App>, token: &str, mut response: Response) -> Response {
    match HeaderValue::from_str(&handle.session_cookie(token)) {
        Ok(cookie) => {
            response.headers_mut().insert(SET_COOKIE, cookie);
            response
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// An answer that shows a session. Its page may miss two times of four before the cookie is too old.
fn with_time(handle: &Handle<App>, body: Value) -> Response {
    let pause = handle.sessions().ttl() / 4;
    ([(ASK_AGAIN, pause.as_millis().to_string())], Json(body)).into_response()
}

fn shown(session: &Session) -> Value {
    let mut shown = json!({ "userId": session.user_id, "name": session.name, "locale": session.locale });
    let mut session = session.clone();
    for (name, switch) in Session::SWITCHES {
        shown[*name] = json!(*switch(&mut session));
    }
    shown
}

fn read(body: Body) -> Result<Value, SyncError> {
    let body = body.map_err(|_| SyncError::new("sync-too-large").param("limit", BODY_LIMIT))?;
    sync::serde_json::from_slice(&body).ok().filter(Value::is_object).ok_or_else(|| invalid("", "expected-object"))
}

fn name(fields: &Value) -> Result<String, SyncError> {
    let name = fields.get("name").ok_or_else(|| invalid("name", "missing"))?;
    let name = name.as_str().ok_or_else(|| invalid("name", "expected-string"))?;
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = (1..=NAME_LIMIT).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if fits { Ok(name) } else { Err(invalid("name", "length")) }
}

/// Returns the language to set, `Some(None)` for none, or nothing where the field was left out.
fn locale(fields: &Value) -> Result<Option<Option<String>>, SyncError> {
    match fields.get("locale") {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(None)),
        Some(Value::String(tag)) if tag.len() <= 35 => Ok(Some(Some(tag.clone()))),
        Some(_) => Err(invalid("locale", "invalid-format")),
    }
}

/// Returns what is to be switched on and off.
fn switches(fields: &Value) -> Result<Vec<(Switch, bool)>, SyncError> {
    let named = Session::SWITCHES.iter().filter_map(|(name, switch)| Some((*name, *switch, fields.get(name)?)));
    let read = |(name, switch, value): (&'static str, Switch, &Value)| {
        let is_on = value.as_bool().ok_or_else(|| invalid(name, "expected-boolean"))?;
        Ok((switch, is_on))
    };
    named.map(read).collect()
}

fn user_id(name: &str) -> String {
    name.to_lowercase()
}

fn invalid(path: &'static str, reason: &'static str) -> SyncError {
    SyncError::invalid_input(path, reason)
}
