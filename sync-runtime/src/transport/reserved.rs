//! The addresses that belong to the server: what is not there is said to be missing, and is never the app's page.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::middleware::Next;
use axum::response::Response;

use crate::dispatch::Dispatcher;
use crate::error::SyncError;
use crate::route::App;
use crate::transport::http::{error_response, stranger};

/// The first parts of the addresses that belong to the server, whether it answers there today or not.
const RESERVED: [&str; 8] = ["_inspect", "api", "auth", "healthz", "metrics", "readyz", "socket.io", "sync"];

/// Answers 404 under a reserved name where no route of that very name does: an app's fallback, or a route that takes any first
/// part, is not asked.
pub async fn keep_reserved<A: App>(
    State(dispatcher): State<Arc<Dispatcher<A>>>,
    request: Request,
    next: Next,
) -> Response {
    let name = first_part(request.uri().path());
    let route = request.extensions().get::<MatchedPath>().map(|route| first_part(route.as_str()));
    if !RESERVED.contains(&name) || route == Some(name) {
        return next.run(request).await;
    }
    error_response(&dispatcher, &stranger(&dispatcher, request.headers()), SyncError::new("sync-not-found"))
}

/// Says to browsers and caches what an answer is not for: no other type, no foreign frame, and under `/auth` no cache.
pub async fn harden(request: Request, next: Next) -> Response {
    let is_private = first_part(request.uri().path()) == "auth";
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if is_private {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    let is_page = headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page && !headers.contains_key(CONTENT_SECURITY_POLICY) {
        // A page that a foreign one shows in a frame can be made to be clicked unseen. An app may show itself in frames of its own.
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("frame-ancestors 'self'"));
    }
    response
}

fn first_part(path: &str) -> &str {
    path.trim_start_matches('/').split('/').next().unwrap_or_default()
}
