//! Gives the session cookie out anew.
//!
//! A session lives on as long as it is used, but its cookie ages in the browser, which does not say how old it is. So the answer to
//! a request that used the cookie sets it again, at most eight times in its time to live: often enough for a user who comes back
//! before that time is over. What was set is remembered here alone and for an eighth of that time; a server that has just started sets a
//! cookie once more than needed.

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use parking_lot::Mutex;

use crate::clock::{Instant, timeout};
use crate::config::Config;
use crate::dispatch::Dispatcher;
use crate::route::App;
use crate::session::LiveSession;
use crate::transport::doors::credentials::{credential, identify, session_cookie, token_set};

/// Into how many parts the time to live is split: a cookie is set once in each of them.
const PARTS: u32 = 8;
/// How many cookies are remembered. With more, they are all forgotten, and set once more than needed.
const REMEMBERED: usize = 1 << 16;

/// How long a handshake waits for the store before it goes on without its cookie: the socket itself may wait for longer.
const HANDSHAKE_PATIENCE: Duration = Duration::from_millis(250);

tokio::task_local! {
    /// The cookie that the request of this task has used, if it has.
    static USED: RefCell<Option<Used>>;
}

/// A cookie that named a session; the session is a [`LiveSession`] of the app, which a task-local cannot say.
struct Used {
    token: String,
    session: Arc<dyn Any + Send + Sync>,
}

/// Notes that the request which is being answered has used its cookie.
pub(super) fn cookie_was_used<A: App>(token: String, session: Arc<LiveSession<A>>) {
    // Outside of a request there is no answer that could set a cookie.
    USED.try_with(|used| used.replace(Some(Used { token, session }))).unwrap_or_default();
}

/// What [`renew_cookie`] needs to know.
pub struct Renewal<A: App> {
    dispatcher: Arc<Dispatcher<A>>,
    renewed: Arc<Renewed>,
}

impl<A: App> Renewal<A> {
    /// Remembers nothing yet.
    #[must_use]
    pub fn new(dispatcher: Arc<Dispatcher<A>>) -> Self {
        let renewed = Arc::new(Renewed::new(dispatcher.sessions().ttl() / PARTS));
        Self { dispatcher, renewed }
    }

    /// Returns the headers of a handshake whose cookie is due: the socket is let in later, with the answer to its CONNECT.
    fn due_handshake(&self, request: &Request) -> Option<HeaderMap> {
        let is_handshake = request.method() == Method::GET
            && request.uri().path().trim_end_matches('/') == "/socket.io"
            && !request.uri().query().is_some_and(|query| query.split('&').any(|pair| pair.starts_with("sid=")));
        let brought = credential(request.headers(), self.dispatcher.config()).filter(|_| is_handshake)?;
        brought.cookie().is_some_and(|token| self.renewed.is_due(token)).then(|| request.headers().clone())
    }

    async fn look_up(&self, headers: &HeaderMap) {
        // A store that does not answer is told about by whoever needs the answer.
        drop(timeout(HANDSHAKE_PATIENCE, identify(&self.dispatcher, headers, None)).await);
    }

    fn renew(&self, response: &mut Response, used: Used) {
        let config = self.dispatcher.config();
        let is_over = used.session.downcast_ref::<LiveSession<A>>().is_none_or(LiveSession::is_revoked);
        if is_over || is_shared(response.headers()) || !self.renewed.note(&used.token) {
            return;
        }
        let cookie = session_cookie(&used.token, self.dispatcher.sessions().ttl(), config);
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
}

impl<A: App> Clone for Renewal<A> {
    fn clone(&self) -> Self {
        Self { dispatcher: self.dispatcher.clone(), renewed: self.renewed.clone() }
    }
}

/// Sets the cookie again in the answer to a request that used it, when it is time.
pub async fn renew_cookie<A: App>(State(renewal): State<Renewal<A>>, request: Request, next: Next) -> Response {
    let handshake = renewal.due_handshake(&request);
    let answering = async {
        let response = next.run(request).await;
        if let Some(headers) = &handshake
            && matches!(response.status(), StatusCode::OK | StatusCode::SWITCHING_PROTOCOLS)
        {
            renewal.look_up(headers).await;
        }
        (response, USED.with(RefCell::take))
    };
    let (mut response, used) = USED.scope(RefCell::default(), answering).await;
    // Whoever signs in or out sets the cookie by itself.
    if let Some(token) = set_by(response.headers(), renewal.dispatcher.config()) {
        renewal.renewed.note(token);
    } else if let Some(used) = used {
        renewal.renew(&mut response, used);
    }
    response
}

fn set_by<'h>(headers: &'h HeaderMap, config: &Config) -> Option<&'h str> {
    headers.get_all(SET_COOKIE).iter().find_map(|value| token_set(value, config))
}

/// Returns whether others may be given this answer from a cache on the way.
fn is_shared(headers: &HeaderMap) -> bool {
    let values = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let mut words = values.flat_map(|value| value.split(',')).map(|word| word.trim().to_ascii_lowercase());
    words.any(|word| word == "public" || word.starts_with("s-maxage"))
}

/// The cookies that were set lately, by a hash of their token.
struct Renewed {
    part: Duration,
    hasher: RandomState,
    lately: Mutex<(Instant, HashSet<u64>)>,
}

impl Renewed {
    fn new(part: Duration) -> Self {
        Self { part, hasher: RandomState::new(), lately: Mutex::new((Instant::now(), HashSet::new())) }
    }

    fn is_due(&self, token: &str) -> bool {
        let (began, lately) = &*self.lately.lock();
        began.elapsed() >= self.part || !lately.contains(&self.hasher.hash_one(token))
    }

    /// Notes that a cookie is set, and returns whether it was due.
    fn note(&self, token: &str) -> bool {
        let (began, lately) = &mut *self.lately.lock();
        if began.elapsed() >= self.part || lately.len() >= REMEMBERED {
            *began = Instant::now();
            lately.clear();
        }
        lately.insert(self.hasher.hash_one(token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_cookie_is_due_once_in_each_part_of_its_time() {
        let part = Duration::from_secs(1);
        let renewed = Renewed::new(part);
        for _ in 0..3 {
            assert!(renewed.is_due("ada") && renewed.note("ada"));
            assert!(!renewed.is_due("ada") && !renewed.note("ada"));
            assert!(renewed.is_due("bob") && renewed.note("bob"));
            crate::clock::advance(part).await;
        }
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let renewed = Renewed::new(Duration::from_secs(1000));
        for number in 0..REMEMBERED + 10 {
            assert!(renewed.note(&number.to_string()));
        }
        assert!(renewed.lately.lock().1.len() <= 10);
    }
}
