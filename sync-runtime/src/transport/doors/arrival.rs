//! Requests as they come in, counted by where they come from before anybody asks who sends them.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
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

fn is_proxied(request: &Request) -> bool {
    request.extensions().get::<ConnectInfo<PipeInfo>>().is_some_and(|ConnectInfo(info)| info.is_proxied)
}

/// Refuses a request of an address that sends too many: 429, and when to come again. Whether the server is well may always be asked.
///
/// The pipe is closed with that, unless it is that of a proxy: answers that cost us next to nothing are asked for as fast as we can give
/// them, and a thread that is never idle looks rarely for what others have sent.
pub async fn limit_arrivals<A: App>(
    State(dispatcher): State<Arc<Dispatcher<A>>>,
    request: Request,
    next: Next,
) -> Response {
    let address = address(&request);
    let counted = if HEALTH.contains(&request.uri().path()) { Ok(()) } else { dispatcher.limits().arrival(address) };
    match counted {
        Ok(()) => ADDRESS.scope(address, next.run(request)).await,
        Err(refused) => {
            let mut response = error_response(&dispatcher, &stranger(&dispatcher, request.headers()), refused);
            if !is_proxied(&request) {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            response
        }
    }
}
