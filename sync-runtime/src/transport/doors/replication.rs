//! The door for whoever operates a server: `GET /_sync/replication`, how the reader of rows stands.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;

use crate::config::MetricsAccess;
use crate::dispatch::Dispatcher;
use crate::error::SyncError;
use crate::route::App;
use crate::transport::doors::http::{error_response, stranger};
use crate::transport::doors::metrics::is_from_here;

/// Builds the route of this door. Who may read the metrics may read this; who may not is told as if there were nothing.
pub fn routes<A: App>(dispatcher: Arc<Dispatcher<A>>) -> Router {
    let asked = async move |request: Request| {
        let is_from_here = is_from_here(&request);
        let may_read = dispatcher.config().metrics == MetricsAccess::All || is_from_here;
        // What rows have is told on this machine alone.
        let report = if may_read { dispatcher.replication_report(is_from_here).await } else { None };
        match report {
            Some(json) => ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], json).into_response(),
            None => {
                let caller = stranger(&dispatcher, request.headers());
                error_response(&dispatcher, &caller, SyncError::new("sync-not-found"))
            }
        }
    };
    Router::new().route("/_sync/replication", get(asked))
}
