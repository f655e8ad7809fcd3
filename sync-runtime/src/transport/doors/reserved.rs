//! The addresses that belong to the server: what is not there is said to be missing, and is never the app's page.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, MatchedPath, RawPathParams, Request, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

use crate::dispatch::Dispatcher;
use crate::error::SyncError;
use crate::route::App;
use crate::transport::doors::http::{error_response, stranger};

/// The first parts of the addresses that belong to the server, whether it answers there today or not.
const RESERVED: [&str; 9] = ["_inspect", "api", "auth", "healthz", "metrics", "readyz", "socket.io", "state", "sync"];

/// Answers 404 under a reserved name where nothing of that very name does: the fallback of `router`, or a route of it that takes
/// any first part, is not asked.
///
/// There a second router is asked, which has the same routes and another fallback: what is nested under a reserved name,
/// with a fallback of its own perhaps, does not say from outside what it was found by.
pub fn keep_reserved<A: App>(dispatcher: Arc<Dispatcher<A>>, router: Router) -> Router {
    let asked = dispatcher.clone();
    let reserved = router
        .clone()
        .fallback(async move |request: Request| missing(&asked, &request))
        .layer(from_fn_with_state(dispatcher, keep_name::<A>));
    let [reserved, router] = [reserved, router].map(TowerToHyperService::new);
    Router::new().fallback(async move |request: Request| {
        let is_reserved = RESERVED.contains(&first_part(request.uri().path()));
        if is_reserved { reserved.call(request).await } else { router.call(request).await }
    })
}

/// Answers 404 where a route was found whose first part may be anything.
async fn keep_name<A: App>(State(dispatcher): State<Arc<Dispatcher<A>>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let is_any = takes_any_name(&mut parts).await;
    let request = Request::from_parts(parts, body);
    if is_any { missing(&dispatcher, &request) } else { next.run(request).await }
}

async fn takes_any_name(parts: &mut Parts) -> bool {
    if let Some(route) = parts.extensions.get::<MatchedPath>() {
        return first_part(route.as_str()) != first_part(parts.uri.path());
    }
    // A nested service has no route of its own, but what its path has taken.
    let taken = RawPathParams::from_request_parts(parts, &()).await.ok();
    taken.iter().flatten().next().is_some_and(|(_, value)| value == first_part(parts.uri.path()))
}

fn missing<A: App>(dispatcher: &Dispatcher<A>, request: &Request) -> Response {
    error_response(dispatcher, &stranger(dispatcher, request.headers()), SyncError::new("sync-not-found"))
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
