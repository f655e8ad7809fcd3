//! Requests as they come in, counted by where they come from before anybody asks who sends them.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::dispatch::Dispatcher;
use crate::route::App;
use crate::transport::doors::http::{error_response, stranger};
use crate::transport::pipes::{HEALTH, PipeInfo};

tokio::task_local! {
    /// Where the request of this task comes from.
    static ADDRESS: Option<IpAddr>;
}

/// Returns where the request comes from that is being answered; `None` outside of one, and in a task that its answer has started.
#[must_use]
pub fn arriving_address() -> Option<IpAddr> {
    ADDRESS.try_with(|address| *address).ok().flatten()
}

/// Returns the [host](PipeInfo::host) that a request comes from.
pub(super) fn address(request: &Request) -> Option<IpAddr> {
    request.extensions().get::<ConnectInfo<PipeInfo>>().map(|ConnectInfo(info)| info.host())
}

/// Refuses a request of an address that sends too many: 429, and when to come again. Whether the server is well may always be asked.
pub async fn limit_arrivals<A: App>(
    State(dispatcher): State<Arc<Dispatcher<A>>>,
    request: Request,
    next: Next,
) -> Response {
    let address = address(&request);
    let counted = if HEALTH.contains(&request.uri().path()) { Ok(()) } else { dispatcher.limits().arrival(address) };
    match counted {
        Ok(()) => ADDRESS.scope(address, next.run(request)).await,
        Err(refused) => error_response(&dispatcher, &stranger(&dispatcher, request.headers()), refused),
    }
}
