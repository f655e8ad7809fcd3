//! Accepts TCP connections, as [`WireIo`].

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::TaskTracker;

use crate::transport::connections::{Connections, Slot};
use crate::transport::wire::{Wire, WireLimits};
use crate::transport::wire_io::WireIo;

/// How long it takes until a listener that has not been able to accept anything says so again.
const SAY_AGAIN: Duration = Duration::from_secs(60);

/// The connection of a request, as handlers and layers find it in the request's extensions.
#[derive(Debug, Clone)]
pub struct WireInfo {
    /// The connection.
    pub wire: Weak<Wire>,
    /// Where it comes from.
    pub address: IpAddr,
    /// Whether it was accepted beyond what the server has room for: only the health of the server is told on it.
    pub is_spare: bool,
}

/// Accepts connections as [`WireIo`].
#[derive(Debug)]
pub struct WireListener {
    listener: TcpListener,
    limits: WireLimits,
    flushes: TaskTracker,
    connections: Arc<Connections>,
    /// The connection that waits for its place.
    accepted: Option<(TcpStream, SocketAddr)>,
    last_failure: Option<Instant>,
}

impl WireListener {
    /// Wraps a listener; `flushes` are the tasks that wait until slow peers have taken what was sent to them.
    #[must_use]
    pub fn new(listener: TcpListener, limits: WireLimits, flushes: TaskTracker) -> Self {
        Self { listener, limits, flushes, connections: Arc::default(), accepted: None, last_failure: None }
    }

    /// Waits for the next connection. Nothing is lost when this is dropped and called again.
    pub(super) async fn accept(&mut self) -> (WireIo, WireInfo) {
        loop {
            if self.accepted.is_some() {
                let slot = self.connections.slot().await;
                match (self.accepted.take(), slot) {
                    (Some((stream, address)), Some(slot)) => return self.take(stream, address, slot),
                    // Closed: even those who ask for the server's health have waited in vain.
                    _ => self.complain("too many connections"),
                }
            }
            match self.listener.accept().await {
                Ok(accepted) => self.accepted = Some(accepted),
                Err(error) => {
                    self.complain(&error);
                    // Mostly too many open files: others have to close first.
                    self.connections.make_room();
                    self.connections.freed(Duration::from_millis(50)).await;
                }
            }
        }
    }

    fn take(&self, stream: TcpStream, address: SocketAddr, slot: Slot) -> (WireIo, WireInfo) {
        // Without it, Nagle's algorithm and delayed acknowledgements cost 40 ms for a small frame.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY could not be set");
        }
        let is_spare = slot.is_spare();
        let io = WireIo::new(stream, self.limits, self.flushes.clone(), slot);
        let wire = Arc::downgrade(io.wire());
        (io, WireInfo { wire, address: address.ip(), is_spare })
    }

    /// Says once for each minute of trouble why connections are not accepted.
    fn complain(&mut self, why: &(impl std::fmt::Display + ?Sized)) {
        if self.last_failure.is_none_or(|last| last.elapsed() > SAY_AGAIN) {
            self.last_failure = Some(Instant::now());
            tracing::error!(%why, open = self.connections.open(), "connections cannot be accepted");
        }
    }
}
