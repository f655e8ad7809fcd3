//! The door for Prometheus: `GET /metrics`.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, FORWARDED, HOST, VIA};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::sync::Mutex;

use crate::config::MetricsAccess;
use crate::dispatch::Dispatcher;
use crate::error::SyncError;
use crate::metrics::Now;
use crate::route::App;
use crate::transport::doors::http::{error_response, stranger};
use crate::transport::doors::socketio::EngineSockets;
use crate::transport::pipes::{OpenPipes, PipeInfo};

/// The text format of Prometheus.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Builds the route of this door; there is none where nothing is counted, so that an app may have its own.
pub fn routes<A: App>(dispatcher: Arc<Dispatcher<A>>, sockets: Arc<EngineSockets>, pipes: Arc<OpenPipes>) -> Router {
    let access = dispatcher.config().metrics;
    if access == MetricsAccess::Off {
        return Router::new();
    }
    let door = Arc::new(MetricsDoor { dispatcher, sockets, pipes, asking: Arc::default() });
    let asked = async move |request: Request| match access == MetricsAccess::All || is_from_here(&request) {
        true => door.tell().await,
        // As if there were nothing.
        false => {
            let caller = stranger(&door.dispatcher, request.headers());
            error_response(&door.dispatcher, &caller, SyncError::new("sync-not-found"))
        }
    };
    Router::new().route("/metrics", get(asked))
}

struct MetricsDoor<A: App> {
    dispatcher: Arc<Dispatcher<A>>,
    sockets: Arc<EngineSockets>,
    pipes: Arc<OpenPipes>,
    /// Held by the one who is told: to look through all sockets is work.
    asking: Arc<Mutex<()>>,
}

impl<A: App> MetricsDoor<A> {
    async fn tell(self: &Arc<Self>) -> Response {
        let (asking, door) = (self.asking.clone().lock_owned().await, self.clone());
        // Beside the threads that serve: with many sockets, looking through them takes longer than others should wait. Whoever hangs up
        // does not end it, and the next one waits for its end.
        let written = tokio::task::spawn_blocking(move || {
            let _asking = asking;
            door.dispatcher.metrics().render(door.now())
        });
        match written.await {
            Ok(text) => ([(CONTENT_TYPE, TEXT), (CACHE_CONTROL, "no-store")], text).into_response(),
            Err(error) => {
                tracing::error!(%error, "the metrics could not be written");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }

    fn now(&self) -> Now {
        let hub = self.dispatcher.hub();
        let (rooms, members) = hub.room_count();
        let states = self.dispatcher.state_health();
        let (replication_lag, is_replication_stopped) = self.dispatcher.replication_lag();
        let others = hub.others();
        Now {
            connections: self.pipes.open(),
            sockets: hub.socket_count(),
            rooms,
            members,
            history_bytes: hub.history_bytes(),
            idempotency_bytes: self.dispatcher.idempotency_bytes(),
            sessions: self.dispatcher.sessions().in_use(),
            queue_bytes: self.sockets.traffic().waiting,
            calls: self.dispatcher.calls().len(),
            state_values: states.values,
            state_unsaved: states.unsaved,
            state_failing: states.failing.len(),
            clients: usize::try_from(self.dispatcher.registered_clients()).unwrap_or(usize::MAX),
            replication_lag: usize::try_from(replication_lag).unwrap_or(usize::MAX),
            is_replication_stopped,
            is_bus_down: others.is_down,
            bus_servers: others.servers,
            bus_waiting: others.waiting,
            listening: self.dispatcher.listening(),
        }
    }
}

/// Returns whether a program of this machine asks for itself.
///
/// A connection from this machine is not enough. A proxy here passes on what anybody in the world asks; it says so in one of its
/// headers, or leaves the name under which the server was asked for, which is no name of this machine. The latter also keeps out pages
/// whose own name has been pointed at this machine. A proxy that does neither is not told from a program of this machine: docs/metrics.md says
/// what to do there.
pub(super) fn is_from_here(request: &Request) -> bool {
    let peer = request.extensions().get::<ConnectInfo<PipeInfo>>().map(|ConnectInfo(info)| info.address.to_canonical());
    peer.is_some_and(|address| address.is_loopback())
        && !is_passed_on(request.headers())
        && asked_for(request).is_some_and(is_name_of_this_machine)
}

fn is_passed_on(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| {
        name == FORWARDED
            || name == VIA
            || ["x-forwarded", "x-real-ip", "x-client-ip", "x-original-", "cf-", "true-client-ip"]
                .iter()
                .any(|start| name.as_str().starts_with(start))
    })
}

/// Returns the name under which the server was asked for, without its port.
fn asked_for(request: &Request) -> Option<&str> {
    let host = match request.uri().authority() {
        Some(authority) => authority.as_str(),
        None => {
            // Of two, a proxy may have meant the other one.
            let mut hosts = request.headers().get_all(HOST).iter();
            hosts.next().filter(|_| hosts.next().is_none())?.to_str().ok()?
        }
    };
    match host.strip_prefix('[') {
        Some(v6) => v6.split_once(']').map(|(address, _)| address),
        None => host.split(':').next(),
    }
}

fn is_name_of_this_machine(name: &str) -> bool {
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use std::sync::Weak;

    use axum::body::Body;

    use super::*;

    fn check(peer: &str, uri: &str, headers: &[(&str, &str)], expected: bool) {
        let address = peer.parse().expect("an address");
        let mut request = Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::empty()).expect("a request");
        request.extensions_mut().insert(ConnectInfo(PipeInfo {
            pipe: Weak::new(),
            address,
            is_spare: false,
            is_proxied: false,
        }));
        assert_eq!(is_from_here(&request), expected, "{peer} {uri} {headers:?}");
    }

    #[test]
    fn a_program_of_this_machine_asks_for_itself_under_a_name_of_it() {
        for (peer, host) in [
            ("127.0.0.1", "127.0.0.1:3000"),
            ("127.0.0.1", "localhost"),
            ("127.8.0.1", "LocalHost:80"),
            ("::1", "[::1]:3000"),
            ("::ffff:127.0.0.1", "[::ffff:127.0.0.1]"),
        ] {
            check(peer, "/metrics", &[("host", host)], true);
        }
        check("127.0.0.1", "http://localhost:3000/metrics", &[("host", "localhost:3000")], true);
    }

    #[test]
    fn other_machines_do_not_and_nor_does_whoever_a_proxy_speaks_for() {
        for peer in ["203.0.113.5", "10.0.0.1", "0.0.0.0", "::", "2001:db8::1", "::ffff:10.0.0.1"] {
            check(peer, "/metrics", &[("host", "localhost")], false);
            // What it says of itself changes nothing.
            check(peer, "/metrics", &[("host", "localhost"), ("x-forwarded-for", "127.0.0.1")], false);
        }
        for passed_on in ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "CF-Connecting-IP"] {
            check("127.0.0.1", "/metrics", &[("host", "localhost"), (passed_on, "127.0.0.1")], false);
            check("127.0.0.1", "/metrics", &[("host", "localhost"), (passed_on, "")], false);
        }
        check("127.0.0.1", "/metrics", &[("host", "localhost"), ("host", "shop.example")], false);
        for host in ["shop.example", "localhost.example", "127.0.0.1.nip.io", "10.0.0.1", "", "[::2]", "[::1"] {
            check("127.0.0.1", "/metrics", &[("host", host)], false);
        }
        check("127.0.0.1", "/metrics", &[], false);
        // The name that was asked for is that of the address, where a client writes both.
        check("127.0.0.1", "http://shop.example/metrics", &[("host", "localhost")], false);
    }
}
