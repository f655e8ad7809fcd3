//! What becomes of a request before a door sees it: one router of all that is served.

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderName, Method, header};
use axum::middleware::{from_fn, from_fn_with_state};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::dispatch::Dispatcher;
use crate::route::App;
use crate::transport::doors::arrival::limit_arrivals;
use crate::transport::doors::http::{self, Ready, check_origin};
use crate::transport::doors::metrics;
use crate::transport::doors::origin::Origins;
use crate::transport::doors::renewal::{Renewal, renew_cookie};
use crate::transport::doors::replication;
use crate::transport::doors::reserved::{harden, keep_reserved};
use crate::transport::doors::socketio::{Doorway, EngineSockets};
use crate::transport::pipes::OpenPipes;

/// Puts the doors and an app's own `routes` behind what all requests pass.
pub fn router<A: App>(
    dispatcher: &Arc<Dispatcher<A>>,
    (doorway, sockets): (&Doorway<A>, &Arc<EngineSockets>),
    pipes: &Arc<OpenPipes>,
    ready: &Ready,
    routes: Router,
) -> Router {
    let origins = Arc::new(Origins::new(dispatcher.config()));
    let doors = http::routes(dispatcher.clone(), ready.clone()).merge(doorway.routes());
    let doors = doors.merge(replication::routes(dispatcher.clone()));
    let doors = doors.merge(metrics::routes(dispatcher.clone(), sockets.clone(), pipes.clone()));
    // The layer added last sees a request first.
    keep_reserved(dispatcher.clone(), doors.merge(routes))
        .layer(from_fn_with_state(Renewal::new(dispatcher.clone()), renew_cookie::<A>))
        .layer(from_fn_with_state(dispatcher.clone(), limit_arrivals::<A>))
        .layer(cors(origins.clone()))
        .layer(from_fn_with_state((dispatcher.clone(), origins), check_origin::<A>))
        .layer(from_fn(harden))
}

/// Lets pages of allowed origins read answers; whether an origin may send at all is decided before.
fn cors(origins: Arc<Origins>) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |_, parts| origins.allow(&parts.headers)))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([header::CONTENT_TYPE, header::AUTHORIZATION, HeaderName::from_static("idempotency-key")])
}
